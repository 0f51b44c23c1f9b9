use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/good", dialect = postgresql);

fn main() {
    let _ = MIGRATIONS.len();
}
