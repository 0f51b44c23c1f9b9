//! Waiting for somebody else, a little longer each time.

use std::time::Duration;

use crate::session::Driver;

/// A wait that grows from 50 ms to 1 s, with jitter.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    tries: u32,
    pub(crate) waited: Duration,
}

impl Pause {
    pub(crate) async fn wait<D: Driver>(&mut self, driver: &D) {
        let start = driver.now();
        let base_ms = 50_u64 << self.tries.min(4);
        self.tries += 1;
        // Between half of it and all of it.
        let base_ms = base_ms.min(1_000);
        let pause_ms = base_ms / 2 + driver.jitter() % (base_ms / 2 + 1);
        driver.sleep(Duration::from_millis(pause_ms)).await;
        self.waited += driver.now().saturating_sub(start);
    }
}
