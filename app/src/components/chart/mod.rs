//! Charts as SVG, drawn by the server, coloured by the stylesheet.

mod bar;
mod sparkline;

pub use bar::{Meter, Segment, StackedBar};
pub use sparkline::Sparkline;
