//! Every future of the library can be sent to another thread when the driver's can, as `tokio::spawn` asks.

use migrate_core::session::Driver;
use migrate_core::{Migrator, migrate};

fn sent<T: Send>(_: &T) {}

fn all<D: Driver>(driver: fn() -> Migrator<'static, D>) {
    sent(&driver().run());
    sent(&driver().plan());
    sent(&driver().check());
    sent(&driver().status());
}

#[test]
fn every_future_can_be_sent_to_another_thread() {
    let handle = crate::driver::Handle::new(crate::world::World::new());
    let history = crate::histories::four();
    let run = migrate(handle.driver(), &history);
    sent(&run);
    assert!(crate::executor::alone(&handle, run).is_some_and(|result| result.is_ok()));
    let _ = all::<crate::driver::FakeDriver>;
}
