use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("data/broken", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
