use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/good", dialect = oracle);

fn main() {
    let _ = MIGRATIONS.len();
}
