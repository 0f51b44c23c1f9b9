CREATE TEMP TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END; create temporary trigger b after insert on t begin select 1; end; SELECT 2;
