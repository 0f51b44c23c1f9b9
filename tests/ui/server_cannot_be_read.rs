use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!(server = ">=13 to 18", dialect = postgres);

fn main() {
    let _ = MIGRATIONS.len();
}
