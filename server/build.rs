//! Turns the browser's files into a table that the server is compiled with.
//!
//! `cargo xtask` builds them and names their folder in `PILOTHOUSE_SITE_DIR`. Without it, as in `cargo check`, only
//! the stylesheet and the icons are embedded: pages then work as they do with JavaScript off.

use std::env;
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[path = "../xtask/src/site/stylesheet.rs"]
mod stylesheet;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Compressed copies lie beside their originals under these endings.
const COMPRESSED: [&str; 2] = ["br", "gz"];
/// What `cargo xtask site` notes about the files; nothing that a browser asks for.
const BESIDE_THE_SITE: [&str; 3] = ["manifest.json", "first-route.json", ".stamp"];

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PILOTHOUSE_SITE_DIR");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let site = match env::var_os("PILOTHOUSE_SITE_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => {
            let folder = PathBuf::from(folder);
            if !folder.join("manifest.json").exists() {
                return Err(format!(
                    "PILOTHOUSE_SITE_DIR names {}, which `cargo xtask site` did not make",
                    folder.display()
                )
                .into());
            }
            println!("cargo:rerun-if-changed={}", folder.join("manifest.json").display());
            println!("cargo:rerun-if-changed={}", folder.join(".stamp").display());
            folder
        }
        None => site_without_script(&out.join("site"))?,
    };
    fs::write(out.join("assets_table.rs"), table(&site)?)?;
    Ok(())
}

/// The stylesheet and what lies in `public/`, laid out as `cargo xtask site` would.
fn site_without_script(site: &Path) -> Result<PathBuf> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let (style, public) = (root.join("style"), root.join("public"));
    println!("cargo:rerun-if-changed={}", style.display());
    println!("cargo:rerun-if-changed={}", public.display());
    if site.exists() {
        fs::remove_dir_all(site)?;
    }
    fs::create_dir_all(site.join("assets"))?;
    let main = style.join("main.css");
    if main.exists() {
        let css = stylesheet::bundle(&main)?;
        fs::write(site.join(format!("assets/pilothouse-{}.css", content_hash(css.as_bytes()))), css)?;
    } else {
        println!("cargo:warning=style/main.css is missing: pages will be without styles");
    }
    for file in files_below(&public)? {
        let copy = site.join(file.strip_prefix(&public)?);
        fs::create_dir_all(copy.parent().ok_or("a file lies in a folder")?)?;
        fs::copy(&file, copy)?;
    }
    Ok(site.to_path_buf())
}

/// The source text of `ASSETS`, sorted by path.
fn table(site: &Path) -> Result<String> {
    let mut entries = Vec::new();
    for file in files_below(site)? {
        let name = file.strip_prefix(site)?.to_string_lossy().into_owned();
        let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        let is_compressed_copy = COMPRESSED.contains(&extension.as_str()) && file.with_extension("").exists();
        if BESIDE_THE_SITE.contains(&name.as_str()) || is_compressed_copy {
            continue;
        }
        entries.push((format!("/{name}"), entry(&name, &file, &extension)?));
    }
    entries.sort();
    let mut table = Vec::new();
    writeln!(table, "static ASSETS: &[Asset] = &[")?;
    for (_, entry) in entries {
        writeln!(table, "{entry}")?;
    }
    writeln!(table, "];")?;
    Ok(String::from_utf8(table)?)
}

fn entry(name: &str, file: &Path, extension: &str) -> Result<String> {
    let hash = content_hash(&fs::read(file)?);
    let copy = |ending: &str| {
        let path = PathBuf::from(format!("{}.{ending}", file.display()));
        if path.exists() {
            format!("Some(include_bytes!({:?}))", path.display().to_string())
        } else {
            "None".to_owned()
        }
    };
    // In assets/ the name carries a hash of the content: another content has another name.
    let immutable = name.starts_with("assets/");
    Ok(format!(
        "Asset {{ path: {:?}, content_type: {:?}, hash: {hash:?}, immutable: {immutable}, bytes: include_bytes!({:?}), br: {}, gzip: {} }},",
        format!("/{name}"),
        content_type(extension).ok_or_else(|| format!("{name}: no content type is known for .{extension} files"))?,
        file.display().to_string(),
        copy("br"),
        copy("gz"),
    ))
}

fn content_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// FNV-1a, 64 bits: tells versions of our own files apart, and guards nothing.
fn content_hash(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.exists() {
            continue;
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
