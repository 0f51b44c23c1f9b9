pragma foreign_keys = on;
pragma page_size = 8192;
pragma journal_mode = wal;
pragma synchronous = normal;
pragma user_version = 2;
vacuum;
