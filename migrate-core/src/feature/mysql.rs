//! What MySQL can do since which version. Measured: that 9.7 accepts the samples; the exact version is that of the
//! manual, mostly "What Is New in MySQL" <https://dev.mysql.com/doc/refman/en/mysql-nutshell.html>.

use super::Detector::{Function, Syntax, Type};
use super::Source::Manual;
use super::{Detector, Feature};
use crate::interval::ServerVersion;

pub(super) const PREPARE: &str = "\
CREATE TABLE t (a INT PRIMARY KEY, b INT, c TEXT, j JSON, CONSTRAINT t_b CHECK (b > 0));
";

const fn feature(
    name: &'static str,
    since: ServerVersion,
    detector: Detector,
    instead: &'static str,
    sample: &'static str,
) -> Feature {
    Feature { name, since, source: Manual, detector, instead, sample }
}

/// By version.
pub(super) const FEATURES: &[Feature] = &[
    feature(
        "a common table expression",
        [8, 0, 1],
        Syntax(&["^with"]),
        "write a subquery",
        "WITH x AS (SELECT 1) SELECT * FROM x",
    ),
    feature(
        "SKIP LOCKED",
        [8, 0, 1],
        Syntax(&["for update skip locked", "for share skip locked"]),
        "",
        "SELECT a FROM t FOR UPDATE SKIP LOCKED",
    ),
    feature(
        "a window function",
        [8, 0, 2],
        Syntax(&[") over ("]),
        "write a subquery",
        "SELECT row_number() OVER (ORDER BY a) FROM t",
    ),
    feature(
        "RENAME COLUMN",
        [8, 0, 3],
        Syntax(&["^alter table ~ rename column"]),
        "write CHANGE with the whole column",
        "ALTER TABLE t RENAME COLUMN c TO x",
    ),
    feature(
        "JSON_TABLE",
        [8, 0, 4],
        Syntax(&["json_table ( ~ columns"]),
        "write JSON_EXTRACT",
        "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) x",
    ),
    feature(
        "ALGORITHM = INSTANT",
        [8, 0, 12],
        Syntax(&["^alter table ~ algorithm =? instant"]),
        "write ALGORITHM = INPLACE",
        "ALTER TABLE t ADD COLUMN x INT, ALGORITHM = INSTANT",
    ),
    feature(
        "an expression as a default",
        [8, 0, 13],
        Syntax(&["^create temporary? table ... default (", "^alter table ... default ("]),
        "write a constant, or a trigger",
        "CREATE TABLE x (a CHAR(36) DEFAULT (uuid()))",
    ),
    feature(
        "an expression in an index",
        [8, 0, 13],
        Syntax(&[
            "^create unique? index _ on _ ( (",
            "^create temporary? table ... key|index _ ( (",
            "^alter table ... key|index _ ( (",
        ]),
        "make a generated column and index that",
        "CREATE INDEX x ON t ((b + 1))",
    ),
    feature(
        "a LATERAL table",
        [8, 0, 14],
        Syntax(&["lateral ("]),
        "write a subquery",
        "SELECT * FROM t, LATERAL (SELECT t.a + 1) x",
    ),
    feature(
        "ENFORCED of a CHECK",
        [8, 0, 16],
        Syntax(&["check () not? enforced"]),
        "leave the word out",
        "CREATE TABLE x (a INT, CHECK (a > 0) NOT ENFORCED)",
    ),
    feature(
        "an index on an array",
        [8, 0, 17],
        Syntax(&["cast ( ~ array )"]),
        "keep the values in a table",
        "CREATE INDEX x ON t ((CAST(j AS UNSIGNED ARRAY)))",
    ),
    feature(
        "MEMBER OF",
        [8, 0, 17],
        Syntax(&["member of ("]),
        "write JSON_CONTAINS",
        "SELECT 1 MEMBER OF ('[1]')",
    ),
    feature(
        "DROP CONSTRAINT",
        [8, 0, 19],
        Syntax(&["^alter table ~ drop constraint"]),
        "write DROP FOREIGN KEY, DROP INDEX or DROP CHECK",
        "ALTER TABLE t DROP CONSTRAINT t_b",
    ),
    feature(
        "TABLE and VALUES as a statement",
        [8, 0, 19],
        Syntax(&["^table _", "^values row ("]),
        "write SELECT",
        "VALUES ROW(1, 2)",
    ),
    feature(
        "an alias of the new row",
        [8, 0, 19],
        Syntax(&["^insert ~ values () as _"]),
        "write VALUES(…)",
        "INSERT INTO t (a, b) VALUES (1, 2) AS n ON DUPLICATE KEY UPDATE b = n.b",
    ),
    feature(
        "json_value()",
        [8, 0, 21],
        Function(&["json_value"]),
        "write JSON_UNQUOTE(JSON_EXTRACT(…))",
        "SELECT JSON_VALUE('{\"a\": 1}', '$.a')",
    ),
    feature(
        "an invisible column",
        [8, 0, 23],
        Syntax(&[
            "^create temporary? table ... null|int|integer|bigint|date|datetime|text|json invisible",
            "^alter table ... null|int|integer|bigint|date|datetime|text|json invisible",
        ]),
        "name the columns where rows are selected",
        "CREATE TABLE x (a INT, b INT INVISIBLE)",
    ),
    feature(
        "IF NOT EXISTS of a routine or trigger",
        [8, 0, 29],
        Syntax(&["^create ~ function|procedure|trigger if not exists"]),
        "write DROP … IF EXISTS before it",
        "CREATE PROCEDURE IF NOT EXISTS x() SELECT 1",
    ),
    feature(
        "INTERSECT and EXCEPT",
        [8, 0, 31],
        Syntax(&["intersect|except all|distinct? select", ") intersect|except all|distinct? ("]),
        "write EXISTS, or NOT EXISTS",
        "SELECT 1 INTERSECT SELECT 1",
    ),
    feature(
        "the type VECTOR",
        [9, 0, 0],
        Type(&["vector"]),
        "keep a JSON array or a BLOB",
        "CREATE TABLE x (a VECTOR(3))",
    ),
    feature(
        "IF NOT EXISTS of a view",
        [9, 1, 0],
        Syntax(&["^create ~ view if not exists"]),
        "write CREATE OR REPLACE VIEW",
        "CREATE VIEW IF NOT EXISTS x AS SELECT 1",
    ),
];
