//! What moves on a page after it was rendered: the clock, and the stream of changes from the server.

mod browser;
mod clock;
mod refresh;
mod stream;

pub use browser::{copy_text, local_time, monotonic_ms, wall_ms};
pub use clock::{Clock, provide_clock, use_clock};
pub use refresh::{Refresh, use_refresh};
pub use stream::{Connection, ListText, Live, provide_live, use_live};
