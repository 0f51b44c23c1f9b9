use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/bad", dialect = postgres);

fn main() {
    let _ = MIGRATIONS.len();
}
