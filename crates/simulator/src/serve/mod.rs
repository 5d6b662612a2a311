//! Listeners: TLS with a CA of its own for each cluster, HTTP/1.1 and HTTP/2, and connections that a
//! scripted fault can silence or tear down while they are open.

mod gated_io;
mod listener;
mod plain;
mod tls;

pub(crate) use listener::bind;
pub use listener::{ServeError, TlsServer};
pub use plain::PlainServer;
pub use tls::{ClusterTls, TlsError};
