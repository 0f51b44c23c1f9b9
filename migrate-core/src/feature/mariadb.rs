//! What MariaDB can do since which version. Measured: 10.5, 10.11 and 11.8; the exact version is that of the release notes
//! in <https://mariadb.com/docs/release-notes>.

use super::Detector::{Function, Syntax, Type};
use super::Source::{Manual, Measured};
use super::{Detector, Feature, Source};
use crate::interval::ServerVersion;

pub(super) const PREPARE: &str = "\
CREATE TABLE t (a INT PRIMARY KEY, b INT, c TEXT, KEY t_b (b));
CREATE TABLE p (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (1), PARTITION p1 VALUES LESS THAN (2));
";

const fn feature(
    name: &'static str,
    since: ServerVersion,
    source: Source,
    detector: Detector,
    instead: &'static str,
    sample: &'static str,
) -> Feature {
    Feature { name, since, source, detector, instead, sample }
}

/// By version.
pub(super) const FEATURES: &[Feature] = &[
    feature(
        "INTERSECT ALL and EXCEPT ALL",
        [10, 5, 0],
        Manual,
        Syntax(&["intersect|except all select"]),
        "write EXISTS, or NOT EXISTS",
        "SELECT 1 INTERSECT ALL SELECT 1",
    ),
    feature(
        "RETURNING of an INSERT",
        [10, 5, 0],
        Manual,
        Syntax(&["^insert ~ returning", "^replace ~ returning"]),
        "read the row with a SELECT",
        "INSERT INTO t (a) VALUES (1) RETURNING a",
    ),
    feature(
        "the type INET6",
        [10, 5, 0],
        Manual,
        Type(&["inet6"]),
        "keep it as VARBINARY(16)",
        "CREATE TABLE x (a INET6)",
    ),
    feature(
        "RENAME COLUMN",
        [10, 5, 2],
        Manual,
        Syntax(&["^alter table ~ rename column"]),
        "write CHANGE with the whole column",
        "ALTER TABLE t RENAME COLUMN b TO x",
    ),
    feature(
        "RENAME INDEX",
        [10, 5, 2],
        Manual,
        Syntax(&["^alter table ~ rename index|key _ to"]),
        "drop the index and add it again",
        "ALTER TABLE t RENAME INDEX t_b TO x",
    ),
    feature(
        "WITHOUT OVERLAPS",
        [10, 5, 3],
        Manual,
        Syntax(&["without overlaps"]),
        "write triggers",
        "CREATE TABLE x (a INT, s DATE, e DATE, PERIOD FOR w (s, e), UNIQUE (a, w WITHOUT OVERLAPS))",
    ),
    feature(
        "JSON_TABLE",
        [10, 6, 0],
        Measured,
        Syntax(&["json_table ( ~ columns"]),
        "write JSON_EXTRACT",
        "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) x",
    ),
    feature(
        "SKIP LOCKED",
        [10, 6, 0],
        Measured,
        Syntax(&["for update skip locked", "lock in share mode skip locked"]),
        "write NOWAIT",
        "SELECT a FROM t FOR UPDATE SKIP LOCKED",
    ),
    feature(
        "FETCH FIRST … ROWS",
        [10, 6, 0],
        Measured,
        Syntax(&["fetch first|next # row|rows only|with"]),
        "write LIMIT",
        "SELECT a FROM t ORDER BY a FETCH FIRST 1 ROWS ONLY",
    ),
    feature(
        "an ignored index",
        [10, 6, 0],
        Measured,
        Syntax(&["^alter table ... alter index|key _ not? ignored", "^create ... ) ignored"]),
        "drop the index",
        "ALTER TABLE t ALTER INDEX t_b IGNORED",
    ),
    feature(
        "the type UUID",
        [10, 7, 0],
        Measured,
        Type(&["uuid"]),
        "write CHAR(36) or BINARY(16)",
        "CREATE TABLE x (a UUID)",
    ),
    feature(
        "CONVERT PARTITION and CONVERT TABLE",
        [10, 7, 0],
        Measured,
        Syntax(&["^alter table _ convert partition|table _ to"]),
        "write EXCHANGE PARTITION",
        "ALTER TABLE p CONVERT PARTITION p1 TO TABLE x",
    ),
    feature(
        "this function of 10.7",
        [10, 7, 0],
        Measured,
        Function(&["natural_sort_key", "sformat", "json_equals", "json_normalize"]),
        "",
        "SELECT natural_sort_key('a1')",
    ),
    feature("crc32c()", [10, 8, 0], Manual, Function(&["crc32c"]), "write crc32()", "SELECT crc32c('a')"),
    feature(
        "json_overlaps()",
        [10, 9, 0],
        Measured,
        Function(&["json_overlaps"]),
        "write JSON_CONTAINS",
        "SELECT json_overlaps('[1]', '[1]')",
    ),
    feature(
        "the type INET4",
        [10, 10, 0],
        Measured,
        Type(&["inet4"]),
        "keep it as INT UNSIGNED",
        "CREATE TABLE x (a INET4)",
    ),
    feature("random_bytes()", [10, 10, 0], Manual, Function(&["random_bytes"]), "", "SELECT random_bytes(4)"),
    feature(
        "GRANT … TO PUBLIC",
        [10, 11, 0],
        Measured,
        Syntax(&["^grant ~ to public"]),
        "grant to a role that every user has",
        "GRANT SELECT ON t TO PUBLIC",
    ),
    feature(
        "json_schema_valid()",
        [11, 1, 0],
        Measured,
        Function(&["json_schema_valid"]),
        "write a CHECK with JSON_VALID and JSON_TYPE",
        "SELECT json_schema_valid('{}', '{}')",
    ),
    feature(
        "this function of 11.2",
        [11, 2, 0],
        Measured,
        Function(&[
            "json_key_value",
            "json_array_intersect",
            "json_object_to_array",
            "json_object_filter_keys",
        ]),
        "",
        "SELECT json_key_value('{}', '$')",
    ),
    feature(
        "AS of a sequence",
        [11, 5, 0],
        Measured,
        Syntax(&["^create ~ sequence if? not? exists? _ as bigint|int|integer|smallint|tinyint|mediumint"]),
        "leave the type out",
        "CREATE SEQUENCE x AS INT",
    ),
    feature(
        "the type VECTOR",
        [11, 7, 0],
        Measured,
        Type(&["vector"]),
        "keep a JSON array or a BLOB",
        "CREATE TABLE x (a VECTOR(3))",
    ),
    feature(
        "uuid_v4() or uuid_v7()",
        [11, 7, 0],
        Measured,
        Function(&["uuid_v4", "uuid_v7"]),
        "write UUID()",
        "SELECT uuid_v7()",
    ),
];
