//! The compile errors, compared with what they should say: `tests/ui/<case>.rs` and `.stderr` beside it. Run with
//! `TRYBUILD=overwrite` to write what they say now.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

#[test]
fn errors_say_what_they_should_and_good_files_compile() {
    // The cases are compiled in a package of their own, and the macro reads from the package that it is in.
    let package = target().join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/data");
    copy(&data, &package.join("data")).unwrap();
    copy(&data.join("migrations"), &package.join("migrations")).unwrap();

    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    if cfg!(all(feature = "spelling-postgres", feature = "spelling-sqlite")) {
        cases.compile_fail("tests/ui/spelling/*.rs");
    } else {
        let _ = writeln!(io::stderr(), "SKIPPED: misspelled statements need both features spelling-*");
    }
    cases.pass("tests/ui/pass/*.rs");
}

/// The target folder: this program is in `<target>/debug/deps`.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
