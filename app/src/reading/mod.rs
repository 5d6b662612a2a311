//! What a page reads from the server. An answer stays the text that travelled until a page shows it: so the code that
//! asks, waits and asks again is in the browser once, and not once for each type of answer.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod call;
#[cfg(feature = "ssr")]
mod on_server;
#[cfg(feature = "hydrate")]
pub mod wire;

use crate::server_fns::{Answer, Failure};
use leptos::prelude::*;
use leptos::server::codee::string::FromToStringCodec;
use leptos::server_fn::ServerFn;
use model::wire::problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// The answer as it travelled: JSON of an [`Answer`].
pub type Text = Resource<String, FromToStringCodec>;

/// A resource on a server function.
pub struct Reading<T> {
    text: Text,
    shape: PhantomData<fn() -> T>,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl<T: Serialize + DeserializeOwned> Reading<T> {
    /// Asks with what `ask` returns, by GET: anew when that changes, or when the number `again` does.
    pub fn new<F>(again: impl Fn() -> u64 + Send + Sync + 'static, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: ServerFn<Output = T, Error = Failure> + Serialize + 'static,
    {
        #[cfg(feature = "ssr")]
        let text = on_server::resource(again, move || on_server::run(ask()));
        #[cfg(feature = "hydrate")]
        let text = browser::resource(Box::new(move || (again(), Some(call::Call::get(&ask())))));
        Reading { text, shape: PhantomData }
    }
}

impl<T: DeserializeOwned> Reading<T> {
    /// The same answer, of which another shape is read.
    pub fn read_as<U>(self) -> Reading<U> {
        Reading { text: self.text, shape: PhantomData }
    }

    /// The answer; None while there is none.
    pub fn get(&self) -> Option<Answer<T>> {
        self.text.get().map(|text| read(&text))
    }

    pub fn text(&self) -> Text {
        self.text
    }

    /// Asks again.
    pub fn refetch(&self) {
        self.text.refetch();
    }
}

impl<T: Serialize + DeserializeOwned> Reading<Option<T>> {
    /// As [`Reading::new`], but by POST, and only where there is something to ask.
    pub fn posted<F>(
        again: impl Fn() -> u64 + Send + Sync + 'static,
        ask: impl Fn() -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        F: ServerFn<Output = T, Error = Failure> + Serialize + 'static,
    {
        #[cfg(feature = "ssr")]
        let text = on_server::resource(again, move || on_server::run_some(ask()));
        #[cfg(feature = "hydrate")]
        let text = browser::resource(Box::new(move || (again(), ask().as_ref().map(call::Call::post))));
        Reading { text, shape: PhantomData }
    }
}

/// What an answer's text says.
pub fn read<T: DeserializeOwned>(text: &str) -> Answer<T> {
    small_json::from_str(text).unwrap_or_else(|_| Err(Failure(Problem::internal())))
}
