mod framework {
    // As a library would that hands the macro on.
    pub extern crate migrate as renamed;
    pub use renamed::migrations;
}

#[allow(dead_code)]
mod migrate {}

#[allow(dead_code)]
type Cow = ();

fn main() {
    static MIGRATIONS: framework::renamed::Migrations =
        framework::migrations!("data/good", dialect = postgres, ignore = ["seed.sql"]);
    assert_eq!(MIGRATIONS.len(), 2);
}
