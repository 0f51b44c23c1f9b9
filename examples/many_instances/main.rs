//! Starts many processes against one database at the same moment, as a deployment with many replicas does,
//! and shows that each migration ran once.
//!
//! `cargo run --example many_instances --features sqlite -- [processes] [database URL]`
//!
//! Without a URL a SQLite file in a temporary folder is used. With the features `postgres` and `mysql` the URL
//! of an empty database on such a server does as well.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use migrate::{Migrations, Migrator, migrations};

// The same files for each database; an application has one of these.
static SQLITE: Migrations = migrations!("examples/many_instances/migrations", dialect = sqlite);
static POSTGRES: Migrations = migrations!("examples/many_instances/migrations", dialect = postgres);
static MYSQL: Migrations = migrations!("examples/many_instances/migrations", dialect = mysql);

/// In the environment of a process that is one of the many.
const INSTANCE: &str = "MANY_INSTANCES_URL";

type Anything = Result<ExitCode, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything {
    match std::env::var(INSTANCE) {
        Ok(url) => instance(&url).await,
        Err(_) => start().await,
    }
}

/// What each of the many does at boot.
async fn instance(url: &str) -> Anything {
    let migrations = match url {
        url if url.starts_with("sqlite") => &SQLITE,
        url if url.starts_with("postgres") => &POSTGRES,
        _ => &MYSQL,
    };
    match Migrator::new(url).history(migrations).run().await {
        Ok(report) => {
            println!("{}", report.steps.len());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Starts the many, waits for them, and counts.
async fn start() -> Anything {
    let mut arguments = std::env::args().skip(1);
    let processes: usize = arguments.next().map_or(Ok(20), |number| number.parse())?;
    let folder = std::env::temp_dir().join(format!("many_instances_{}", std::process::id()));
    let url = match arguments.next() {
        Some(url) => url,
        None => {
            std::fs::create_dir_all(&folder)?;
            format!("sqlite://{}?mode=rwc", folder.join("shop.db").display())
        }
    };

    let clock = Instant::now();
    let program = std::env::current_exe()?;
    let children = (0..processes)
        .map(|_| Command::new(&program).env(INSTANCE, &url).stdout(Stdio::piped()).spawn())
        .collect::<Result<Vec<_>, _>>()?;
    let mut succeeded = 0;
    let mut worked = 0;
    let mut applied = 0;
    for child in children {
        let output = child.wait_with_output()?;
        let steps: usize = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0);
        succeeded += usize::from(output.status.success());
        worked += usize::from(steps > 0);
        applied += steps;
    }
    println!(
        "{succeeded} of {processes} processes succeeded in {:.2} s; {worked} of them did the work",
        clock.elapsed().as_secs_f64()
    );

    let counted = count(&url).await?;
    for (migration, times) in &counted {
        println!("migration {migration} ran {times} time{}", if *times == 1 { "" } else { "s" });
    }
    let once = counted.len() == SQLITE.len() && counted.iter().all(|(_, times)| *times == 1);
    println!(
        "{applied} applications reported, {} migrations: {}",
        SQLITE.len(),
        if once { "each once" } else { "WRONG" }
    );
    // It was made above, or is not there.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(if once && succeeded == processes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How often each migration has left its row.
async fn count(url: &str) -> Result<Vec<(String, i64)>, sqlx::Error> {
    const SQL: &str = "SELECT migration, COUNT(*) FROM ran GROUP BY migration ORDER BY migration";
    match url {
        #[cfg(feature = "sqlite")]
        url if url.starts_with("sqlite") => {
            sqlx::query_as(SQL).fetch_all(&sqlx::SqlitePool::connect(url).await?).await
        }
        #[cfg(feature = "postgres")]
        url if url.starts_with("postgres") => {
            sqlx::query_as(SQL).fetch_all(&sqlx::PgPool::connect(url).await?).await
        }
        #[cfg(feature = "mysql")]
        url if url.starts_with("mysql") || url.starts_with("mariadb") => {
            sqlx::query_as(SQL).fetch_all(&sqlx::MySqlPool::connect(url).await?).await
        }
        _ => Err(sqlx::Error::Configuration("the feature of this database is not enabled".into())),
    }
}
