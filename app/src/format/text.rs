//! Names and labels.

/// `name` cut in the middle to at most `most` characters, since both ends of a Kubernetes name tell something.
pub fn middle_cut(name: &str, most: usize) -> String {
    let length = name.chars().count();
    if length <= most || most < 3 {
        return name.to_string();
    }
    let tail = (most - 1) / 2;
    let head = most - 1 - tail;
    let start: String = name.chars().take(head).collect();
    let end: String = name.chars().skip(length - tail).collect();
    format!("{start}…{end}")
}

/// `key=value` pairs from lines, commas or blanks.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(['\n', ',', ' ', '\r']).map(str::trim).filter(|piece| !piece.is_empty()).map(|piece| {
        let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
        (key.trim(), value.trim())
    })
}

/// Words separated by lines, commas or blanks.
pub fn words(text: &str) -> Vec<String> {
    text.split(['\n', ',', ' ', '\r']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_long_name_stay() {
        assert_eq!(middle_cut("short", 10), "short");
        assert_eq!(middle_cut("checkout-7d9f8b6c5d-x2x4z", 13), "checko…-x2x4z");
        assert_eq!(middle_cut("数据库主节点副本", 5), "数据…副本");
    }

    #[test]
    fn pairs_and_words_are_split_at_blanks_commas_and_lines() {
        assert_eq!(
            pairs("env=prod\nregion=cn, tier=").collect::<Vec<_>>(),
            [("env", "prod"), ("region", "cn"), ("tier", "")]
        );
        assert_eq!(words(" a,b\n c "), ["a", "b", "c"]);
    }
}
