//! Cursors: where a page ended, by the values of its last row, so that paging stays true while rows
//! come and go.

use super::request::bad;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::rows::Cell;
use model::wire::problem::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The sort position of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    pub keys: Vec<Key>,
    pub cluster: String,
    pub uid: String,
}

/// A cell as a cursor carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Key {
    None,
    Text(String),
    Number(i64),
    Milli(i64),
    Bytes(i64),
    Time(i64),
    Bool(bool),
    Ratio(i64, i64),
}

impl Key {
    pub(super) fn of(cell: &Cell<'_>) -> Key {
        match cell {
            Cell::None => Key::None,
            Cell::Number(n) => Key::Number(*n),
            Cell::Milli(n) => Key::Milli(*n),
            Cell::Bytes(n) => Key::Bytes(*n),
            Cell::Time(n) => Key::Time(*n),
            Cell::Bool(b) => Key::Bool(*b),
            Cell::Ratio(a, b) => Key::Ratio(*a, *b),
            Cell::List(items) => Key::Text(items.join(",")),
            Cell::Labels(labels) => {
                Key::Text(labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(","))
            }
            other => other.text().map_or(Key::None, |text| Key::Text(text.into_owned())),
        }
    }

    pub(super) fn cell(&self) -> Cell<'_> {
        match self {
            Key::None => Cell::None,
            Key::Text(text) => Cell::Text(text),
            Key::Number(n) => Cell::Number(*n),
            Key::Milli(n) => Cell::Milli(*n),
            Key::Bytes(n) => Cell::Bytes(*n),
            Key::Time(n) => Cell::Time(*n),
            Key::Bool(b) => Cell::Bool(*b),
            Key::Ratio(a, b) => Cell::Ratio(*a, *b),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    list: String,
    at: Position,
}

fn digest(fingerprint: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(fingerprint.as_bytes())[..6])
}

pub(super) fn encode(fingerprint: &str, at: Position) -> String {
    let sealed = Sealed { list: digest(fingerprint), at };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed).unwrap_or_default())
}

/// # Errors
/// 400 `bad_cursor` for a cursor that is not ours, or was made for another list.
pub(super) fn decode(fingerprint: &str, cursor: &str) -> Result<Position, Problem> {
    let wrong = || bad("cursor", "bad_cursor", "this cursor belongs to another list".into());
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let sealed: Sealed = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    if sealed.list != digest(fingerprint) {
        return Err(wrong());
    }
    Ok(sealed.at)
}
