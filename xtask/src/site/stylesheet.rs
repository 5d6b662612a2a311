//! Joins a stylesheet and everything it imports into one, without comments and needless white space.
//!
//! The server's build script compiles this same file, so it uses the standard library alone.

use std::fs;
use std::path::{Path, PathBuf};

/// The stylesheet at `path` with every `@import` of a local file replaced by that file's text, in a `@layer` or
/// `@media` block where the import names one.
///
/// # Errors
/// A file that cannot be read, an import of a remote address, in a circle, or with `supports()`.
pub fn bundle(path: &Path) -> Result<String, String> {
    let mut open = Vec::new();
    expand(path, &mut open)
}

/// The files that [`bundle`] reads, the first one included.
///
/// # Errors
/// As [`bundle`].
#[allow(dead_code, reason = "the server's build script needs it, xtask does not")]
pub fn sources(path: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = vec![path.to_path_buf()];
    let mut next = 0;
    while let Some(file) = files.get(next).cloned() {
        for import in pieces(&read(&file)?).into_iter().filter_map(Piece::import) {
            let target = resolve(&file, &Import::parse(&import)?.target)?;
            if !files.contains(&target) {
                files.push(target);
            }
        }
        next += 1;
    }
    Ok(files)
}

fn expand(path: &Path, open: &mut Vec<PathBuf>) -> Result<String, String> {
    if open.iter().any(|file| file == path) {
        return Err(format!("{} imports itself", path.display()));
    }
    open.push(path.to_path_buf());
    let mut bundled = String::new();
    for piece in pieces(&read(path)?) {
        match piece {
            Piece::Text(text) => bundled.push_str(&text),
            Piece::Import(text) => {
                let import = Import::parse(&text).map_err(|reason| format!("{}: {reason}", path.display()))?;
                let inner = expand(&resolve(path, &import.target)?, open)?;
                bundled.push_str(&import.wrap(inner.trim()));
                bundled.push('\n');
            }
        }
    }
    open.pop();
    Ok(bundled)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))
}

fn resolve(importer: &Path, target: &str) -> Result<PathBuf, String> {
    if target.contains("//") || target.starts_with("data:") {
        return Err(format!("{} imports {target}: only files of our own are bundled", importer.display()));
    }
    Ok(importer.parent().unwrap_or(Path::new("")).join(target))
}

enum Piece {
    Text(String),
    /// What stands between `@import` and its semicolon.
    Import(String),
}

impl Piece {
    fn import(self) -> Option<String> {
        match self {
            Self::Import(text) => Some(text),
            Self::Text(_) => None,
        }
    }
}

/// Cuts a stylesheet into imports and the text between them, dropping comments and runs of white space.
fn pieces(css: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = css;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
        } else if first == '"' || first == '\'' {
            let length = quoted_length(rest);
            text.push_str(&rest[..length]);
            rest = &rest[length..];
        } else if first.is_whitespace() {
            let length = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
            let separator = if rest[..length].contains('\n') { '\n' } else { ' ' };
            if !text.ends_with(char::is_whitespace) {
                text.push(separator);
            }
            rest = &rest[length..];
        } else if let Some(import) =
            rest.strip_prefix("@import").filter(|after| after.starts_with([' ', '\t', '"', '\'']))
        {
            let end = statement_end(import);
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Import(import[..end].trim().to_owned()));
            rest = import.get(end + 1..).unwrap_or("");
        } else {
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}

fn quoted_length(text: &str) -> usize {
    let quote = text.chars().next().unwrap_or('"');
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return index + c.len_utf8();
        }
    }
    text.len()
}

fn statement_end(text: &str) -> usize {
    let mut index = 0;
    while let Some(c) = text[index..].chars().next() {
        match c {
            ';' => return index,
            '"' | '\'' => index += quoted_length(&text[index..]),
            _ => index += c.len_utf8(),
        }
    }
    text.len()
}

/// `"tokens.css" layer(tokens) screen`, taken apart.
struct Import {
    target: String,
    /// `Some("")` is an anonymous layer.
    layer: Option<String>,
    media: String,
}

impl Import {
    fn parse(text: &str) -> Result<Self, String> {
        let malformed = || format!("cannot read `@import {text}`");
        let (target, rest) = if let Some(url) = text.strip_prefix("url(") {
            let end = url.find(')').ok_or_else(malformed)?;
            (url[..end].trim().trim_matches(['"', '\'']), &url[end + 1..])
        } else if text.starts_with(['"', '\'']) {
            let length = quoted_length(text);
            (text[..length].trim_matches(['"', '\'']), &text[length..])
        } else {
            return Err(malformed());
        };
        let rest = rest.trim();
        let (layer, rest) = if let Some(named) = rest.strip_prefix("layer(") {
            let end = named.find(')').ok_or_else(malformed)?;
            (Some(named[..end].trim().to_owned()), &named[end + 1..])
        } else if let Some(rest) = rest.strip_prefix("layer").filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            (Some(String::new()), rest)
        } else {
            (None, rest)
        };
        let media = rest.trim();
        if media.contains("supports(") {
            return Err(format!("`@import {text}`: supports() is not bundled; use @supports inside the file"));
        }
        Ok(Self { target: target.to_owned(), layer, media: media.to_owned() })
    }

    fn wrap(&self, css: &str) -> String {
        let mut wrapped = css.to_owned();
        if let Some(layer) = &self.layer {
            let name = if layer.is_empty() { String::new() } else { format!(" {layer}") };
            wrapped = format!("@layer{name}{{\n{wrapped}\n}}");
        }
        if !self.media.is_empty() {
            wrapped = format!("@media {}{{\n{wrapped}\n}}", self.media);
        }
        wrapped
    }
}

#[cfg(test)]
mod tests {
    use super::bundle;
    use std::fs;
    use std::path::PathBuf;

    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("pilothouse-css-{name}-{}", std::process::id()));
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn imports_are_inlined_where_they_stand() {
        let folder = folder(
            "inline",
            &[
                (
                    "main.css",
                    "@layer tokens, base;\n@import url(\"tokens.css\") layer(tokens);\n@import 'parts/base.css' layer(base) screen and (min-width: 1px);\n@import \"plain.css\";\na { color: red }",
                ),
                ("tokens.css", ":root { --x: 1 }"),
                ("parts/base.css", "@import \"more.css\";\nb { c: d }"),
                ("parts/more.css", "e { f: g }"),
                ("plain.css", "h { i: j }"),
            ],
        );
        let css = bundle(&folder.join("main.css")).unwrap();
        assert_eq!(
            css.replace('\n', " ").split_whitespace().collect::<Vec<_>>().join(" "),
            "@layer tokens, base; @layer tokens{ :root { --x: 1 } } @media screen and (min-width: 1px){ @layer base{ e { f: g } b { c: d } } } h { i: j } a { color: red }"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn comments_go_and_strings_stay() {
        let folder =
            folder("comments", &[("main.css", "/* @import \"gone.css\"; */a::before { content: \"/* kept;  */\" }")]);
        assert_eq!(bundle(&folder.join("main.css")).unwrap(), "a::before { content: \"/* kept;  */\" }");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_cannot_be_bundled_is_refused() {
        let folder = folder(
            "refused",
            &[
                ("remote.css", "@import url(https://example.com/x.css);"),
                ("circle.css", "@import \"circle.css\";"),
                ("missing.css", "@import \"nowhere.css\";"),
                ("supports.css", "@import \"circle.css\" supports(display: grid);"),
            ],
        );
        for (file, reason) in [
            ("remote.css", "only files of our own"),
            ("circle.css", "imports itself"),
            ("missing.css", "nowhere.css"),
            ("supports.css", "supports()"),
        ] {
            let error = bundle(&folder.join(file)).unwrap_err();
            assert!(error.contains(reason), "{file}: {error}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
