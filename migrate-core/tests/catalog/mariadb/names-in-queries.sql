CREATE TABLE a (id int, name text);
CREATE TABLE b (id int, a_id int, title text);
SELECT id FROM a JOIN b ON a.id = b.a_id;
SELECT a.ID, title FROM a JOIN b ON a.id = b.a_id;
SELECT c.id FROM a;
SELECT a.title FROM a;
SELECT nope FROM a;
SELECT "nope" FROM a;
SELECT x.id AS k FROM a AS x HAVING k > 1 ORDER BY k;
SELECT id FROM a UNION SELECT id, a_id FROM b;
SELECT s.n FROM (SELECT name AS n FROM a) AS s;
SELECT s.name FROM (SELECT name AS n FROM a) AS s;
SELECT id FROM nope;
SELECT table_name FROM information_schema.tables WHERE table_schema = 'x';
SELECT DATE_ADD(NOW(), INTERVAL 1 DAY), TIMESTAMPDIFF(SECOND, NOW(), NOW());

SELECT seq FROM seq_1_to_10;
SELECT s.seq FROM seq_1_to_10_step_2 AS s;
SELECT seq FROM seq_1_to_n;
