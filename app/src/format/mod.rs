//! How numbers, times and names are written. Pure: the same on the server and in the browser.

pub mod age;
pub mod annotation;
pub mod base64;
pub mod number;
pub mod taint;
pub mod text;
pub mod time;
pub mod url;
