//! Query strings.

/// Percent-encodes a value of a query; commas, colons and the like stay readable.
pub fn encode(text: &str) -> String {
    const PLAIN: &[u8] = b"-_.~,:/!*()@";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Undoes [`encode`], and `+` for a blank as forms write it.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// `a=1&b=2` of the pairs that have a value.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (key, value) in pairs {
        if !value.is_empty() {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(key);
            query.push('=');
            query.push_str(&encode(value));
        }
    }
    query
}

/// `path?query`, or the path alone without one.
pub fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = query(pairs);
    if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
}

/// The pairs of a query string.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_back() {
        for text in ["", "ns:shop status:!Running", "a&b=c#d%e+f", "标签:\"x y\"", "100%"] {
            assert_eq!(decode(&encode(text)), text);
            let query = query([("q", text), ("limit", "5")]);
            let back: Vec<_> = pairs(&query).filter(|(key, _)| key == "q").map(|(_, value)| value).collect();
            assert_eq!(back.concat(), text);
        }
    }

    #[test]
    fn empty_values_are_left_out() {
        assert_eq!(address("/clusters", [("selector", "")]), "/clusters");
        assert_eq!(address("/clusters", [("selector", "env=prod"), ("x", "")]), "/clusters?selector=env%3Dprod");
    }

    #[test]
    fn forms_write_blanks_as_plus() {
        assert_eq!(decode("a+b%20c%"), "a b c%");
    }
}
