//! `migrations!`, the macro of `migrate-rs`. Use it as `migrate::migrations!`; its documentation is there.
//! It turns arguments into a call of the checks and the result into tokens, and knows no SQL.

mod expand;
mod fallback;
mod input;
#[cfg(all(test, feature = "spelling-postgres", feature = "spelling-sqlite"))]
mod oracle;
mod package;
#[cfg(any(feature = "spelling-postgres", feature = "spelling-sqlite"))]
mod spelling;

use proc_macro::TokenStream;

/// See `migrate::migrations!`, which hands its own path to this as the first argument.
#[doc(hidden)]
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    expand::migrations(input.into()).into()
}
