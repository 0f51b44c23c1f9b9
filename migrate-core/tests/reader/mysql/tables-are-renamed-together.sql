RENAME TABLE a TO b, c.d TO e;
