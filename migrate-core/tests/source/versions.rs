//! Which versions are accepted, which are the same, and how they are ordered.

use migrate_core::version::{Version, VersionError};

fn numeric(text: &str) -> Version {
    Version::numeric(text).unwrap()
}

fn diesel(text: &str) -> Version {
    Version::diesel(text).unwrap()
}

#[test]
fn leading_zeros_have_no_meaning() {
    assert_eq!(numeric("0007"), numeric("7"));
    assert_eq!(numeric("0007").as_str(), "7");
    assert_eq!(numeric("0000").as_str(), "0");
    assert_eq!(numeric("1.02.3").as_str(), "1.2.3");
}

#[test]
fn a_missing_component_is_zero() {
    assert_eq!(numeric("1"), numeric("1.0"));
    assert_eq!(numeric("1.0.0").as_str(), "1");
    assert_eq!(numeric("0.0").as_str(), "0");
    assert_eq!(numeric("1.0.1").as_str(), "1.0.1");
    assert!(numeric("1") < numeric("1.0.1"));
}

#[test]
fn numbers_are_compared_as_numbers_of_any_size() {
    let ordered = [
        "0",
        "1",
        "1.1",
        "1.2",
        "1.10",
        "2",
        "9",
        "10",
        "20240131120000",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999",
    ];
    for (index, left) in ordered.iter().enumerate() {
        for (other, right) in ordered.iter().enumerate() {
            assert_eq!(numeric(left).cmp(&numeric(right)), index.cmp(&other), "{left} and {right}");
        }
    }
}

#[test]
fn flyway_separates_components_with_dots_or_underscores() {
    assert_eq!(Version::flyway("1_2"), Version::numeric("1.2"));
    assert_eq!(Version::flyway("1.2_3"), Version::numeric("1.2.3"));
    assert_eq!(Version::numeric("1_2"), Err(VersionError::NotNumeric));
}

#[test]
fn diesel_versions_are_strings_without_their_dashes() {
    assert_eq!(diesel("2025-11-19-091444-0000").as_str(), "202511190914440000");
    assert_eq!(diesel("2024-01-31-120000"), diesel("20240131120000"));
    assert_ne!(diesel("007"), diesel("7"));
    // A number would put the first of these last.
    assert!(diesel("2025-11-19-091444-0000") < diesel("2026-01-20-162913"));
    assert!(diesel("2026-05-27-120000") < diesel("2026-05-27-120000-0000"));
    assert!(diesel("00000000000000") < diesel("20140924113530"));
}

#[test]
fn what_is_no_decimal_version_is_refused() {
    for text in ["", ".", "1.", ".1", "1..2"] {
        assert_eq!(Version::numeric(text), Err(VersionError::Empty), "{text:?}");
    }
    for text in ["a", "1a", "-1", "+1", "1 ", "2024-01-31", "١", "0x1", "1e3"] {
        assert_eq!(Version::numeric(text), Err(VersionError::NotNumeric), "{text:?}");
    }
    assert_eq!(Version::diesel("--"), Err(VersionError::Empty));
    assert_eq!(Version::diesel("1.2"), Err(VersionError::NotNumeric));
}

#[test]
fn the_canonical_text_fits_the_key_of_the_history() {
    let longest = "9".repeat(100);
    assert_eq!(numeric(&longest).as_str(), longest);
    assert_eq!(Version::numeric(&"9".repeat(101)), Err(VersionError::TooLong));
    assert_eq!(Version::diesel(&"9".repeat(101)), Err(VersionError::TooLong));
    assert_eq!(numeric(&format!("{}7", "0".repeat(200))).as_str(), "7");
}
