-- migrate(no_transacton)
-- migrate(lock-timeout = "5s", allow(rule, "a, \"b\")"), phase = expand | contract)
SELECT 1;
