use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!(dialect = postgres, allow("7/down", syntax-error, ""));

fn main() {
    let _ = MIGRATIONS.len();
}
