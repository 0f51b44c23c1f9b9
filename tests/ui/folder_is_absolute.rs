use migrate::Migrations;

static MIGRATIONS: Migrations = migrate::migrations!("/migrations", dialect = sqlite);

fn main() {
    let _ = MIGRATIONS.len();
}
