//! The browser's files, compiled into the server.

/// One file, with its compressed copies where they are worth it.
#[derive(Debug)]
pub struct Asset {
    /// The path of its URL, with the leading slash.
    pub path: &'static str,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// Hash of the content, for `ETag`.
    pub hash: &'static str,
    /// Whether the path itself carries the hash, so that browsers may keep the file for ever.
    pub immutable: bool,
    /// The file as it is.
    pub bytes: &'static [u8],
    /// Compressed with brotli.
    pub br: Option<&'static [u8]>,
    /// Compressed with gzip.
    pub gzip: Option<&'static [u8]>,
}

/// The paths that a page names. `js` and `wasm` are missing in a server that was not built by `cargo xtask`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryPoints {
    /// The stylesheet.
    pub css: Option<&'static str>,
    /// The JavaScript module; its `init` must be given the path of the WebAssembly module.
    pub js: Option<&'static str>,
    /// The WebAssembly module.
    pub wasm: Option<&'static str>,
}

include!(concat!(env!("OUT_DIR"), "/assets_table.rs"));

/// The file at this URL path.
pub fn lookup(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok().and_then(|index| ASSETS.get(index))
}

/// The paths that a page names.
pub fn entry_points() -> EntryPoints {
    let named = |ending: &str| {
        ASSETS
            .iter()
            .map(|asset| asset.path)
            .find(|path| path.starts_with("/assets/pilothouse-") && path.ends_with(ending))
    };
    EntryPoints { css: named(".css"), js: named(".js"), wasm: named(".wasm") }
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, entry_points, lookup};

    #[test]
    fn every_file_is_found_under_its_path() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
        for asset in ASSETS {
            assert_eq!(lookup(asset.path).map(|found| found.path), Some(asset.path));
        }
        assert!(lookup("/nowhere").is_none());
        assert!(lookup("/manifest.json").is_none());
    }

    #[test]
    fn the_stylesheet_is_always_there() {
        let path = entry_points().css.unwrap();
        let asset = lookup(path).unwrap();
        assert_eq!(asset.content_type, "text/css; charset=utf-8");
        assert!(asset.immutable);
        assert!(!asset.bytes.is_empty());
    }

    #[test]
    fn script_and_module_come_together() {
        let entry = entry_points();
        assert_eq!(entry.js.is_some(), entry.wasm.is_some());
    }
}
