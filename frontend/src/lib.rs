//! The browser's entry: takes over the page that the server rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the module is loaded. Ends when the page is alive: its own code may have to be
/// loaded first.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    app::load_page().await;
    leptos::mount::hydrate_body(app::App);
}
