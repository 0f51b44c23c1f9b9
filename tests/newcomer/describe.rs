//! A history as text. The test compiles this, and so does the program that the test builds.

use migrate::{Migrations, Script};

/// The name, the number of migrations, both fingerprints, and a line for each migration.
pub(crate) fn describe(history: &Migrations) -> String {
    let (fingerprint, text) = (history.fingerprint(), history.text_fingerprint());
    let mut all = format!("{}: {} migrations {fingerprint} {text}\n", history.name(), history.len());
    for migration in history.iter() {
        let down = migration.down().map_or_else(|| "none".to_owned(), script);
        let up = script(migration.up());
        all.push_str(&format!("{} {:?} up {up} down {down}\n", migration.version(), migration.name()));
    }
    all
}

fn script(script: Script<'_>) -> String {
    let statements: Vec<usize> = script.statements().map(str::len).collect();
    format!("{} {:?} of {}", script.transactional(), statements, script.body().len())
}
