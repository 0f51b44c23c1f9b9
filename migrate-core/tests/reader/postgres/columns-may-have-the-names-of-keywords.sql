CREATE TABLE a (key text, value text, exclude int, date date, interval interval, name text, type text, comment text, position int, action text, "order" int, year int, text text, index_ int, period int, time time with time zone);
SELECT key, value, date, interval, position, year, type, time FROM a WHERE date > interval AND value IS NULL ORDER BY key;
