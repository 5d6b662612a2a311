//! The Go toolchain, needed only to build the real control planes of the tests and a peer of the measures.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::output;

/// What the modules in `end2end/testcluster` and `bench/peers` ask for.
const MINIMUM: (u32, u32) = (1, 26);

/// Checks that Go is there and recent enough.
///
/// # Errors
/// Says what to install.
pub fn ensure() -> Result<()> {
    let wanted = format!("Go {}.{} or later", MINIMUM.0, MINIMUM.1);
    let version = output(Command::new("go").args(["env", "GOVERSION"]))
        .with_context(|| format!("{wanted} is missing: install it from your system's packages or go.dev"))?;
    match parse(version.trim()) {
        Some(found) if found >= MINIMUM => Ok(()),
        _ => bail!("found {}, but {wanted} is needed", version.trim()),
    }
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix("go")?.split(['.', '-']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_versions() {
        assert_eq!(parse("go1.26.8"), Some((1, 26)));
        assert_eq!(parse("go1.27-custom"), Some((1, 27)));
        assert_eq!(parse("devel"), None);
    }
}
