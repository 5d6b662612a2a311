//! One request from the browser, and the reply.

use crate::server_fns::unreachable_server;
use leptos::prelude::window;
use model::wire::problem::Problem;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, Headers, RequestInit, Response};

#[wasm_bindgen]
extern "C" {
    /// `URLSearchParams` made of form data: web-sys has no such constructor.
    #[wasm_bindgen(js_name = URLSearchParams)]
    type Encoded;

    #[wasm_bindgen(constructor, js_class = "URLSearchParams")]
    fn of(form: &FormData) -> Encoded;
}

/// What is sent; nothing makes it a GET.
pub enum Body {
    Nothing,
    Json(String),
    Form(FormData),
}

/// What came back.
pub struct Reply {
    /// Whether the server was willing.
    pub ok: bool,
    pub text: String,
    /// Where a server function sends the page.
    pub leads_to: Option<String>,
}

impl Reply {
    /// The text of an answer of a server function, in the shape in which the server puts it into a page.
    pub fn into_answer(reply: Result<Reply, JsValue>) -> String {
        match reply {
            Ok(reply) if reply.ok => ["{\"Ok\":", &reply.text, "}"].concat(),
            Ok(reply) => refused(&small_json::from_str(&reply.text).unwrap_or_else(|_| Problem::internal())),
            Err(_) => refused(&unreachable_server()),
        }
    }
}

fn refused(problem: &Problem) -> String {
    ["{\"Err\":", &serde_json::to_string(problem).unwrap_or_default(), "}"].concat()
}

/// Sends a request to our own server.
///
/// # Errors
/// When nothing came back.
pub async fn exchange(address: &str, body: Body) -> Result<Reply, JsValue> {
    let request = RequestInit::new();
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    if !matches!(body, Body::Nothing) {
        request.set_method("POST");
    }
    match body {
        Body::Nothing => {}
        Body::Json(text) => {
            headers.set("Content-Type", "application/json")?;
            request.set_body(&JsValue::from_str(&text));
        }
        Body::Form(form) => request.set_body(&Encoded::of(&form)),
    }
    request.set_headers(&headers);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(address, &request)).await?.dyn_into()?;
    let leads_to = match response.headers().has("serverfnredirect")? {
        true => response.headers().get("Location")?,
        false => None,
    };
    let text = JsFuture::from(response.text()?).await?;
    Ok(Reply { ok: response.ok(), text: text.as_string().unwrap_or_default(), leads_to })
}
