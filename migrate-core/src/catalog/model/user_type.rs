//! Types that statements created.

use super::State;
use crate::catalog::key::Key;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserType {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TypeKind,
    /// Types and functions that it names.
    pub uses: Vec<Key>,
    /// What is known beside its content.
    pub state: State,
}

/// Kinds of types.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeKind {
    /// An enum and its labels in order.
    Enum(Vec<String>),
    /// A composite type and its attributes.
    Composite(Vec<Attribute>),
    /// A domain.
    Domain {
        /// The type below it, as the server shows it.
        base: String,
        /// Whether it takes no NULL.
        not_null: bool,
        /// Its default.
        default: Option<String>,
        /// Its checks.
        checks: Vec<DomainCheck>,
    },
    /// A range, base or shell type.
    Other,
}

/// A column of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type as the server shows it.
    pub type_name: Option<String>,
}

/// A check of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainCheck {
    /// Its name.
    pub name: String,
    /// The condition.
    pub expression: String,
}
