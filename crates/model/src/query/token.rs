//! Splits a query at spaces, minding quotes.

use super::{QueryError, Span};

/// One blank-separated piece with its quotes taken off.
#[derive(Debug, PartialEq)]
pub(super) struct Token {
    pub text: String,
    /// The first colon outside quotes, as a byte position in `text`: what stands before it is a field.
    pub colon: Option<usize>,
    pub span: Span,
}

pub(super) fn split(query: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut chars = query.chars().enumerate().peekable();
    while let Some(&(start, c)) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let mut token = Token { text: String::new(), colon: None, span: Span { start, end: start } };
        while let Some(&(at, c)) = chars.peek() {
            if c.is_whitespace() {
                break;
            }
            chars.next();
            match c {
                '"' => quoted(&mut chars, &mut token.text, at)?,
                ':' if token.colon.is_none() => {
                    token.colon = Some(token.text.len());
                    token.text.push(':');
                }
                other => token.text.push(other),
            }
            token.span.end = chars.peek().map_or_else(|| query.chars().count(), |(next, _)| *next);
        }
        tokens.push(token);
    }
    Ok(tokens)
}

fn quoted(
    chars: &mut std::iter::Peekable<impl Iterator<Item = (usize, char)>>,
    text: &mut String,
    opened: usize,
) -> Result<(), QueryError> {
    for (_, c) in chars.by_ref() {
        match c {
            '"' => return Ok(()),
            other => text.push(other),
        }
    }
    Err(QueryError { column: opened + 1, message: "this quote is never closed".into() })
}
