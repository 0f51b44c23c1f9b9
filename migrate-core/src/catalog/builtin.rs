//! What Postgres has without a statement having created it, as far as the catalog asks.

/// Types of `pg_catalog` and the words of the grammar for types, as the reader gives them.
const TYPES: &[&str] = &[
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "bigint",
    "bigserial",
    "bit",
    "bit varying",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "char",
    "char varying",
    "character",
    "character varying",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "dec",
    "decimal",
    "double precision",
    "event_trigger",
    "fdw_handler",
    "float",
    "float4",
    "float8",
    "gtsvector",
    "index_am_handler",
    "inet",
    "information_schema.sql_identifier",
    "int",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "integer",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "national char",
    "national char varying",
    "national character",
    "national character varying",
    "nchar",
    "nchar varying",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_ddl_command",
    "pg_lsn",
    "pg_node_tree",
    "pg_snapshot",
    "point",
    "polygon",
    "real",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "serial",
    "serial2",
    "serial4",
    "serial8",
    "setof record",
    "smallint",
    "smallserial",
    "table",
    "table_am_handler",
    "text",
    "tid",
    "time",
    "time with time zone",
    "time without time zone",
    "timestamp",
    "timestamp with time zone",
    "timestamp without time zone",
    "timestamptz",
    "timetz",
    "trigger",
    "tsm_handler",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "unknown",
    "uuid",
    "varbit",
    "varchar",
    "void",
    "xid",
    "xid8",
    "xml",
];

/// Extensions that only bring types, functions and operators, and no function that changes a schema.
const PLAIN_EXTENSIONS: &[&str] = &[
    "amcheck",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "pageinspect",
    "pg_buffercache",
    "pg_stat_statements",
    "pg_trgm",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "plpgsql",
    "seg",
    "semver",
    "sslinfo",
    "tablefunc",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "vector",
    "xml2",
];

/// Functions of the server that change what the catalog knows, or run text as SQL.
const ACTING: &[&str] = &[
    "set_config",
    "query_to_xml",
    "query_to_xmlschema",
    "query_to_xml_and_xmlschema",
    "cursor_to_xml",
    "ts_stat",
    "pg_import_system_collations",
    "dblink",
    "dblink_exec",
    "lo_import",
    "load_extension",
];

/// Names in expressions that look like columns and are none.
const WORDS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "false",
    "localtime",
    "localtimestamp",
    "null",
    "session_user",
    "sysdate",
    "system_user",
    "true",
    "unknown",
    "user",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "value",
];

/// Columns that the extension's types and functions are known for, by name of the type.
const EXTENSION_TYPES: &[(&str, &str)] = &[
    ("citext", "citext"),
    ("hstore", "hstore"),
    ("ltree", "ltree"),
    ("lquery", "ltree"),
    ("ltxtquery", "ltree"),
    ("cube", "cube"),
    ("isbn", "isn"),
    ("isbn13", "isn"),
    ("issn", "isn"),
    ("ean13", "isn"),
    ("upc", "isn"),
    ("seg", "seg"),
    ("semver", "semver"),
    ("vector", "vector"),
    ("halfvec", "vector"),
    ("geometry", "postgis"),
    ("geography", "postgis"),
];

pub(super) fn is_type(name: &str) -> bool {
    // `interval day to second`, `time (3) with time zone`: the grammar knows more spellings than names.
    TYPES.contains(&name)
        || name.split_once(' ').is_some_and(|(first, _)| matches!(first, "interval" | "time" | "timestamp"))
        || name.starts_with("setof ")
        // Arrays and the types of the server's own tables.
        || name.starts_with("pg_")
        || name.starts_with('_')
}

pub(super) fn is_plain_extension(name: &str) -> bool {
    PLAIN_EXTENSIONS.contains(&name)
}

pub(super) fn acts(function: &str) -> bool {
    ACTING.contains(&function)
}

pub(super) fn is_word(name: &str) -> bool {
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// The extension that has a type.
pub(super) fn extension_of_type(name: &str) -> Option<&'static str> {
    EXTENSION_TYPES.iter().find(|(known, _)| *known == name).map(|(_, extension)| *extension)
}

/// The names of the types, for suggestions.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().copied()
}
