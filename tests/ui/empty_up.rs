use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/void", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
