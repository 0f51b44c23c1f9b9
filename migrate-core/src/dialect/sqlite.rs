//! SQLite 3.35 and later.

use super::{Backslash, Codes, Ddl, Dialect, Restore, Schemas, Send, Spec};

/// SQLite.
pub static SQLITE: Spec = Spec {
    dialect: Dialect::Sqlite,
    engine: "SQLite",
    quote: '"',
    identifier_limit: 1000,
    backslash: Backslash::Plain,
    schemas: Schemas::Main,
    in_transaction: "SELECT 0",
    savepoint: None,
    boot: "SELECT 'main', '', 'main', 0, 'main', \
        h.history, h.format, h.fingerprint, h.text_fingerprint, h.release_version, h.floor_position, h.position, h.chain, \
        n.position, substr(n.version, 1, 200), substr(n.text_checksum, 1, 200), substr(n.token_checksum, 1, 200), \
        substr(n.chain, 1, 200), substr(n.state, 1, 200) \
        FROM (SELECT 1) o LEFT JOIN {head} h ON h.history IN ({names}) \
        LEFT JOIN {history} n ON n.history = h.history \
        AND n.position = (SELECT max(m.position) FROM {history} m WHERE m.history = h.history)",
    // A database in memory has no other journal than one in memory, and no file.
    identify: "SELECT sqlite_version(), '', 'main', 'main', 0, '', CASE WHEN (SELECT coalesce(file, '') \
        FROM pragma_database_list WHERE name = 'main') = '' THEN '' ELSE (SELECT journal_mode FROM pragma_journal_mode) END",
    built_in: "",
    encrypted: None,
    // Read through the table-valued forms, which exist since 3.16.
    capture: "SELECT 'foreign_keys', CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys \
        UNION ALL SELECT 'legacy_alter_table', CAST(legacy_alter_table AS TEXT) FROM pragma_legacy_alter_table \
        UNION ALL SELECT 'recursive_triggers', CAST(recursive_triggers AS TEXT) FROM pragma_recursive_triggers \
        UNION ALL SELECT 'ignore_check_constraints', CAST(ignore_check_constraints AS TEXT) FROM pragma_ignore_check_constraints",
    restore: Restore::Pragma,
    settings: "",
    no_limit: "",
    reset: "PRAGMA writable_schema = OFF; ",
    reset_own: "",
    announce: "",
    set_role: None,
    create_schema: None,
    create: &[
        "CREATE TABLE IF NOT EXISTS {journal} (\
        id INTEGER PRIMARY KEY, history TEXT NOT NULL, position INTEGER NOT NULL, version TEXT NOT NULL, \
        event TEXT NOT NULL, statement INTEGER, detail TEXT, release_version TEXT NOT NULL, actor TEXT NOT NULL, \
        tool TEXT NOT NULL, logged_at TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS {history} (\
        history TEXT NOT NULL, position INTEGER NOT NULL, version TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, \
        text_checksum TEXT NOT NULL, token_checksum TEXT NOT NULL, chain TEXT NOT NULL, state TEXT NOT NULL, \
        statements_total INTEGER NOT NULL, statements_intent INTEGER NOT NULL, statements_done INTEGER NOT NULL, \
        done_checksum TEXT, pre_image TEXT, phase TEXT NOT NULL, release_version TEXT NOT NULL, \
        started_at TEXT NOT NULL, finished_at TEXT, duration_us INTEGER, actor TEXT NOT NULL, tool TEXT NOT NULL, \
        PRIMARY KEY (history, position), UNIQUE (history, version))",
        "CREATE TABLE IF NOT EXISTS {head} (\
        history TEXT NOT NULL PRIMARY KEY, format INTEGER NOT NULL, fingerprint TEXT NOT NULL, \
        text_fingerprint TEXT NOT NULL, release_version TEXT NOT NULL, floor_position INTEGER NOT NULL, \
        position INTEGER NOT NULL, chain TEXT NOT NULL, updated_at TEXT NOT NULL)",
    ],
    started_at: "started_at",
    now: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
    elapsed_us: "CAST(round((julianday('now') - julianday(started_at)) * 86400000) AS INTEGER) * 1000",
    replace_head: " ON CONFLICT (history) DO UPDATE SET format = excluded.format, fingerprint = excluded.fingerprint, \
        text_fingerprint = excluded.text_fingerprint, release_version = excluded.release_version, \
        floor_position = max(floor_position, excluded.floor_position), position = excluded.position, chain = excluded.chain, \
        updated_at = excluded.updated_at",
    // A deferred BEGIN fails at once when it later wants to write, whatever the busy timeout says (measured).
    begin: "BEGIN IMMEDIATE",
    lock: None,
    send: Send::Each,
    ddl: Ddl::Transactional,
    current_schema: "'main'",
    find_objects: "SELECT 'main', name FROM main.sqlite_master \
        WHERE {schema} = 'main' AND type <> 'trigger' AND name COLLATE NOCASE IN ({names})",
    apart: "a file of its own",
    find_tables: "SELECT name, 'main' FROM main.sqlite_master WHERE type = 'table' AND name IN ({names}) ORDER BY 1",
    codes: Codes {
        missing_table: ("1", "no such table"),
        unique: &["1555", "2067"],
        racing_create: &[],
        try_again: &[],
        // BUSY, and its RECOVERY, SNAPSHOT and TIMEOUT forms; LOCKED is the shared cache's word for it.
        busy: &["5", "261", "517", "773", "6", "262"],
        no_database: &[],
        denied: &[],
        read_only: &["8", "264", "520", "776", "1032", "1288", "1544"],
    },
};
