//! What the servers have without a statement having created it, as far as the catalog asks.

use crate::dialect::Dialect;

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
    "\"char\"",
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

/// Extensions that only bring types, functions, operators and views of the server, and no function that changes
/// a schema; with their types, where these are the same in all versions.
const PLAIN_EXTENSIONS: &[(&str, Option<&[&str]>)] = &[
    ("amcheck", Some(&[])),
    ("bloom", Some(&[])),
    ("btree_gin", Some(&[])),
    (
        "btree_gist",
        Some(&["gbtreekey16", "gbtreekey2", "gbtreekey32", "gbtreekey4", "gbtreekey8", "gbtreekey_var"]),
    ),
    ("citext", Some(&["citext"])),
    ("cube", Some(&["cube"])),
    ("dict_int", Some(&[])),
    ("dict_xsyn", Some(&[])),
    // With CASCADE it brings that on which it is built.
    ("earthdistance", Some(&["earth", "cube"])),
    ("fuzzystrmatch", Some(&[])),
    ("hstore", Some(&["hstore", "ghstore"])),
    ("intarray", Some(&["query_int", "intbig_gkey"])),
    ("isn", Some(&["ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"])),
    ("lo", Some(&["lo"])),
    ("ltree", Some(&["ltree", "lquery", "ltxtquery", "ltree_gist"])),
    ("pageinspect", Some(&[])),
    ("pg_buffercache", Some(&[])),
    ("pg_freespacemap", Some(&[])),
    ("pg_prewarm", Some(&[])),
    ("pg_stat_statements", Some(&[])),
    ("pg_trgm", Some(&["gtrgm"])),
    ("pg_visibility", Some(&[])),
    ("pgcrypto", Some(&[])),
    ("pgrowlocks", Some(&[])),
    ("pgstattuple", Some(&[])),
    ("plpgsql", Some(&[])),
    ("seg", Some(&["seg"])),
    ("semver", None),
    ("sslinfo", Some(&[])),
    ("tablefunc", Some(&["tablefunc_crosstab_2", "tablefunc_crosstab_3", "tablefunc_crosstab_4"])),
    ("tsm_system_rows", Some(&[])),
    ("tsm_system_time", Some(&[])),
    ("unaccent", Some(&[])),
    ("uuid-ossp", Some(&[])),
    ("vector", None),
    ("xml2", None),
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

/// The first words of the types of columns in MySQL and MariaDB, of all versions.
const MYSQL_TYPES: &[&str] = &[
    "bigint",
    "binary",
    "bit",
    "blob",
    "bool",
    "boolean",
    "byte",
    "char",
    "character",
    "clob",
    "date",
    "datetime",
    "dec",
    "decimal",
    "double",
    "enum",
    "fixed",
    "float",
    "float4",
    "float8",
    "geomcollection",
    "geometry",
    "geometrycollection",
    "inet4",
    "inet6",
    "int",
    "int1",
    "int2",
    "int3",
    "int4",
    "int8",
    "integer",
    "json",
    "linestring",
    "long",
    "longblob",
    "longtext",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "middleint",
    "multilinestring",
    "multipoint",
    "multipolygon",
    "national",
    "nchar",
    "number",
    "numeric",
    "nvarchar",
    "point",
    "polygon",
    "raw",
    "real",
    "row",
    "serial",
    "set",
    "smallint",
    "text",
    "time",
    "timestamp",
    "tinyblob",
    "tinyint",
    "tinytext",
    "uuid",
    "varbinary",
    "varchar",
    "varchar2",
    "varcharacter",
    "vector",
    "xmltype",
    "year",
];

/// The types of columns in a STRICT table of SQLite.
const STRICT_TYPES: &[&str] = &["any", "blob", "int", "integer", "real", "text"];

/// The only types that there are; none where there may be others.
pub(super) fn closed_types(dialect: Dialect, strict: bool) -> &'static [&'static str] {
    match dialect {
        Dialect::MySql | Dialect::MariaDb => MYSQL_TYPES,
        Dialect::Sqlite if strict => STRICT_TYPES,
        _ => &[],
    }
}

pub(super) fn is_type(name: &str) -> bool {
    // `interval day to second`, `time (3) with time zone`: the grammar knows more spellings than names.
    TYPES.contains(&name)
        || name.split_once(' ').is_some_and(|(first, _)| matches!(first, "interval" | "time" | "timestamp"))
        || name.starts_with("setof ")
        // Arrays and the types of the server's own tables.
        || name.starts_with("pg_")
        || name.starts_with('_')
}

/// The types of an extension that brings no more than types and functions: `Some(None)` when it is not known
/// which these are.
pub(super) fn types_of_extension(name: &str) -> Option<Option<&'static [&'static str]>> {
    PLAIN_EXTENSIONS.iter().find(|(known, _)| *known == name).map(|(_, types)| *types)
}

/// Whether an operator class that no statement created may have this name: those of the server do, and so do
/// those of all extensions.
pub(super) fn may_be_operator_class(name: &str) -> bool {
    name.ends_with("_ops")
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
