use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("/tmp", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
