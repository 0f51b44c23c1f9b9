//! The surface of SQL: tokens, statements, and our directives in comments. It knows no tables.
