-- no-transaction
CREATE INDEX CONCURRENTLY j ON a (id);
