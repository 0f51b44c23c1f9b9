use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/mixed", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
