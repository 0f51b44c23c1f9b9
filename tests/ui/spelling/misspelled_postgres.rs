use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/typo_postgres", dialect = postgres);

fn main() {
    let _ = MIGRATIONS.len();
}
