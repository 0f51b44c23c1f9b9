//! Time and chance, on the runtime that sqlx uses. Nothing else of the crate asks for either.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Waits. With both runtimes compiled in, the choice is sqlx's: tokio where one is running, else smol's
/// reactor, which runs by itself.
#[cfg(feature = "runtime-tokio")]
pub(crate) async fn sleep(duration: Duration) {
    #[cfg(feature = "runtime-smol")]
    if tokio::runtime::Handle::try_current().is_err() {
        async_io::Timer::after(duration).await;
        return;
    }
    tokio::time::sleep(duration).await;
}

/// Waits, on smol's reactor.
#[cfg(all(feature = "runtime-smol", not(feature = "runtime-tokio")))]
pub(crate) async fn sleep(duration: Duration) {
    async_io::Timer::after(duration).await;
}

/// Waits for nothing: the crate refuses to compile like this, and this keeps that its only error.
#[cfg(not(any(feature = "runtime-tokio", feature = "runtime-smol")))]
pub(crate) async fn sleep(_: Duration) {}

/// Time since the first call in this process.
pub(crate) fn now() -> Duration {
    START.elapsed()
}

/// Random bits: the standard library seeds each `RandomState` differently, and that is all that is needed to
/// keep instances apart.
pub(crate) fn jitter() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Runs a future to its end on a runtime of its own. The error is a sentence.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, String> {
    #[cfg(feature = "runtime-tokio")]
    {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err("this thread runs async code already; await migrate(…) there, or call this from another thread".to_owned());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(runtime.map_err(|error| error.to_string())?.block_on(future))
    }
    #[cfg(not(feature = "runtime-tokio"))]
    Ok(async_io::block_on(future))
}
