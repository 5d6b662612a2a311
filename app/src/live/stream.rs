//! The page's one connection to `/api/v1/stream`.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The page is not alive yet, or asks for nothing.
    Idle,
    Open,
    /// Interrupted; the browser tries again by itself.
    Interrupted,
}

/// What the stream says about the list it was asked for, as text: only the page of the list knows its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListText {
    Page(String),
    Delta(String),
}

/// A list that a page follows: its parameters as the REST list writes them, and who is told.
#[derive(Clone)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser opens streams"))]
struct Followed {
    parameters: String,
    told: Callback<ListText>,
}

/// The page's stream: counters that grow when something of a topic changed, and at most one list.
#[derive(Clone, Copy)]
pub struct Live {
    pub clusters: RwSignal<u64>,
    pub alerts: RwSignal<u64>,
    pub decisions: RwSignal<u64>,
    pub connection: RwSignal<Connection>,
    list: RwSignal<Option<Followed>>,
}

impl Live {
    fn idle() -> Live {
        Live {
            clusters: RwSignal::new(0),
            alerts: RwSignal::new(0),
            decisions: RwSignal::new(0),
            connection: RwSignal::new(Connection::Idle),
            list: RwSignal::new(None),
        }
    }

    /// Follows a list instead of the one before.
    pub fn follow_list(&self, parameters: String, told: Callback<ListText>) {
        let same = self.list.with_untracked(|list| list.as_ref().is_some_and(|list| list.parameters == parameters));
        if !same {
            self.list.set(Some(Followed { parameters, told }));
        }
    }

    pub fn leave_list(&self) {
        self.list.set(None);
    }
}

/// Opens the stream as soon as the page is alive, and again whenever another list is followed.
pub fn provide_live() {
    let live = Live::idle();
    provide_context(live);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| source::open(live));
}

/// The page's stream; one that never says anything outside a page.
pub fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(Live::idle)
}

#[cfg(feature = "hydrate")]
mod source {
    use super::{Connection, Followed, ListText, Live};
    use leptos::prelude::*;
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    const TOPICS: &str = "/api/v1/stream?topics=clusters,alerts,decisions";
    /// How long to wait when the server closed the stream for good, after its restart say.
    const REOPEN: Duration = Duration::from_secs(3);

    /// Runs within an effect: closed again when the effect runs anew.
    pub fn open(live: Live) {
        let followed = live.list.get();
        let address = match &followed {
            Some(list) => format!("{TOPICS}&{}", list.parameters),
            None => TOPICS.to_string(),
        };
        let Ok(source) = EventSource::new(&address) else { return };
        listen(&source, "open", move |_| live.connection.set(Connection::Open));
        let errored = source.clone();
        listen(&source, "error", move |_| {
            live.connection.set(Connection::Interrupted);
            if errored.ready_state() == EventSource::CLOSED {
                set_timeout(move || live.list.update(|_| ()), REOPEN);
            }
        });
        listen(&source, "topic", move |text| topic(live, &text));
        if let Some(Followed { told, .. }) = followed {
            listen(&source, "page", move |text| told.run(ListText::Page(text)));
            listen(&source, "delta", move |text| told.run(ListText::Delta(text)));
        }
        let source = send_wrapper(source);
        on_cleanup(move || source.with_value(|source| source.close()));
    }

    fn send_wrapper(source: EventSource) -> StoredValue<EventSource, LocalStorage> {
        StoredValue::new_local(source)
    }

    fn listen(source: &EventSource, event: &str, mut then: impl FnMut(String) + 'static) {
        let heard = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string());
            then(text.unwrap_or_default());
        });
        // An event name that the browser refuses does not exist; the listener lives as long as its source.
        let _ = source.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        heard.forget();
    }

    fn topic(live: Live, text: &str) {
        #[derive(serde::Deserialize)]
        struct Topic {
            topic: String,
        }
        let counter = match small_json::from_str::<Topic>(text) {
            Ok(topic) if topic.topic == "clusters" => live.clusters,
            Ok(topic) if topic.topic == "alerts" => live.alerts,
            Ok(topic) if topic.topic == "decisions" => live.decisions,
            _ => return,
        };
        counter.update(|count| *count += 1);
    }
}
