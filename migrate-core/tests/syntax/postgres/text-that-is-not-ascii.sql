CREATE TABLE größe (名前 text DEFAULT '日本;'); SELECT 'é';
