PRAGMA foreign_keys=on;
DROP TABLE a;
PRAGMA foreign_keys=off;
