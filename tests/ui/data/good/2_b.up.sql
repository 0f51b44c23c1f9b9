-- migrate(no-transaction)
CREATE INDEX i ON a (id);
