//! A type as the catalog shows it, taken apart: `numeric(10,2)`, `timestamp(3) without time zone`,
//! `int(11) unsigned`, `enum('a','b')`.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Without what is in parentheses, with what follows it.
    pub(super) base: String,
    /// Lengths, precision, scale.
    pub(super) arguments: Vec<u32>,
    /// MySQL: the labels of an enum or set, with their quotes.
    pub(super) labels: Vec<String>,
    pub(super) array: bool,
    /// MySQL.
    pub(super) unsigned: bool,
}

impl Shape {
    pub(super) fn of(text: &str) -> Self {
        let (text, array) = match text.strip_suffix("[]") {
            Some(element) => (element, true),
            None => (text, false),
        };
        let (head, inside, tail) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                (&text[..open], &text[open + 1..close], &text[close + 1..])
            }
            _ => (text, "", ""),
        };
        let mut base = format!("{}{tail}", head.trim_end());
        let unsigned = base.contains(" unsigned");
        if unsigned || base.contains(" zerofill") {
            base = base.replace(" unsigned", "").replace(" zerofill", "");
        }
        let mut shape = Shape { base, array, unsigned, ..Shape::default() };
        if inside.trim_start().starts_with(['\'', '"']) {
            shape.labels = labels(inside);
        } else {
            shape.arguments = inside.split(',').filter_map(|part| part.trim().parse().ok()).collect();
        }
        shape
    }
}

/// The strings of a list, in which a doubled quote is one.
fn labels(list: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut label = String::new();
    let mut quote = None;
    for c in list.chars() {
        match quote {
            None if c == ',' => labels.push(std::mem::take(&mut label).trim().to_owned()),
            None => {
                quote = matches!(c, '\'' | '"').then_some(c);
                label.push(c);
            }
            Some(open) => {
                label.push(c);
                if c == open {
                    quote = None;
                }
            }
        }
    }
    labels.push(label.trim().to_owned());
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_taken_apart() {
        assert_eq!(Shape::of("numeric(10,2)").arguments, [10, 2]);
        assert_eq!(Shape::of("timestamp(3) without time zone").base, "timestamp without time zone");
        assert_eq!(
            Shape::of("int(11) unsigned"),
            Shape { base: "int".to_owned(), arguments: vec![11], unsigned: true, ..Shape::default() }
        );
        assert_eq!(Shape::of("enum('a','it''s, b')").labels, ["'a'", "'it''s, b'"]);
        assert!(Shape::of("text[]").array);
    }
}
