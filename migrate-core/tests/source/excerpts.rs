//! The line and the caret, which run-time errors use as well.

use migrate_core::diagnostic::{closest, excerpt};

fn render(text: &str, start: usize, end: usize) -> String {
    excerpt("a.sql", text, start, end).render()
}

#[test]
fn every_offset_of_every_text_can_be_shown() {
    let long = "ä\t\u{202e}x".repeat(60);
    for text in ["", "\n", "\r\n", "\u{feff}", "\u{feff}a\r\nb", "a\n\nb\n", "ä\u{1f600}\n", &long] {
        for start in 0..=text.len() + 2 {
            for end in [start, start + 1, start + 200, 0, usize::MAX] {
                let place = excerpt("a.sql", text, start, end);
                assert!(place.line().unwrap() >= 1 && place.column().unwrap() >= 1);
                let rendered = place.render();
                let lines: Vec<&str> = rendered.lines().collect();
                assert_eq!(lines.len(), 4, "{rendered}");
                let (line, caret) = (lines[2].chars().count(), lines[3].trim_end().chars().count());
                assert!(lines[3].ends_with('^') && caret <= line.max(4) + 1, "{rendered}");
                assert!(line <= 110, "{rendered}");
            }
        }
    }
}

#[test]
fn tabs_are_four_columns_wide_and_one_character() {
    assert_eq!(render("\tx", 1, 2), " --> a.sql:1:2\n  |\n1 |     x\n  |     ^");
}

#[test]
fn a_part_of_several_lines_is_marked_to_the_end_of_its_first() {
    assert_eq!(render("a\nbc d\ne", 3, 8), " --> a.sql:2:2\n  |\n2 | bc d\n  |  ^^^");
}

#[test]
fn the_gutter_is_as_wide_as_the_number() {
    let text = "\n".repeat(99) + "x";
    assert_eq!(render(&text, 99, 100), "   --> a.sql:100:1\n    |\n100 | x\n    | ^");
}

#[test]
fn a_long_line_is_cut_on_both_sides() {
    let text = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
    let rendered = render(&text, 500, 504);
    let lines: Vec<&str> = rendered.lines().collect();
    assert_eq!(lines[0], " --> a.sql:1:501");
    assert!(lines[2].starts_with("1 | …aaa") && lines[2].ends_with("bbb…"), "{rendered}");
    let at = lines[2].chars().position(|c| c == 'H').unwrap();
    assert_eq!(lines[3].chars().position(|c| c == '^').unwrap(), at);
    assert!(lines[3].ends_with("^^^^"));
}

#[test]
fn the_nearest_word_is_suggested_when_it_is_near() {
    let words = ["postgres", "mysql", "mariadb", "sqlite"];
    assert_eq!(closest("postgress", words), Some("postgres"));
    assert_eq!(closest("PostgreSQL", words), Some("postgres"));
    assert_eq!(closest("mysqll", words), Some("mysql"));
    assert_eq!(closest("msyql", words), Some("mysql"));
    assert_eq!(closest("sqlite3", words), Some("sqlite"));
    assert_eq!(closest("oracle", words), None);
    assert_eq!(closest("", words), None);
    assert_eq!(closest(&"x".repeat(100_000), words), None);
}
