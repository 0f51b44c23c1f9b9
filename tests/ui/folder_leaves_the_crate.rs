use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("../data", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
