//! SQLite in memory: either every connection of the pool sees the migrations, or it is an error.

use migrate::{Migrator, migrate};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::files::{Files, SHOP};
use migrate::{Dialect, Migrations};

fn shop() -> Migrations {
    Files::new(Dialect::Sqlite, &SHOP).history()
}

/// Every connection that the pool can have at once sees the rows.
async fn seen_by_all(pool: &SqlitePool) {
    let mut held = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await.unwrap();
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM customers").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(rows, 2);
        held.push(connection);
    }
}

#[tokio::test]
async fn the_pool_of_a_memory_url_is_migrated_for_all_its_connections() {
    let pool = SqlitePool::connect("sqlite::memory:").await.unwrap();
    assert_eq!(migrate(&pool, &shop()).await.unwrap().steps.len(), 3);
    assert!(migrate(&pool, &shop()).await.unwrap().is_empty());
    seen_by_all(&pool).await;
}

#[tokio::test]
async fn a_pool_of_one_or_of_three_connections_is_migrated_for_all_of_them() {
    for connections in [1, 3] {
        let options = SqlitePoolOptions::new().max_connections(connections).min_connections(connections);
        let pool = options.connect("sqlite::memory:").await.unwrap();
        assert_eq!(migrate(&pool, &shop()).await.unwrap().steps.len(), 3);
        seen_by_all(&pool).await;
        assert!(migrate(&pool, &shop()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_pool_whose_other_connections_are_in_use_is_migrated_all_the_same() {
    let pool = SqlitePoolOptions::new().max_connections(2).connect("sqlite::memory:").await.unwrap();
    let other = pool.acquire().await.unwrap();
    assert_eq!(Migrator::new(&pool).history(&shop()).run().await.unwrap().steps.len(), 3);
    drop(other);
    seen_by_all(&pool).await;
}

#[tokio::test]
async fn separate_databases_in_one_pool_are_never_called_migrated() {
    for connections in [1, 2, 5] {
        let options = SqliteConnectOptions::new().in_memory(true);
        let pool = SqlitePoolOptions::new().max_connections(connections).connect_with(options).await.unwrap();
        // Asked again, too, when a connection of the pool may have been migrated.
        for _ in 0..2 {
            match migrate(&pool, &shop()).await {
                Ok(_) => seen_by_all(&pool).await,
                Err(error) => {
                    assert!(connections > 1, "{error}");
                    assert!(error.to_string().contains("only one of them would be migrated"), "{error}");
                }
            }
        }
        let refused = Migrator::new(&pool).history(&shop()).use_connection().run().await;
        assert_eq!(refused.is_err(), connections > 1);
    }
}
