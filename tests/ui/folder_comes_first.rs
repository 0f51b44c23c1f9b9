use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!(dialect = sqlite, "data/good");

fn main() {
    let _ = MIGRATIONS.len();
}
