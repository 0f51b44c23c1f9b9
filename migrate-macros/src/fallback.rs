//! What `migrations!` becomes when something is wrong: the errors, and a value of the right type, so that no
//! use of it is an error as well.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// One error of the compiler for each message.
pub(crate) fn errors(
    facade: &TokenStream,
    messages: impl IntoIterator<Item = (Span, String)>,
) -> TokenStream {
    let errors =
        messages.into_iter().map(|(span, message)| quote_spanned!(span=> ::core::compile_error!(#message);));
    let value = empty(facade);
    quote!({ #(#errors)* #value })
}

fn empty(facade: &TokenStream) -> TokenStream {
    quote! {{
        use #facade::__private as private;
        private::Migrations::new(private::Data {
            name: private::Cow::Borrowed(""),
            release: private::Cow::Borrowed(""),
            dialect: private::Dialect::Postgres,
            server: private::Cow::Borrowed(""),
            entries: private::Cow::Borrowed(&[]),
            fingerprint: private::Checksum::from_bytes([0; 32]),
            text_fingerprint: private::Checksum::from_bytes([0; 32]),
            created: private::Cow::Borrowed(""),
            folder: private::Cow::Borrowed(""),
            files: private::Cow::Borrowed(&[]),
            ignore: private::Cow::Borrowed(&[]),
        })
    }}
}
