use migrate::Migrations;

static MIGRATIONS: Migrations =
    migrate::migrations!("data/newer_server", dialect = postgres, server = ">=15, <=18");

fn main() {
    let _ = MIGRATIONS.len();
}
