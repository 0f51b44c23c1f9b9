SELECT a IS b, c IS NOT NULL, d NOTNULL, e GLOB 'x', f MATCH g, h REGEXP i, j -> '$.k', ifnull(l, "m"), cast(n AS UNSIGNED BIG INT), RAISE(IGNORE), o COLLATE nocase, p NOT LIKE q ESCAPE '!', group_concat(r, ','), ?1, :s, t.rowid FROM u INDEXED BY v, w NOT INDEXED, json_each(x.y) WHERE (z, aa) IN (VALUES (1, 2)) LIMIT 1, 2;
REPLACE INTO a VALUES (1);
INSERT OR IGNORE INTO a (b) VALUES (1) ON CONFLICT DO NOTHING;
UPDATE OR REPLACE a SET b = 1 WHERE c ORDER BY d LIMIT 1;
