DELIMITER $$
SELECT a$$SELECT '$$', `$$` -- $$
/* $$ */$$SELECT 1 END$$
