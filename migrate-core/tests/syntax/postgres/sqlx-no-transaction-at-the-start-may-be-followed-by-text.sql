-- no-transaction, because of the index
CREATE INDEX CONCURRENTLY i ON t (a);
