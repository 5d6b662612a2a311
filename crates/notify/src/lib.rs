//! Telling people about alerts: the outbox worker, and one file for each kind of channel.
//!
//! A [`Notice`] is what an alert did, in no channel's format. It is written into an [`Outbox`] together with the
//! alert's change, and the [`Courier`] delivers it at least once, judged by the receiver's own answer. No address and
//! no secret ever stands in an error, a log line or what is kept of an answer.

mod channel;
mod notice;
mod outbox;
mod sender;
mod text;

pub use channel::Target;
pub use notice::Notice;
pub use outbox::{Claimed, Courier, Outbox, OutboxError, Pace, Settled, Settlement};
pub use sender::{Failure, Sender};
