//! How texts are compared: without regard to case.

/// Whether `text` is `lower`, which is in lower case already.
pub(super) fn equal(text: &str, lower: &str) -> bool {
    text.eq_ignore_ascii_case(lower) || (!text.is_ascii() && text.to_lowercase() == lower)
}

/// Whether `lower`, which is in lower case already, is part of `text`.
pub(super) fn contains(text: &str, lower: &str) -> bool {
    if !text.is_ascii() || !lower.is_ascii() {
        return text.to_lowercase().contains(lower);
    }
    contains_bytes(text.as_bytes(), lower.as_bytes())
}

/// [`contains`] for ASCII.
pub(super) fn contains_bytes(text: &[u8], lower: &[u8]) -> bool {
    let Some(first) = lower.first() else { return true };
    let Some(last) = text.len().checked_sub(lower.len()) else { return false };
    let begins = |at: usize| text[at..at + lower.len()].eq_ignore_ascii_case(lower);
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), &text[..=last]).any(begins)
}

/// Whether `text` ends with a beginning of `lower`, so that `lower` may stand where `text` goes on.
pub(super) fn ends_with_beginning_of(text: &str, lower: &str) -> bool {
    !text.is_ascii()
        || !lower.is_ascii()
        || (1..lower.len().min(text.len() + 1))
            .any(|length| text.as_bytes()[text.len() - length..].eq_ignore_ascii_case(&lower.as_bytes()[..length]))
}
