//! Errors on the wire: `application/problem+json` (RFC 9457) with a stable `code` and the fields at fault.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with one field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where in the input, `credential.kubeconfig.users[0].user.exec`.
    pub path: String,
    /// The rule, as a stable word.
    pub code: String,
    pub message: String,
}

impl FieldError {
    pub fn new(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        FieldError { path: path.into(), code: code.into(), message: message.into() }
    }
}

/// A refused or failed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// Where in a text that does not parse, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// Seconds after which to try again; also sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Problem {
            kind: "about:blank".into(),
            title: title(status).into(),
            status,
            code: code.into(),
            detail: detail.into(),
            fields: Vec::new(),
            line: None,
            column: None,
            retry_after: None,
        }
    }

    pub fn with_field(mut self, field: FieldError) -> Self {
        self.fields.push(field);
        self
    }

    /// Says where in the text the trouble is; the detail says it too.
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.detail = format!("line {line}, column {column}: {}", self.detail);
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// A body that cannot be read at all.
    pub fn malformed(code: &str, detail: impl Into<String>) -> Self {
        Problem::new(400, code, detail)
    }

    /// A body that reads well and breaks rules; every broken rule is in `fields`.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let code = fields.first().map_or("invalid", |f| f.code.as_str()).to_string();
        let detail = fields.iter().map(|f| format!("{}: {}", f.path, f.message)).collect::<Vec<_>>().join("; ");
        Problem { fields, ..Problem::new(422, &code, detail) }
    }

    pub fn unauthenticated() -> Self {
        Problem::new(401, "unauthenticated", "Sign in, or send a token.")
    }

    pub fn forbidden() -> Self {
        Problem::new(403, "forbidden", "Your role does not allow this.")
    }

    /// Also the answer for an object outside the caller's scope: it must look exactly like an absent one.
    pub fn not_found(what: &str) -> Self {
        Problem::new(404, "not_found", format!("There is no such {what}."))
    }

    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Problem::new(409, code, detail)
    }

    pub fn unavailable(code: &str, detail: impl Into<String>) -> Self {
        Problem::new(503, code, detail)
    }

    /// Something of ours failed; what exactly is in the log, not in the answer.
    pub fn internal() -> Self {
        Problem::new(500, "internal", "Something failed on our side. The log has the details.")
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad request",
        401 => "Not signed in",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Too large",
        415 => "Unsupported media type",
        421 => "Misdirected request",
        422 => "Not valid",
        429 => "Too many requests",
        503 => "Not available now",
        507 => "Storage full",
        _ => "Internal error",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.detail)
    }
}

impl std::error::Error for Problem {}
