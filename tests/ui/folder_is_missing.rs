use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("nowhere", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
