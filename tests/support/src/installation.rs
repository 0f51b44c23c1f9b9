//! Where the programs of a database product are. It looks into folders; it runs nothing.

use std::path::{Path, PathBuf};

/// The four programs the tests use of a product.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) server: PathBuf,
    /// Creates the data folder.
    pub(crate) installer: PathBuf,
    pub(crate) client: PathBuf,
    pub(crate) dump: PathBuf,
}

/// The folders to search: the one the variable names and no other, or else those of `PATH` and `usual`.
pub(crate) fn folders(variable: &str, usual: &[&str]) -> Vec<PathBuf> {
    if let Some(folder) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
        return vec![PathBuf::from(folder)];
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(usual.iter().flat_map(|pattern| expand(pattern)));
    folders
}

/// The first program with one of the `names`, in the order of the folders.
pub(crate) fn program(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    folders
        .iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
}

/// The folders that a pattern with at most one `*` in one component names, highest version first.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let mut found: Vec<(Vec<u32>, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = numbers(name.strip_prefix(prefix)?);
            Some((version, Path::new(parent).join(&name).join(after.trim_start_matches('/'))))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn numbers(name: &str) -> Vec<u32> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_comes_first_and_by_number() {
        let root = std::env::temp_dir().join(format!("migrate-expand-{}", std::process::id()));
        for version in ["9.6", "15", "8.4", "16"] {
            std::fs::create_dir_all(root.join(version).join("bin")).unwrap();
        }
        let found = expand(&format!("{}/*/bin", root.display()));
        let expected: Vec<_> = ["16", "15", "9.6", "8.4"].iter().map(|v| root.join(v).join("bin")).collect();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, expected);
    }
}
