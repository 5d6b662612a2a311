//! A call of a server function as it goes over the wire.

use leptos::server_fn::ServerFn;
use serde::Serialize;

/// Path, query and body; without a body it is a GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub address: String,
    pub body: Option<String>,
}

impl Call {
    pub fn get<F: ServerFn + Serialize>(call: &F) -> Call {
        // Arguments are plain fields, which a query can always carry.
        let query = serde_qs::to_string(call).unwrap_or_default();
        Call { address: [F::PATH, "?", &query].concat(), body: None }
    }

    pub fn post<F: ServerFn + Serialize>(call: &F) -> Call {
        Call { address: F::PATH.to_string(), body: Some(serde_json::to_string(call).unwrap_or_default()) }
    }
}
