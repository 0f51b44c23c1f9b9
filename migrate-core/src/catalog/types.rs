//! Types as the server shows them.

use std::borrow::Cow;

use crate::ast::TypeName;
use crate::dialect::Dialect;

/// The integer type of a serial type of Postgres.
pub(super) fn serial(dialect: Dialect, type_name: &TypeName) -> Option<&'static str> {
    if dialect != Dialect::Postgres || type_name.dimensions > 0 {
        return None;
    }
    match type_name.name.as_str() {
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        "smallserial" | "serial2" => Some("smallint"),
        _ => None,
    }
}

/// A type as the database shows it.
#[must_use]
pub fn normalized(dialect: Dialect, type_name: &TypeName) -> String {
    match dialect {
        Dialect::Postgres => postgres(type_name),
        Dialect::MySql => mysql(type_name, false),
        Dialect::MariaDb => mysql(type_name, true),
        Dialect::Sqlite => as_written(type_name),
    }
}

fn arguments(type_name: &TypeName) -> String {
    if type_name.arguments.is_empty() {
        String::new()
    } else {
        format!("({})", type_name.arguments.iter().map(|a| a.trim()).collect::<Vec<_>>().join(","))
    }
}

fn as_written(type_name: &TypeName) -> String {
    format!("{}{}", type_name.name, arguments(type_name))
}

fn postgres(type_name: &TypeName) -> String {
    let arguments = arguments(type_name);
    let name = type_name.name.as_str();
    let base = match name {
        "int" | "int4" | "serial" | "serial4" => "integer",
        "int8" | "bigserial" | "serial8" => "bigint",
        "int2" | "smallserial" | "serial2" => "smallint",
        "float4" => "real",
        "float8" => "double precision",
        "float" => match type_name.arguments.first().and_then(|digits| digits.trim().parse::<u32>().ok()) {
            Some(digits) if digits < 25 => "real",
            _ => "double precision",
        },
        "decimal" | "dec" => "numeric",
        "bool" => "boolean",
        "varchar" | "char varying" | "national character varying" | "nchar varying" => "character varying",
        "char" | "bpchar" | "nchar" | "national character" | "national char" => "character",
        "varbit" => "bit varying",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        other => other,
    };
    let text = if name == "float" {
        base.to_owned()
    } else if let Some(zone) = base.strip_prefix("timestamp ").or_else(|| base.strip_prefix("time ")) {
        let head = if base.starts_with("timestamp") { "timestamp" } else { "time" };
        format!("{head}{arguments} {zone}")
    } else if matches!(base, "character" | "bit") && arguments.is_empty() && name != "bpchar" {
        format!("{base}(1)")
    } else if base == "numeric" && type_name.arguments.len() == 1 {
        format!("numeric({},0)", type_name.arguments[0].trim())
    } else {
        format!("{}{arguments}", quoted(base))
    };
    let schema = match &type_name.schema {
        Some(schema) if schema.text != "pg_catalog" && schema.text != "public" => {
            format!("{}.", quoted(&schema.text))
        }
        _ => String::new(),
    };
    format!("{schema}{text}{}", "[]".repeat(usize::from(type_name.dimensions > 0)))
}

/// A name as the server shows it: in quotes when it has been in quotes and needs them.
fn quoted(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(name)
    }
}

fn mysql(type_name: &TypeName, mariadb: bool) -> String {
    let name = type_name.name.as_str();
    let (base, unsigned) = match name.split_once(' ') {
        Some((base, rest)) if rest.contains("unsigned") || rest.contains("zerofill") => (base, true),
        _ => (name, false),
    };
    let zerofill = name.contains("zerofill");
    let base = match base {
        "integer" | "int4" => "int",
        "int8" => "bigint",
        "int2" => "smallint",
        "int1" | "bool" | "boolean" => "tinyint",
        "int3" | "middleint" => "mediumint",
        "dec" | "fixed" | "numeric" => "decimal",
        "double precision" | "real" | "float8" => "double",
        "float4" => "float",
        "character" | "nchar" | "national char" => "char",
        "character varying" | "char varying" | "nvarchar" | "varcharacter" | "national varchar" => "varchar",
        "long" | "long varchar" => "mediumtext",
        "long varbinary" => "mediumblob",
        "json" if mariadb => "longtext",
        "serial" => "bigint",
        other => other,
    };
    let written = arguments(type_name);
    let unsigned = unsigned || name == "serial";
    let width = match base {
        "tinyint" if matches!(name, "bool" | "boolean") => "(1)",
        "char" | "bit" | "binary" if written.is_empty() => "(1)",
        "decimal" if written.is_empty() => "(10,0)",
        "year" if written.is_empty() && mariadb => "(4)",
        "tinyint" if written.is_empty() && mariadb => {
            if unsigned {
                "(3)"
            } else {
                "(4)"
            }
        }
        "smallint" if written.is_empty() && mariadb => {
            if unsigned {
                "(5)"
            } else {
                "(6)"
            }
        }
        "mediumint" if written.is_empty() && mariadb => {
            if unsigned {
                "(8)"
            } else {
                "(9)"
            }
        }
        "int" if written.is_empty() && mariadb => {
            if unsigned {
                "(10)"
            } else {
                "(11)"
            }
        }
        "bigint" if written.is_empty() && mariadb => "(20)",
        _ => "",
    };
    let written = match base {
        "decimal" if type_name.arguments.len() == 1 => format!("({},0)", type_name.arguments[0].trim()),
        // MySQL shows no display width except that of a boolean, and zero filled ones.
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint"
            if !(mariadb || zerofill || base == "tinyint" && written == "(1)") =>
        {
            String::new()
        }
        "timestamp" | "datetime" | "time" if written == "(0)" => String::new(),
        _ => written,
    };
    let mut text = format!("{base}{width}{written}");
    if unsigned {
        text.push_str(" unsigned");
    }
    if zerofill {
        text.push_str(" zerofill");
    }
    text
}

/// Families of types that cannot be compared with each other. `None`: nothing is certain.
pub(super) fn family(dialect: Dialect, type_name: &str) -> Option<&'static str> {
    let base = type_name.split(['(', '[']).next().unwrap_or("").trim();
    if type_name.ends_with("[]") {
        return None;
    }
    match dialect {
        Dialect::Postgres => Some(match base {
            "integer" | "bigint" | "smallint" | "numeric" | "real" | "double precision" => "number",
            "text" | "character varying" | "character" => "text",
            "uuid" => "uuid",
            "boolean" => "boolean",
            "bytea" => "bytea",
            "jsonb" => "jsonb",
            "date" | "timestamp" => "date",
            _ => return None,
        }),
        Dialect::MySql | Dialect::MariaDb => {
            let unsigned = type_name.contains("unsigned");
            Some(match (base.split(' ').next().unwrap_or(""), unsigned) {
                ("tinyint", false) => "tinyint",
                ("tinyint", true) => "tinyint unsigned",
                ("smallint", false) => "smallint",
                ("smallint", true) => "smallint unsigned",
                ("mediumint", false) => "mediumint",
                ("mediumint", true) => "mediumint unsigned",
                ("int", false) => "int",
                ("int", true) => "int unsigned",
                ("bigint", false) => "bigint",
                ("bigint", true) => "bigint unsigned",
                ("char" | "varchar", _) => "text",
                ("date", _) => "date",
                _ => return None,
            })
        }
        Dialect::Sqlite => None,
    }
}
