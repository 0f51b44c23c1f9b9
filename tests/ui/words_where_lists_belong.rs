use migrate::{Migrations, migrations};

static A: Migrations = migrations!("data/good", dialect = "postgres");
static B: Migrations = migrations!("data/good", dialect = postgres, ignore = "seed.sql");
static C: Migrations = migrations!("data/good", dialect = postgres, allow = empty);
static D: Migrations = migrations!("data/good", dialect = postgres,,);

fn main() {}
