PRAGMA foreign_keys=off;

DROP TABLE a;
-- done
PRAGMA foreign_keys=on;
