SELECT 'a\'; SELECT 'it''s; fine';
