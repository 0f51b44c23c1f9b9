use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/typo_sqlite", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
