//! What SQLite can do since which version. Measured: 3.28, 3.39, 3.40, 3.44, 3.45, 3.49 and 3.53; which version
//! between two of them it was is what the change log says, <https://sqlite.org/changes.html>.

use super::Detector::{Function, Syntax, Unless};
use super::Source::{Manual, Measured};
use super::{Detector, Feature, Source};

pub(super) const PREPARE: &str = "\
CREATE TABLE t (a INTEGER PRIMARY KEY, b INT, c TEXT);
CREATE TABLE u (a INT, b INT);
";

const fn feature(
    name: &'static str,
    minor: u32,
    source: Source,
    detector: Detector,
    instead: &'static str,
    sample: &'static str,
) -> Feature {
    Feature { name, since: [3, minor, 0], source, detector, instead, sample }
}

const REBUILD: &str = "make a new table, copy, drop the old one and rename";

/// By version.
pub(super) const FEATURES: &[Feature] = &[
    feature(
        "ON CONFLICT DO of an INSERT",
        24,
        Manual,
        Syntax(&["on conflict do|("]),
        "write INSERT OR IGNORE, then UPDATE",
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING",
    ),
    feature(
        "RENAME COLUMN",
        25,
        Manual,
        Syntax(&["^alter table _ rename column _ to", "^alter table _ rename _ to"]),
        REBUILD,
        "ALTER TABLE t RENAME COLUMN b TO x",
    ),
    feature(
        "a window function",
        25,
        Manual,
        Syntax(&[") over ("]),
        "write a subquery",
        "SELECT row_number() OVER (ORDER BY a) FROM t",
    ),
    feature(
        "VACUUM INTO",
        27,
        Manual,
        Syntax(&["^vacuum into", "^vacuum _ into"]),
        "copy the file",
        "VACUUM INTO ''",
    ),
    feature(
        "NULLS FIRST and NULLS LAST",
        30,
        Measured,
        Syntax(&["nulls first|last"]),
        "order by `a IS NULL` first",
        "SELECT a FROM t ORDER BY b NULLS LAST",
    ),
    feature(
        "FILTER of an aggregate",
        30,
        Measured,
        Syntax(&[") filter ( where"]),
        "write CASE in the argument",
        "SELECT count(*) FILTER (WHERE a > 1) FROM t",
    ),
    feature(
        "a generated column",
        31,
        Measured,
        Syntax(&[
            "generated always as (",
            "^create temp|temporary? table ... as () stored|virtual",
            "^alter table ... as () stored|virtual",
        ]),
        "write a view, or triggers",
        "CREATE TABLE x (a INT, b INT GENERATED ALWAYS AS (a + 1) STORED)",
    ),
    feature("iif()", 32, Measured, Function(&["iif"]), "write CASE", "SELECT iif(1, 2, 3)"),
    feature(
        "UPDATE … FROM",
        33,
        Measured,
        Unless(&["^update ~ from"], "distinct from"),
        "write a subquery",
        "UPDATE t SET b = u.b FROM u WHERE t.a = u.a",
    ),
    feature(
        "DROP COLUMN",
        35,
        Measured,
        Syntax(&["^alter table _ drop column _", "^alter table _ drop _ $"]),
        REBUILD,
        "ALTER TABLE t DROP COLUMN b",
    ),
    feature(
        "RETURNING",
        35,
        Measured,
        Syntax(&[
            "^insert ~ returning *",
            "^insert ~ returning _ $",
            "^update ~ returning *",
            "^update ~ returning _ $",
            "^delete ~ returning *",
            "^delete ~ returning _ $",
        ]),
        "read the rows with a SELECT",
        "INSERT INTO t (a) VALUES (1) RETURNING a",
    ),
    feature(
        "AS MATERIALIZED of a CTE",
        35,
        Measured,
        Syntax(&["as not? materialized ("]),
        "leave the word out",
        "WITH x AS MATERIALIZED (SELECT 1) SELECT * FROM x",
    ),
    feature(
        "a STRICT table",
        37,
        Measured,
        Syntax(&[
            "^create temp|temporary? table if? not? exists? _ () strict",
            "^create temp|temporary? table if? not? exists? _ () without rowid , strict",
        ]),
        "write CHECK (typeof(…) = …)",
        "CREATE TABLE x (a INT) STRICT",
    ),
    feature(
        "the operators -> and ->>",
        38,
        Measured,
        Syntax(&["->", "->>"]),
        "write json_extract",
        "SELECT '{\"a\": 1}' ->> 'a'",
    ),
    feature(
        "unixepoch() or format()",
        38,
        Measured,
        Function(&["unixepoch", "format"]),
        "write strftime('%s', …), or printf",
        "SELECT unixepoch()",
    ),
    feature(
        "RIGHT and FULL JOIN",
        39,
        Measured,
        Syntax(&["right outer? join", "full outer? join"]),
        "write LEFT JOIN with the tables the other way round, and UNION ALL",
        "SELECT * FROM t FULL OUTER JOIN u ON t.a = u.a",
    ),
    feature(
        "IS DISTINCT FROM",
        39,
        Measured,
        Syntax(&["is not? distinct from"]),
        "write IS NOT, or IS",
        "SELECT a IS NOT DISTINCT FROM b FROM t",
    ),
    feature("unhex()", 41, Measured, Function(&["unhex"]), "write a blob literal", "SELECT unhex('00')"),
    feature(
        "timediff() or octet_length()",
        43,
        Measured,
        Function(&["timediff", "octet_length"]),
        "write julianday, or length(CAST(… AS BLOB))",
        "SELECT octet_length('a')",
    ),
    feature(
        "concat() or string_agg()",
        44,
        Measured,
        Function(&["concat", "concat_ws", "string_agg"]),
        "write ||, or group_concat",
        "SELECT concat('a', 'b')",
    ),
    feature(
        "ORDER BY in an aggregate",
        44,
        Measured,
        Syntax(&["group_concat|json_group_array|json_group_object|string_agg|sum|total ( ~ order by"]),
        "select from an ordered subquery",
        "SELECT group_concat(a ORDER BY b) FROM t",
    ),
    feature(
        "a function of jsonb",
        45,
        Measured,
        Function(&[
            "jsonb",
            "jsonb_array",
            "jsonb_object",
            "jsonb_extract",
            "jsonb_insert",
            "jsonb_patch",
            "jsonb_remove",
            "jsonb_replace",
            "jsonb_set",
            "jsonb_group_array",
            "jsonb_group_object",
        ]),
        "write the one of json",
        "SELECT jsonb('{}')",
    ),
    feature("if()", 48, Measured, Function(&["if"]), "write CASE", "SELECT if(1, 2, 3)"),
    feature(
        "unistr()",
        50,
        Measured,
        Function(&["unistr", "unistr_quote"]),
        "write the characters themselves",
        "SELECT unistr('a')",
    ),
    feature(
        "SET NOT NULL and DROP NOT NULL",
        53,
        Measured,
        Syntax(&["^alter table _ alter column? _ set|drop not null"]),
        REBUILD,
        "ALTER TABLE t ALTER COLUMN b SET NOT NULL",
    ),
    feature(
        "ADD CONSTRAINT and DROP CONSTRAINT",
        53,
        Measured,
        Syntax(&["^alter table _ add constraint _ check", "^alter table _ drop constraint"]),
        REBUILD,
        "ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0)",
    ),
];
