PRAGMA foreign_keys=off;
DROP TABLE a;
