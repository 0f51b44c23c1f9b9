use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!(server = ">=99", dialect = postgres);

fn main() {
    let _ = MIGRATIONS.len();
}
