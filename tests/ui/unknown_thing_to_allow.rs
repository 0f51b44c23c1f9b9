use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/void", dialect = sqlite, allow(emtpy));

fn main() {
    let _ = MIGRATIONS.len();
}
