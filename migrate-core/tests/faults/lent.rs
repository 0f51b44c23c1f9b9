//! A connection that the caller keeps: whatever fails, the caller gets it back without a transaction and
//! without a lock.

use migrate_core::Migrator;

use crate::driver::{Breaks, Handle};
use crate::executor;
use crate::histories::four;
use crate::world::World;

#[test]
fn a_lent_connection_comes_back_without_a_transaction_or_a_lock_whatever_the_server_refuses() {
    let migrations = four();
    let calls = {
        let handle = Handle::new(World::new());
        let (driver, _) = handle.lending_driver();
        executor::alone(&handle, Migrator::new(driver).history(&migrations).run())
            .expect("not dropped")
            .expect("no fault");
        handle.lock().calls
    };
    assert!(calls > 20, "{calls}");
    for breaks in [Breaks::Refused, Breaks::RefusedAtTheEnd] {
        for at in 1..=calls {
            let handle = Handle::new(World::new());
            let (driver, session) = handle.lending_driver();
            handle.lock().fault = Some((at, breaks));
            let result = executor::alone(&handle, Migrator::new(driver).history(&migrations).run());
            let shared = handle.lock();
            // What the server refuses twice, nobody can undo: the last messages are the way back themselves.
            let way_back = shared
                .log
                .get(at - 1)
                .is_some_and(|call| call.contains("unlock") || call.contains("ROLLBACK"));
            assert!(result.is_some());
            assert!(shared.world.is_open(session));
            if !way_back {
                let log = shared.story();
                assert_eq!(shared.world.residue(), [""; 0], "{breaks:?} at {at}\n{log}");
            }
        }
    }
}
