//! Parts that pages are made of. Each is one file with one job; none reads from the server by itself but the frame.

pub mod age;
pub mod badge;
pub mod chart;
pub mod copy;
pub mod data_table;
pub mod each;
pub mod empty;
pub mod filter_bar;
pub mod form;
pub mod frame;
pub mod icon;
pub mod labels;
pub mod loaded;
pub mod on_demand;
pub mod page;
pub mod pager;
pub mod phases;
pub mod placement;
pub mod problem;
pub mod safe_textarea;
pub mod side_panel;
pub mod sli;
pub mod when;
