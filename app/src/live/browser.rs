//! The few calls into the browser. On the server they do nothing.

#[cfg(feature = "hydrate")]
mod real {
    use wasm_bindgen::JsValue;

    /// Milliseconds on a clock that only goes forward.
    pub fn monotonic_ms() -> f64 {
        web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
    }

    /// Milliseconds since the Unix epoch, by the browser's clock.
    pub fn wall_ms() -> f64 {
        js_sys::Date::now()
    }

    /// `2026-11-24 14:02:10` in the user's time zone.
    pub fn local_time(epoch_ms: i64) -> Option<String> {
        let date = js_sys::Date::new(&JsValue::from_f64(epoch_ms as f64));
        Some(format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes(),
            date.get_seconds()
        ))
    }

    pub fn copy_text(text: &str) {
        if let Some(window) = web_sys::window() {
            // A page that may not write to the clipboard leaves it as it is.
            let _ = window.navigator().clipboard().write_text(text);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    /// Milliseconds on a clock that only goes forward.
    pub fn monotonic_ms() -> f64 {
        0.0
    }

    /// Milliseconds since the Unix epoch, by the browser's clock.
    pub fn wall_ms() -> f64 {
        0.0
    }

    /// `2026-11-24 14:02:10` in the user's time zone; the server does not know it.
    pub fn local_time(_epoch_ms: i64) -> Option<String> {
        None
    }

    pub fn copy_text(_text: &str) {}
}

pub use real::{copy_text, local_time, monotonic_ms, wall_ms};
