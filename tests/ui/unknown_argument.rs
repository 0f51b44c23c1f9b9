use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/good", dialect = sqlite, ignores = ["seed.sql"]);

fn main() {
    let _ = MIGRATIONS.len();
}
