//! Whether an expression gives the same value for all rows, so that it can be kept once for a new column.

use std::borrow::Cow;

use crate::ast::{Expression, Name};
use crate::catalog::Catalog;
use crate::effect::fact::Answer;

/// Functions of the server and of common extensions that are volatile.
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "pg_advisory_lock",
    "pg_sleep",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
];

/// Functions of the server that are not, as far as defaults use them.
const SAME: &[&str] = &[
    "abs",
    "age",
    "array",
    "array_append",
    "array_fill",
    "ascii",
    "ceil",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_setting",
    "date",
    "date_part",
    "date_trunc",
    "decode",
    "digest",
    "encode",
    "extract",
    "floor",
    "format",
    "greatest",
    "hashtext",
    "int4range",
    "int8range",
    "interval",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "mod",
    "now",
    "nullif",
    "overlay",
    "point",
    "power",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "rpad",
    "rtrim",
    "sha256",
    "sign",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "strpos",
    "substr",
    "substring",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "trim",
    "trunc",
    "tsrange",
    "tstzrange",
    "upper",
    "uuid_nil",
    "uuid_ns_dns",
    "uuid_ns_url",
    "width_bucket",
];

/// Whether an expression gives another value for each row.
pub(super) fn volatile(catalog: &Catalog, expression: &Expression) -> Answer {
    let mut answer = Answer::No;
    for function in &expression.functions {
        answer = answer.or(of_function(catalog, function));
    }
    if expression.opaque {
        answer = answer.or(Answer::depends("an expression that cannot be followed"));
    }
    answer
}

fn of_function(catalog: &Catalog, function: &Name) -> Answer {
    let name = function.last.text.as_str();
    let known = |list: &[&str]| list.contains(&name);
    let own = !catalog.routines_named(function).is_empty();
    let of_server = function.qualifiers.last().is_none_or(|schema| schema.text == "pg_catalog");
    if !own && known(VOLATILE) {
        Answer::Yes
    } else if !own && of_server && known(SAME) {
        Answer::No
    } else {
        Answer::Depends(Cow::Owned(format!(
            "the function `{name}`, which is volatile unless it is declared otherwise"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::{SAME, VOLATILE};

    /// The functions of a list that the server has with a volatility.
    fn with(database: &migrate_test_support::Database, list: &[&str], condition: &str) -> String {
        let names = list.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        database.ask(&format!(
            "select distinct proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace \
             and proname in ({names}) and provolatile {condition}"
        ))
    }

    #[test]
    fn the_lists_agree_with_the_server() {
        let Some(server) = migrate_test_support::postgres() else { return };
        let database = server.database("volatile");
        assert_eq!(with(&database, VOLATILE, "<> 'v'"), "");
        assert_eq!(with(&database, SAME, "= 'v'"), "");
        // The question is one that the server can answer.
        assert!(with(&database, VOLATILE, "= 'v'").contains("gen_random_uuid"));
    }
}
