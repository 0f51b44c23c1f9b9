//! Files that a server is meant to refuse, or that speak of tables nobody makes: what the checks find in their
//! statements is accepted, as a user would have to.

/// The arguments of `allow` for a finding with this code in the file at this path.
pub(crate) fn allowance(code: &str, path: &str) -> (String, String) {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let named = if file == "up.sql" || file == "down.sql" { parts.next().unwrap_or_default() } else { file };
    let version = match (named.split_once("__"), named.strip_prefix('V')) {
        (Some((version, _)), _) => version.trim_start_matches('V').replace('_', "."),
        (None, Some(rest)) => rest.split('.').next().unwrap_or_default().to_owned(),
        (None, None) => named.split('_').next().unwrap_or_default().to_owned(),
    };
    let down = if file.ends_with("down.sql") { "/down" } else { "" };
    (format!("{version}{down}"), code.to_owned())
}
