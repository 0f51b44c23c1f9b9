//! Every future of the library can be sent to another thread when the driver's can, as `tokio::spawn` asks.

use migrate_core::session::{Driver, IntoDriver};
use migrate_core::{Migrations, Migrator, migrate};

fn sent<T: Send>(_: &T) {}

fn all<D: Driver>(driver: fn() -> Migrator<'static, D>) {
    sent(&driver().run());
    sent(&driver().plan());
    sent(&driver().check());
    sent(&driver().status());
}

/// As an application writes it, with references that live as long as the call.
fn applications<'a, Origin, T>(target: T, history: &'a Migrations) -> impl Future<Output = bool> + Send + 'a
where
    T: IntoDriver<Origin> + Send + 'a,
    T::Driver: 'a,
    Origin: 'a,
{
    async move { migrate(target, history).await.is_ok() }
}

#[test]
fn every_future_can_be_sent_to_another_thread() {
    let handle = crate::driver::Handle::new(crate::world::World::new());
    let history = crate::histories::four();
    let done = crate::executor::alone(&handle, applications(handle.driver(), &history));
    assert_eq!(done, Some(true));
    let _ = all::<crate::driver::FakeDriver>;
}
