use migrate::Migrations;

static MIGRATIONS: Migrations =
    migrate::migrations!("data/newer_server", dialect = postgres, server = ">=13, <=18");

fn main() {
    let _ = MIGRATIONS.len();
}
