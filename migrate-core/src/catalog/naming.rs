//! Names that the server makes.

use super::rules::Naming;

/// The longest name of Postgres, in bytes.
const LIMIT: usize = 63;

/// The name Postgres makes of a table, columns and a label; where it is too long, the longer of the two
/// parts is cut first.
pub(super) fn postgres(first: &str, second: Option<&str>, label: &str) -> String {
    let mut overhead = label.len() + usize::from(!label.is_empty());
    let (mut a, mut b) = (first.len(), 0);
    if let Some(second) = second {
        overhead += 1;
        b = second.len();
    }
    let available = LIMIT.saturating_sub(overhead);
    while a + b > available {
        if a > b {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    let mut name = first[..first.floor_char_boundary(a)].to_owned();
    if let Some(second) = second {
        name.push('_');
        name.push_str(&second[..second.floor_char_boundary(b)]);
    }
    if !label.is_empty() {
        name.push('_');
        name.push_str(label);
    }
    name
}

/// The first of the names with a number after the label that is not taken.
pub(super) fn free(first: &str, second: Option<&str>, label: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = postgres(first, second, label);
    let mut number = 0_u32;
    while taken(&name) {
        number += 1;
        name = postgres(first, second, &format!("{label}{number}"));
    }
    name
}

/// The columns of an index or foreign key as they stand in its name.
pub(super) fn joined<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut name = String::new();
    for column in columns {
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(column);
        if name.len() > LIMIT {
            break;
        }
    }
    name
}

/// The names of the parts of an index: a second column or expression of one name gets a number.
pub(super) fn distinct(parts: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        let mut name = part.clone();
        let mut number = 0_u32;
        while names.contains(&name) {
            number += 1;
            let digits = number.to_string();
            name = format!("{}{digits}", &part[..part.floor_char_boundary(LIMIT - digits.len())]);
        }
        names.push(name);
    }
    names
}

/// The first free number of `{prefix}{number}`.
pub(super) fn numbered<'a>(prefix: &str, names: impl Iterator<Item = &'a str>) -> String {
    let last = names.filter_map(|name| name.strip_prefix(prefix)?.parse::<u32>().ok()).max().unwrap_or(0);
    format!("{prefix}{}", last.saturating_add(1))
}

/// MySQL's name of an index without one: its first column, with a number from 2 when it is taken.
pub(super) fn of_first_column(column: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = column.to_owned();
    let mut number = 1_u32;
    while taken(&name) || name.eq_ignore_ascii_case("primary") {
        number += 1;
        name = format!("{column}_{number}");
    }
    name
}

impl Naming {
    /// The prefix of foreign keys and checks of a table that are numbered.
    pub(super) fn numbered_prefix(self, table: &str, foreign_key: bool) -> Option<String> {
        match (self, foreign_key) {
            (Naming::MySql | Naming::MariaDb, true) => Some(format!("{table}_ibfk_")),
            (Naming::MySql, false) => Some(format!("{table}_chk_")),
            (Naming::MariaDb, false) => Some("CONSTRAINT_".to_owned()),
            (Naming::Postgres | Naming::Sqlite, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_part_of_a_name_is_cut_first() {
        let table = "a".repeat(60);
        assert_eq!(postgres(&table, None, "pkey"), format!("{}_pkey", "a".repeat(58)));
        assert_eq!(postgres(&table, Some("id"), "fkey"), format!("{}_id_fkey", "a".repeat(55)));
        assert_eq!(
            postgres(&table, Some(&"b".repeat(60)), "idx"),
            format!("{}_{}_idx", "a".repeat(29), "b".repeat(29))
        );
    }

    #[test]
    fn a_taken_name_gets_a_number_behind_its_label() {
        assert_eq!(free("t", Some("a"), "idx", |name| name == "t_a_idx"), "t_a_idx1");
    }
}
