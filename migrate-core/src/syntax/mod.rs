//! The surface of SQL: tokens, statements, and our directives in comments. It knows no tables.
//!
//! Everything here is linear in the length of the text, never fails and never panics: what cannot be read
//! is a token of kind [`Unknown`](token::TokenKind::Unknown), what does not end is marked so.

pub mod checksum;
mod cursor;
pub mod directive;
pub mod lexer;
#[cfg(test)]
mod linear;
mod rules;
pub mod split;
pub mod token;

pub use checksum::tokens_for_checksum;
pub use lexer::Lexer;
pub use split::{Problem, ProblemKind, Split, Statement, split};
pub use token::{Token, TokenKind};
