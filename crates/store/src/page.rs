//! Pages of a list, continued by a key rather than an offset, so that rows are neither lost nor
//! repeated while others are written.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::StoreError;

/// The most rows one page can have.
pub const MAX_LIMIT: u32 = 1000;

/// Where the next page of a list starts. Opaque: only the list that made it can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Takes a cursor as a caller sent it; it is checked when the list is read.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to hand out.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn at(list: &'static str, key: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(format!("{list}\n{key}")))
    }

    fn key(&self, list: &'static str) -> Result<String, StoreError> {
        URL_SAFE_NO_PAD
            .decode(&self.0)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| text.strip_prefix(list)?.strip_prefix('\n').map(str::to_owned))
            .ok_or(StoreError::Invalid { what: "cursor", rule: "must come from the same list" })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub struct PageRequest {
    limit: u32,
    after: Option<Cursor>,
}

impl PageRequest {
    /// At most `limit` rows, after `after` or from the start.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] unless `limit` is within 1..=[`MAX_LIMIT`].
    pub fn new(limit: u32, after: Option<Cursor>) -> Result<Self, StoreError> {
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(StoreError::Invalid { what: "limit", rule: "must be from 1 to 1000" });
        }
        Ok(Self { limit, after })
    }

    /// The first rows, as many as a page can have.
    pub fn first() -> Self {
        Self { limit: MAX_LIMIT, after: None }
    }

    /// One row more than asked for, which tells whether another page follows.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub(crate) fn after(&self, list: &'static str) -> Result<Option<String>, StoreError> {
        self.after.as_ref().map(|cursor| cursor.key(list)).transpose()
    }

    pub(crate) fn after_number(&self, list: &'static str) -> Result<Option<i64>, StoreError> {
        self.after(list)?
            .map(|key| key.parse())
            .transpose()
            .map_err(|_| StoreError::Invalid { what: "cursor", rule: "must come from the same list" })
    }
}

/// Some rows of a list, and where the next ones start.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// The next page, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    pub(crate) fn of(mut items: Vec<T>, request: &PageRequest, list: &'static str, key: impl Fn(&T) -> String) -> Self {
        let more = items.len() > request.limit as usize;
        items.truncate(request.limit as usize);
        let next = items.last().filter(|_| more).map(|last| Cursor::at(list, &key(last)));
        Self { items, next }
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere, ignoring case.
pub(crate) fn contains_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_serves_its_own_list_only() {
        let cursor = Cursor::at("users", "ada");
        let page = PageRequest::new(5, Some(cursor.clone())).unwrap();
        assert_eq!(page.after("users").unwrap().as_deref(), Some("ada"));
        assert!(page.after("tokens").is_err());
        for text in ["", "%%%", "dXNlcnM"] {
            let page = PageRequest::new(5, Some(Cursor::new(text))).unwrap();
            assert!(page.after("users").is_err(), "{text}");
        }
    }

    #[test]
    fn limits_outside_the_range_are_refused() {
        assert!(PageRequest::new(0, None).is_err());
        assert!(PageRequest::new(1001, None).is_err());
        assert!(PageRequest::new(1000, None).is_ok());
    }

    #[test]
    fn wildcards_in_a_search_are_plain_text() {
        assert_eq!(contains_pattern(r"A_b%\"), r"%a\_b\%\\%");
    }
}
