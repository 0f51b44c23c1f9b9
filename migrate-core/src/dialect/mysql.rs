//! MySQL 8 and later, MariaDB 10.5 and later.

use super::{Backslash, Codes, Ddl, Dialect, LockSql, Restore, Schemas, Send, Spec};

/// MySQL.
pub static MYSQL: Spec = spec(Dialect::MySql, "MySQL");
/// MariaDB.
pub static MARIADB: Spec = spec(Dialect::MariaDb, "MariaDB");

const fn spec(dialect: Dialect, engine: &'static str) -> Spec {
    Spec {
        dialect,
        engine,
        quote: '`',
        // 64 characters; a byte limit is the safe side of it.
        identifier_limit: 64,
        backslash: Backslash::Escapes,
        schemas: Schemas::Databases,
        // MariaDB reads the comment, MySQL has no such variable.
        in_transaction: "SELECT /*M! @@in_transaction + */ 0",
        savepoint: None,
        boot: "SELECT DATABASE(), CURRENT_USER(), DATABASE(), /*M! @@in_transaction + */ 0, DATABASE(), \
            h.history, h.format, h.fingerprint, h.text_fingerprint, h.release_version, h.floor_position, h.position, \
            h.chain, n.position, n.version, n.text_checksum, n.token_checksum, n.chain, n.state \
            FROM (SELECT 1 AS one) o LEFT JOIN {head} h ON h.history IN ({names}) \
            LEFT JOIN {history} n ON n.history = h.history \
            AND n.position = (SELECT MAX(m.position) FROM {history} m WHERE m.history = h.history)",
        // MariaDB 12 answers with a word instead of a number.
        identify: "SELECT CONCAT(VERSION(), ' ', @@version_comment), CURRENT_USER(), DATABASE(), DATABASE(), \
            CAST(@@GLOBAL.read_only AS CHAR) NOT IN ('0', 'OFF'), CURRENT_USER(), @@SESSION.sql_mode",
        built_in: "",
        // A client on a Unix socket has a host without a port.
        encrypted: Some(match dialect {
            Dialect::MySql => {
                "SELECT EXISTS (SELECT 1 FROM performance_schema.session_status WHERE variable_name = 'Ssl_cipher' \
                AND variable_value <> '') OR EXISTS (SELECT 1 FROM information_schema.processlist \
                WHERE id = CONNECTION_ID() AND host NOT LIKE '%:%')"
            }
            _ => {
                "SELECT EXISTS (SELECT 1 FROM information_schema.session_status WHERE variable_name = 'SSL_CIPHER' \
                AND variable_value <> '') OR EXISTS (SELECT 1 FROM information_schema.processlist \
                WHERE id = CONNECTION_ID() AND host NOT LIKE '%:%')"
            }
        }),
        capture: "SELECT 'sql_mode', @@SESSION.sql_mode UNION ALL SELECT 'time_zone', @@SESSION.time_zone \
            UNION ALL SELECT 'foreign_key_checks', IF(@@SESSION.foreign_key_checks, 'ON', 'OFF') \
            UNION ALL SELECT 'unique_checks', IF(@@SESSION.unique_checks, 'ON', 'OFF') \
            UNION ALL SELECT 'autocommit', IF(@@SESSION.autocommit, 'ON', 'OFF') \
            UNION ALL SELECT 'wait_timeout', CAST(@@SESSION.wait_timeout AS CHAR) \
            UNION ALL SELECT 'lock_wait_timeout', CAST(@@SESSION.lock_wait_timeout AS CHAR) \
            UNION ALL SELECT 'innodb_lock_wait_timeout', CAST(@@SESSION.innodb_lock_wait_timeout AS CHAR) \
            UNION ALL SELECT 'sql_safe_updates', IF(@@SESSION.sql_safe_updates, 'ON', 'OFF') \
            UNION ALL SELECT 'character_set_client', @@SESSION.character_set_client \
            UNION ALL SELECT 'character_set_results', @@SESSION.character_set_results \
            UNION ALL SELECT 'collation_connection', @@SESSION.collation_connection",
        restore: Restore::SetSession,
        // sqlx adds PIPES_AS_CONCAT and IGNORE_SPACE to the mode, which change what a file means (CREATE TABLE
        // count (…) fails) and are kept with routines; files get the server's own mode, as in its client.
        settings: "SET SESSION sql_mode = @@GLOBAL.sql_mode, autocommit = 1, wait_timeout = 28800",
        no_limit: "",
        // Temporary tables stay: nothing lists them on every version, and no migration may count on them.
        reset: "USE {database}; ",
        reset_own: "",
        announce: "",
        set_role: Some("SET ROLE {role}"),
        create_schema: None,
        create: &[
            "CREATE TABLE IF NOT EXISTS {journal} (\
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, \
            history VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, position BIGINT NOT NULL, \
            version VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, event VARCHAR(20) NOT NULL, \
            statement BIGINT, detail LONGTEXT, release_version VARCHAR(100) NOT NULL, actor TEXT NOT NULL, \
            tool VARCHAR(100) NOT NULL, logged_at DATETIME(6) NOT NULL) \
            ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "CREATE TABLE IF NOT EXISTS {history} (\
            history VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, position BIGINT NOT NULL, \
            version VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, name TEXT NOT NULL, \
            kind VARCHAR(20) NOT NULL, text_checksum VARCHAR(100) NOT NULL, token_checksum VARCHAR(100) NOT NULL, \
            chain VARCHAR(100) NOT NULL, state VARCHAR(20) NOT NULL, statements_total BIGINT NOT NULL, \
            statements_intent BIGINT NOT NULL, statements_done BIGINT NOT NULL, done_checksum VARCHAR(100), \
            pre_image LONGTEXT, phase VARCHAR(20) NOT NULL, release_version VARCHAR(100) NOT NULL, \
            started_at DATETIME(6) NOT NULL, finished_at DATETIME(6), duration_us BIGINT, actor TEXT NOT NULL, \
            tool VARCHAR(100) NOT NULL, PRIMARY KEY (history, position), UNIQUE KEY migrate_history_version (history, version)) \
            ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "CREATE TABLE IF NOT EXISTS {head} (\
            history VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, format BIGINT NOT NULL, \
            fingerprint VARCHAR(100) NOT NULL, text_fingerprint VARCHAR(100) NOT NULL, \
            release_version VARCHAR(100) NOT NULL, floor_position BIGINT NOT NULL, position BIGINT NOT NULL, \
            chain VARCHAR(100) NOT NULL, updated_at DATETIME(6) NOT NULL) \
            ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        ],
        started_at: "started_at",
        now: "UTC_TIMESTAMP(6)",
        elapsed_us: "TIMESTAMPDIFF(MICROSECOND, started_at, UTC_TIMESTAMP(6))",
        replace_head: " ON DUPLICATE KEY UPDATE format = VALUES(format), fingerprint = VALUES(fingerprint), \
            text_fingerprint = VALUES(text_fingerprint), release_version = VALUES(release_version), \
            floor_position = GREATEST(floor_position, VALUES(floor_position)), position = VALUES(position), chain = VALUES(chain), \
            updated_at = VALUES(updated_at)",
        begin: "START TRANSACTION",
        lock: Some(LockSql {
            // A negative timeout takes no lock on MariaDB and gives NULL (measured on 10.11; vault#5343).
            acquire: "SELECT GET_LOCK({key}, 0) * CONNECTION_ID()",
            held: "SELECT IF(COALESCE(IS_USED_LOCK({key}) = CONNECTION_ID(), 0), 1, -CAST(CONNECTION_ID() AS SIGNED))",
            holder: "SELECT CONCAT('connection ', p.ID, ' (user ', p.USER, ', from ', p.HOST, ', ', p.COMMAND, ' for ', \
                p.TIME, ' s); to end it: KILL ', p.ID) FROM information_schema.PROCESSLIST p \
                WHERE p.ID = IS_USED_LOCK({key})",
            release: "SELECT RELEASE_LOCK({key})",
            in_transaction: None,
        }),
        send: Send::Each,
        ddl: Ddl::Commits,
        current_schema: "DATABASE()",
        // Whether the names of tables ignore case depends on the disk; comparisons of the information_schema
        // always do.
        find_objects: "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES \
            WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME IN ({names}, {folded}) AND (CAST(TABLE_NAME AS BINARY) IN ({names}) \
            OR (@@lower_case_table_names <> 0 AND CAST(LOWER(TABLE_NAME) AS BINARY) IN ({folded})))",
        apart: "a database of its own",
        find_tables: "SELECT TABLE_NAME, TABLE_SCHEMA FROM information_schema.TABLES \
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({names}) ORDER BY 2, 1",
        codes: Codes {
            missing_table: ("1146", ""),
            unique: &["1062"],
            racing_create: &["1050"],
            try_again: &["1040", "1203"],
            busy: &[],
            no_database: &["1046"],
            denied: &["1142", "1044", "1227", "1370"],
            read_only: &["1290", "1836"],
        },
    }
}
