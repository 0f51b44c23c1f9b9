use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/locked_wrong", dialect = postgres);

fn main() {
    let _ = MIGRATIONS.len();
}
