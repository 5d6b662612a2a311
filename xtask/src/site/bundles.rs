//! Which code lies in which file.
//!
//! The cut leaves one file for every set of pages that share some code: hundreds. Here they are joined to a few, so that
//! a page loads at most three beside the main file: its own, its area's, and what pages of several areas share.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::merge::merge;

/// Code that pages of several areas share.
const COMMON: &str = "common";

/// Joins `files` (the parts' names, as `AREA__PAGE`, with what each needs) and writes the outcome into `folder`.
/// Returns the files that each part needs now.
///
/// # Errors
/// When a file cannot be read or written, or is no part.
pub fn join(files: &BTreeMap<String, Vec<PathBuf>>, folder: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>> {
    let mut users: BTreeMap<&PathBuf, BTreeSet<&str>> = BTreeMap::new();
    for (part, needed) in files {
        for file in needed {
            users.entry(file).or_default().insert(part);
        }
    }
    let mut bundles: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let mut needs: BTreeMap<&str, BTreeSet<String>> =
        files.keys().map(|part| (part.as_str(), BTreeSet::new())).collect();
    for (file, parts) in users {
        let bundle = bundle_of(&parts);
        let code = fs::read(file).with_context(|| format!("read {}", file.display()))?;
        for part in parts {
            needs.entry(part).or_default().insert(bundle.clone());
        }
        bundles.entry(bundle).or_default().push(code);
    }
    for (bundle, modules) in &bundles {
        fs::write(path_of(folder, bundle), merge(modules)?)?;
    }
    let paths = |bundles: BTreeSet<String>| bundles.iter().map(|bundle| path_of(folder, bundle)).collect();
    Ok(needs.into_iter().map(|(part, bundles)| (part.to_owned(), paths(bundles))).collect())
}

fn bundle_of(parts: &BTreeSet<&str>) -> String {
    let area = |part: &str| part.split("__").next().unwrap_or(part).to_owned();
    let areas: BTreeSet<String> = parts.iter().map(|part| area(part)).collect();
    match (parts.first(), areas.first()) {
        (Some(part), _) if parts.len() == 1 => part.replace("__", "-"),
        (_, Some(area)) if areas.len() == 1 => area.clone(),
        _ => COMMON.to_owned(),
    }
}

fn path_of(folder: &Path, bundle: &str) -> PathBuf {
    folder.join(format!("part-{bundle}.wasm"))
}

#[cfg(test)]
mod tests {
    use super::bundle_of;

    #[test]
    fn code_lies_where_the_fewest_load_it() {
        for (parts, bundle) in [
            (vec!["fleet__cluster"], "fleet-cluster"),
            (vec!["fleet__cluster", "fleet__overview"], "fleet"),
            (vec!["accounts__users", "fleet__cluster", "fleet__overview"], "common"),
        ] {
            assert_eq!(bundle_of(&parts.into_iter().collect()), bundle);
        }
    }
}
