//! The package that is being compiled: where it is, and whether somebody published it.

use std::path::{Component, Path, PathBuf};

/// The folder of the package, from the environment that cargo gives to the compiler.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// Whether the package was unpacked from a registry or vendored, so that whoever compiles it cannot edit it.
pub(crate) fn is_published(folder: &Path) -> bool {
    // `CARGO_PRIMARY_PACKAGE` would not do: cargo does not compile again when it changes.
    [".cargo_vcs_info.json", ".cargo-ok", ".cargo-checksum.json"]
        .iter()
        .any(|mark| folder.join(mark).exists())
}

/// The folder that an argument names, tidied (`./a//b/` is `a/b`), or why it names none in the package.
pub(crate) fn relative(argument: &str) -> Result<String, &'static str> {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(argument).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.push(part.to_str().unwrap_or_default()),
            Component::ParentDir => {
                if parts.pop().is_none() {
                    return Err("leaves the crate, and a packaged crate would not contain it");
                }
            }
            Component::RootDir | Component::Prefix(_) => {
                return Err("is absolute; name it relative to the folder of Cargo.toml");
            }
        }
    }
    if parts.is_empty() {
        return Err("names the crate itself; name the folder that holds the migration files");
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_the_package_is_tidied() {
        assert_eq!(relative("migrations"), Ok("migrations".to_owned()));
        assert_eq!(relative("./db//migrations/"), Ok("db/migrations".to_owned()));
        assert_eq!(relative("db/../migrations"), Ok("migrations".to_owned()));
    }

    #[test]
    fn what_is_not_in_the_package_is_refused() {
        for folder in ["", ".", "a/..", "..", "../migrations", "a/../../b", "/migrations"] {
            assert!(relative(folder).is_err(), "{folder}");
        }
    }

    #[test]
    fn unpacked_and_vendored_packages_are_published() {
        let folder = std::env::temp_dir().join(format!("migrate-published-{}", std::process::id()));
        for mark in [".cargo_vcs_info.json", ".cargo-ok", ".cargo-checksum.json"] {
            std::fs::create_dir_all(&folder).unwrap();
            assert!(!is_published(&folder));
            std::fs::write(folder.join(mark), "").unwrap();
            assert!(is_published(&folder), "{mark}");
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }
}
