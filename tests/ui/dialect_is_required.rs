use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/good");

fn main() {
    let _ = MIGRATIONS.len();
}
