//! Which code lies in which file.
//!
//! The cut leaves one file for every set of pages that share some code: hundreds. Here they are joined, those first that
//! cost least: pages load code that they do not need, but fewer files. It ends when joining costs more than it saves, and
//! no page loads too many.
//!
//! The page that a browser opens first has all its code in one file beside them, without anything that it does not need.
//! What lies in both may be loaded twice: parts bring functions and constants, at the same places every time.
//!
//! What a page loads on demand (a drawer, say) has one file, with what its page does not bring.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::merge::merge;

/// Files that a page loads beside the main one, at most. Browsers load six at a time.
const MOST_FILES: usize = 12;
/// What a file costs beside its bytes: small ones compress worse, and each is a request.
const BYTES_WORTH_A_FILE: i128 = 8000;

/// Between the names of a page and of what it loads on demand.
const ON_DEMAND: &str = "__";

/// A set of pages, one bit each. Behind the pages come what they load on demand.
type Pages = u64;

/// The files of one page.
pub struct PageFiles {
    /// All that the page needs, for when it is opened first; of what is loaded on demand, all that its page lacks.
    pub whole: PathBuf,
    /// Those of all files that hold nothing but what is in `whole`.
    pub held: Vec<PathBuf>,
    /// What the page needs together, for when it is gone to from another one.
    pub files: Vec<PathBuf>,
}

/// Whether a page loads this part only when it is asked for.
pub fn is_on_demand(part: &str) -> bool {
    part.contains(ON_DEMAND)
}

/// Joins `files` (what each page needs) and writes the outcome into `folder`. Returns the files of each page.
///
/// # Errors
/// When a file cannot be read or written, or is no part.
pub fn join(files: &BTreeMap<String, Vec<PathBuf>>, folder: &Path) -> Result<BTreeMap<String, PageFiles>> {
    let (on_demand, pages): (Vec<&String>, Vec<&String>) = files.keys().partition(|name| is_on_demand(name));
    let names = [pages.as_slice(), on_demand.as_slice()].concat();
    ensure!(names.len() <= Pages::BITS as usize, "there are more pages than a set of them can hold");
    let cut = pieces(files, &names)?;
    let of_pages = |users: Pages| users & ((1 << pages.len()) - 1);
    let sizes = cut.iter().map(|(users, code)| (of_pages(*users), code.len() as u64));
    let bundles = bundles(sizes.filter(|(users, _)| *users != 0).collect(), pages.len());
    let write = |name: String, wanted: &dyn Fn(Pages) -> bool| -> Result<PathBuf> {
        let code: Vec<&[u8]> =
            cut.iter().filter(|(pages, _)| wanted(*pages)).map(|(_, code)| code.as_slice()).collect();
        let path = folder.join(format!("{name}.wasm"));
        fs::write(&path, merge(&code)?)?;
        Ok(path)
    };
    let mut paths = Vec::new();
    for (number, bundle) in bundles.iter().enumerate() {
        let name = format!("part-{}", name_of(bundle.pages, number, &pages));
        paths.push((bundle, write(name, &|users| bundle.of.contains(&of_pages(users)))?));
    }
    let of_page = |(page, name): (usize, &&String)| {
        let needed_by_page = |pages: Pages| pages & (1 << page) != 0;
        let chosen = |wanted: &dyn Fn(&Bundle) -> bool| {
            paths.iter().filter(|(bundle, _)| wanted(bundle)).map(|(_, path)| path.clone()).collect()
        };
        let page_files = PageFiles {
            whole: write(format!("page-{name}"), &needed_by_page)?,
            held: chosen(&|bundle| bundle.of.iter().all(|pages| needed_by_page(*pages))),
            files: chosen(&|bundle| needed_by_page(bundle.pages)),
        };
        Ok(((*name).clone(), page_files))
    };
    let mut joined = pages.iter().enumerate().map(of_page).collect::<Result<BTreeMap<_, _>>>()?;
    for (place, name) in names.iter().enumerate().skip(pages.len()) {
        let owner = name.split(ON_DEMAND).next().unwrap_or_default();
        let owner = pages.iter().position(|page| *page == owner).with_context(|| format!("{name} is of no page"))?;
        let wanted = |users: Pages| users & (1 << place) != 0 && users & (1 << owner) == 0;
        let whole = write(format!("part-{name}"), &wanted)?;
        joined.insert((*name).clone(), PageFiles { whole: whole.clone(), held: Vec::new(), files: vec![whole] });
    }
    Ok(joined)
}

/// What the cut left, each with those of `names` that need it.
fn pieces(files: &BTreeMap<String, Vec<PathBuf>>, names: &[&String]) -> Result<Vec<(Pages, Vec<u8>)>> {
    let mut users: BTreeMap<&PathBuf, Pages> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        for file in &files[*name] {
            *users.entry(file).or_default() |= 1 << place;
        }
    }
    let read = |(file, users): (&PathBuf, Pages)| {
        let code = fs::read(file).with_context(|| format!("read {}", file.display()))?;
        // By itself, to be rid of names: they count for nothing.
        Ok((users, merge(&[&code])?))
    };
    users.into_iter().map(read).collect()
}

/// The page's name for what only it needs.
fn name_of(pages: Pages, number: usize, names: &[&String]) -> String {
    match (pages.count_ones(), names.get(pages.trailing_zeros() as usize)) {
        (1, Some(name)) => (*name).clone(),
        _ => format!("shared-{number}"),
    }
}

/// Code that lies in one file.
#[derive(Clone, Debug)]
struct Bundle {
    /// Who loads it.
    pages: Pages,
    /// Whose code it is: for each piece, the pages that need it.
    of: Vec<Pages>,
    bytes: u64,
}

/// Joins pieces of the given sizes, by the pages that need them.
fn bundles(sizes: Vec<(Pages, u64)>, pages: usize) -> Vec<Bundle> {
    let mut bundles: BTreeMap<Pages, Bundle> = BTreeMap::new();
    for (pages, bytes) in sizes {
        let bundle = bundles.entry(pages).or_insert_with(|| Bundle { pages, of: vec![pages], bytes: 0 });
        bundle.bytes += bytes;
    }
    let mut bundles: Vec<Bundle> = bundles.into_values().collect();
    // What is not needed weighs more where much is needed already.
    let weights: Vec<u64> = (0..pages).map(|page| loaded_by(&bundles, page).map(|bundle| bundle.bytes).sum()).collect();
    let weight = |set: Pages| -> i128 {
        weights.iter().enumerate().filter(|(page, _)| set & (1 << page) != 0).map(|(_, bytes)| i128::from(*bytes)).sum()
    };
    loop {
        let crowded = crowded_pages(&bundles, pages);
        let mut cheapest = None;
        for (at, one) in bundles.iter().enumerate() {
            for (behind, other) in bundles.iter().enumerate().skip(at + 1) {
                let both = one.pages & other.pages;
                if both == 0 || (crowded != 0 && both & crowded == 0) {
                    continue;
                }
                let cost = i128::from(one.bytes) * weight(other.pages & !one.pages)
                    + i128::from(other.bytes) * weight(one.pages & !other.pages)
                    - BYTES_WORTH_A_FILE * weight(both);
                if cheapest.is_none_or(|(least, _, _)| cost < least) {
                    cheapest = Some((cost, at, behind));
                }
            }
        }
        let Some((_, at, behind)) = cheapest.filter(|(cost, _, _)| crowded != 0 || *cost < 0) else { break };
        let joined = bundles.swap_remove(behind);
        bundles[at].pages |= joined.pages;
        bundles[at].bytes += joined.bytes;
        bundles[at].of.extend(joined.of);
    }
    bundles
}

fn loaded_by(bundles: &[Bundle], page: usize) -> impl Iterator<Item = &Bundle> {
    bundles.iter().filter(move |bundle| bundle.pages & (1 << page) != 0)
}

/// Pages that load too many files.
fn crowded_pages(bundles: &[Bundle], pages: usize) -> Pages {
    (0..pages).filter(|page| loaded_by(bundles, *page).count() > MOST_FILES).fold(0, |set, page| set | 1 << page)
}

#[cfg(test)]
mod tests {
    use super::{MOST_FILES, bundles, crowded_pages, name_of};

    #[test]
    fn few_files_stay_as_they_are() {
        let joined = bundles(vec![(0b01, 100_000), (0b10, 200_000), (0b11, 300_000)], 2);
        let mut found: Vec<_> = joined.iter().map(|bundle| (bundle.pages, bundle.bytes)).collect();
        found.sort_unstable();
        assert_eq!(found, [(0b01, 100_000), (0b10, 200_000), (0b11, 300_000)]);
    }

    #[test]
    fn no_page_loads_too_many_and_nothing_is_lost() {
        let sizes: Vec<(u64, u64)> = (1..256).map(|pages| (pages, pages * 10)).collect();
        let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
        let joined = bundles(sizes.clone(), 8);
        assert_eq!(crowded_pages(&joined, 8), 0, "{MOST_FILES} at most");
        assert_eq!(joined.iter().map(|bundle| bundle.bytes).sum::<u64>(), total);
        for (pages, _) in sizes {
            let holders: Vec<_> = joined.iter().filter(|bundle| bundle.of.contains(&pages)).collect();
            assert!(matches!(holders.as_slice(), [one] if one.pages & pages == pages), "{pages:b}");
        }
    }

    #[test]
    fn what_one_page_needs_is_named_after_it() {
        let names = ["audit".to_owned(), "users".to_owned()];
        let names: Vec<&String> = names.iter().collect();
        assert_eq!(name_of(0b10, 7, &names), "users");
        assert_eq!(name_of(0b11, 7, &names), "shared-7");
    }
}
