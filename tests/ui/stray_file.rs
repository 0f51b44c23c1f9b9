use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/good", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
