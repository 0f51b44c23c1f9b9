//! From sqlx's errors to [`DbError`]: the one place. A source is flattened into the message, so that nothing
//! below it can print what must not be printed; connect options and URLs are never formatted.

use migrate_core::session::{DbError, Fault};
use sqlx::Error;

use crate::engine::{Engine, Options};

/// An error while a statement ran.
pub(crate) fn running<DB: Engine>(error: Error) -> DbError {
    match error {
        Error::Database(error) => DB::server(&*error),
        Error::Configuration(_) | Error::InvalidArgument(_) | Error::Encode(_) => {
            DbError::new(Fault::Config, error.to_string())
        }
        Error::Decode(_)
        | Error::ColumnDecode { .. }
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::ColumnNotFound(_)
        | Error::TypeNotFound { .. }
        | Error::RowNotFound => DbError::new(Fault::Decode, error.to_string()),
        // Io, Tls, Protocol, WorkerCrashed, PoolClosed, PoolTimedOut and what a later sqlx adds: the answer
        // did not arrive, so the outcome is not known.
        _ => DbError::new(Fault::Connection, error.to_string()),
    }
}

/// An error while a connection was opened with `options`. Nothing ran yet, so what matters is whether it is worth
/// trying again: [`Fault::Connection`] is, [`Fault::Config`] is not.
pub(crate) fn connecting<DB: Engine>(error: Error, options: &Options<DB>) -> DbError {
    let error = running::<DB>(error);
    let code = error.code();
    let fault = match error.fault() {
        Fault::Config => Fault::Config,
        _ if code.is_some_and(DB::lasting) => Fault::Config,
        _ => Fault::Connection,
    };
    let mut message = format!("{}: {}", DB::place(options), error.message());
    if let Some(way_out) = code.and_then(|code| DB::way_out(code, options)) {
        message.push_str("; ");
        message.push_str(way_out);
    }
    let connecting = DbError::new(fault, message)
        .with_detail(error.detail().map(str::to_owned))
        .with_hint(error.hint().map(str::to_owned));
    match code {
        Some(code) => connecting.with_code(code),
        None => connecting,
    }
}
