//! Migrates a SQLite file. Run it twice: the second time nothing is pending.
//!
//! `cargo run --example quickstart --features sqlite`

use migrate::{Migrations, migrate, migrations};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

static MIGRATIONS: Migrations = migrations!("examples/quickstart/migrations", dialect = sqlite);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = SqliteConnectOptions::new().filename("quickstart.db").create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await?;

    let report = migrate(&pool, &MIGRATIONS).await?;
    println!("{report}");

    pool.close().await;
    Ok(())
}
