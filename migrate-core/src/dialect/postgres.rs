//! PostgreSQL 13 and later.
//!
//! Functions are qualified, since a schema on the search path may shadow them (CVE-2018-1058).

use super::{Backslash, Codes, Ddl, Dialect, LockSql, Restore, Savepoint, Schemas, Send, Spec};

/// PostgreSQL.
pub static POSTGRES: Spec = Spec {
    dialect: Dialect::Postgres,
    engine: "PostgreSQL",
    quote: '"',
    identifier_limit: 63,
    // standard_conforming_strings is a setting that a script may change.
    backslash: Backslash::Depends,
    schemas: Schemas::SearchPath,
    // In a transaction block the transaction began with an earlier message than this statement's.
    in_transaction: "SELECT CASE WHEN pg_catalog.transaction_timestamp() = pg_catalog.statement_timestamp() THEN 0 ELSE 1 END",
    savepoint: Some(Savepoint {
        set: "SAVEPOINT migrate_reads",
        back: "ROLLBACK TO SAVEPOINT migrate_reads; RELEASE SAVEPOINT migrate_reads",
        ended: "25P02",
    }),
    boot: "SELECT pg_catalog.current_schema()::text, current_user::text, pg_catalog.current_database()::text, \
        CASE WHEN pg_catalog.transaction_timestamp() = pg_catalog.statement_timestamp() THEN 0 ELSE 1 END, \
        (SELECT s.nspname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
        WHERE c.oid = h.tableoid), \
        h.history, h.format, h.fingerprint, h.text_fingerprint, h.release_version, h.floor_position, h.position, h.chain, \
        n.position, n.version, n.text_checksum, n.token_checksum, n.chain, n.state \
        FROM (SELECT 1) o LEFT JOIN {head} h ON h.history IN ({names}) \
        LEFT JOIN LATERAL (SELECT r.position, pg_catalog.substr(r.version, 1, 200) AS version, \
        pg_catalog.substr(r.text_checksum, 1, 200) AS text_checksum, \
        pg_catalog.substr(r.token_checksum, 1, 200) AS token_checksum, \
        pg_catalog.substr(r.chain, 1, 200) AS chain, pg_catalog.substr(r.state, 1, 200) AS state \
        FROM {history} r WHERE r.history = h.history ORDER BY r.position DESC LIMIT 1) n ON true",
    // DSQL calls itself PostgreSQL; it is known by a table of its own.
    identify: "SELECT pg_catalog.version() || CASE WHEN pg_catalog.to_regclass('sys.iam_pg_role_mappings') IS NULL \
        THEN '' ELSE ' (Aurora DSQL)' END, current_user::text, pg_catalog.current_schema()::text, \
        pg_catalog.current_database()::text, pg_catalog.pg_is_in_recovery()::int, session_user::text, \
        pg_catalog.current_setting('search_path')",
    built_in: "pg_catalog.",
    // A Unix socket has no address.
    encrypted: Some(
        "SELECT CASE WHEN pg_catalog.inet_client_addr() IS NULL OR (SELECT s.ssl FROM pg_catalog.pg_stat_ssl s \
        WHERE s.pid = pg_catalog.pg_backend_pid()) THEN 1 ELSE 0 END",
    ),
    // What SET has changed since the connection was made, by on_connect or by the caller of a lent connection.
    // What is of one transaction alone cannot be set in the next.
    capture: "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session' \
        AND name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')",
    restore: Restore::SetConfig,
    // Timeouts meant for the application's statements would kill a migration or the idle lock holder.
    // client_connection_check_interval (14) frees the lock of a killed client within seconds although its
    // statement still runs; transaction_timeout came with 17: hence the missing_ok test. With 200 ms instead
    // of never, the lock was free after 0.3 s instead of 2.8 s (measured on 15).
    settings: "SELECT pg_catalog.set_config(v.name, v.value, false) FROM (VALUES ('statement_timeout', '0'), \
        ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), ('transaction_timeout', '0'), \
        ('client_connection_check_interval', '2s'), ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), \
        ('tcp_keepalives_count', '3'), ('default_transaction_isolation', 'read committed'), \
        ('default_transaction_read_only', 'off'), ('standard_conforming_strings', 'on')) v(name, value) \
        WHERE pg_catalog.current_setting(v.name, true) IS NOT NULL",
    // It has its limit itself, but takes microseconds.
    no_limit: "SET statement_timeout = 0; ",
    // DISCARD ALL would drop the advisory lock, and is refused in the implicit transaction of a message.
    // The first part is for the transaction that this message is: it has begun with the defaults that a script
    // may have set, and must be changed before anything is read. The limit goes first, since all that follows
    // would be under it.
    reset: "SET statement_timeout = 0; SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET SESSION AUTHORIZATION {login}; RESET ALL; SET ROLE {role}; ",
    reset_own: "CLOSE ALL; UNLISTEN *; DISCARD TEMP; DEALLOCATE ALL; ",
    announce: "SET application_name = {step}; ",
    set_role: Some("SET ROLE {role}"),
    create_schema: Some("CREATE SCHEMA IF NOT EXISTS {schema}"),
    create: &[
        "CREATE TABLE IF NOT EXISTS {journal} (\
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, history text NOT NULL, position bigint NOT NULL, \
        version text NOT NULL, event text NOT NULL, statement bigint, detail text, release_version text NOT NULL, \
        actor text NOT NULL, tool text NOT NULL, logged_at timestamptz NOT NULL)",
        "CREATE TABLE IF NOT EXISTS {history} (\
        history text NOT NULL, position bigint NOT NULL, version text NOT NULL, name text NOT NULL, kind text NOT NULL, \
        text_checksum text NOT NULL, token_checksum text NOT NULL, chain text NOT NULL, state text NOT NULL, \
        statements_total bigint NOT NULL, statements_intent bigint NOT NULL, statements_done bigint NOT NULL, \
        done_checksum text, pre_image text, phase text NOT NULL, release_version text NOT NULL, \
        started_at timestamptz NOT NULL, finished_at timestamptz, duration_us bigint, actor text NOT NULL, \
        tool text NOT NULL, PRIMARY KEY (history, position), UNIQUE (history, version))",
        "CREATE TABLE IF NOT EXISTS {head} (\
        history text NOT NULL PRIMARY KEY, format bigint NOT NULL, fingerprint text NOT NULL, \
        text_fingerprint text NOT NULL, release_version text NOT NULL, floor_position bigint NOT NULL, \
        position bigint NOT NULL, chain text NOT NULL, updated_at timestamptz NOT NULL)",
    ],
    started_at: "started_at::text",
    now: "pg_catalog.clock_timestamp()",
    elapsed_us: "(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - started_at) * 1000000)::bigint",
    replace_head: " ON CONFLICT (history) DO UPDATE SET format = excluded.format, fingerprint = excluded.fingerprint, \
        text_fingerprint = excluded.text_fingerprint, release_version = excluded.release_version, \
        floor_position = GREATEST({head}.floor_position, excluded.floor_position), position = excluded.position, chain = excluded.chain, \
        updated_at = excluded.updated_at",
    begin: "BEGIN",
    lock: Some(LockSql {
        acquire: "SELECT CASE WHEN pg_catalog.pg_try_advisory_lock({key}) THEN pg_catalog.pg_backend_pid() ELSE 0 END",
        held: "SELECT CASE WHEN pg_catalog.count(*) > 0 THEN 1 ELSE -pg_catalog.pg_backend_pid() END FROM pg_catalog.pg_locks WHERE locktype = 'advisory' \
            AND pid = pg_catalog.pg_backend_pid() AND granted AND mode = 'ExclusiveLock' AND objsubid = 1 \
            AND (classid::bigint << 32 | objid::bigint) = {key}",
        holder: "SELECT pg_catalog.concat('process ', a.pid, ' (user ', a.usename, ', application ', \
            coalesce(nullif(a.application_name, ''), 'unnamed'), ', address ', coalesce(a.client_addr::text, 'local'), \
            ', ', coalesce(a.state, 'state not visible to this role'), \
            coalesce(' since ' || pg_catalog.to_char(pg_catalog.clock_timestamp() - a.state_change, 'HH24:MI:SS'), ''), \
            '); to end it: SELECT pg_terminate_backend(', a.pid, ')') \
            FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) \
            AND (l.classid::bigint << 32 | l.objid::bigint) = {key}",
        release: "SELECT pg_catalog.pg_advisory_unlock({key})::int",
        in_transaction: Some("SELECT pg_catalog.pg_try_advisory_xact_lock({key})::int"),
    }),
    send: Send::Whole,
    ddl: Ddl::Transactional,
    current_schema: "pg_catalog.current_schema()",
    // Tables are types, too, and the name of a type may be taken by either. Arrays give way.
    find_objects: "SELECT s.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
        JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = {schema} AND c.relname IN ({names}) \
        UNION SELECT s.nspname::text, t.typname::text FROM pg_catalog.pg_type t \
        JOIN pg_catalog.pg_namespace s ON s.oid = t.typnamespace \
        WHERE s.nspname = {schema} AND t.typname IN ({names}) AND t.typcategory <> 'A'",
    apart: "a schema of its own, by the search_path of its connections",
    find_tables: "SELECT c.relname::text, s.nspname::text FROM pg_catalog.pg_class c \
        JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'p') AND c.relname IN ({names}) AND s.nspname = ANY (pg_catalog.current_schemas(false)) \
        ORDER BY 2, 1",
    codes: Codes {
        missing_table: ("42P01", ""),
        unique: &["23505"],
        racing_create: &["23505", "42P07", "42710", "42P06"],
        try_again: &["53300", "57P03"],
        busy: &[],
        no_database: &[],
        denied: &["42501"],
        read_only: &["25006"],
    },
};
