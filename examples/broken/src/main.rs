//! An application whose migrations are broken: `cargo check` says how, without a database.

use migrate::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("migrations", dialect = postgres);

fn main() {
    println!("{} migrations", MIGRATIONS.len());
}
