//! A test message, and what the receiver said to it.

use super::verdict_badge;
use crate::components::filter_bar::use_parameter;
use crate::components::form::{CallForm, Calls};
use crate::i18n::alerting::Alerting;
use crate::i18n::t;
use crate::server_fns::Failure;
use leptos::prelude::*;
use model::wire::alerting::ChannelTest;

#[component]
pub fn TestButton(name: String, tested: Calls<ChannelTest>) -> impl IntoView {
    view! {
        <CallForm calls=tested class="inline-form">
            <input type="hidden" name="name" value=name />
            <button class="button" disabled=move || tested.pending() data-testid="test-channel">
                {t::<Alerting>().test}
            </button>
        </CallForm>
    }
    .into_any()
}

/// Above the channels, after a test.
#[component]
pub fn Verdict(tested: Calls<ChannelTest>) -> impl IntoView {
    let texts = t::<Alerting>();
    let name = use_parameter("tested");
    let (delivered, result, message) = (use_parameter("delivered"), use_parameter("result"), use_parameter("message"));
    let from_address = move || {
        let test =
            || ChannelTest { delivered: delivered.get() == "true", result: result.get(), message: message.get() };
        (!name.get().is_empty()).then(test)
    };
    let told = move || match tested.answer() {
        Some(Ok(test)) => Some(test),
        Some(Err(Failure(problem))) => {
            Some(ChannelTest { delivered: false, result: problem.code, message: problem.detail })
        }
        None => from_address(),
    };
    move || {
        told().map(|test| {
            let class = if test.delivered { "banner banner-good" } else { "banner banner-bad" };
            let words = if test.delivered { texts.test_ok } else { texts.test_failed };
            view! {
                <div
                    class=class
                    role="status"
                    data-testid="test-verdict"
                    data-delivered=test.delivered.to_string()
                    data-result=test.result
                >
                    {verdict_badge(test.delivered)}
                    <strong>{words}</strong>
                    <span>{test.message}</span>
                </div>
            }
        })
    }
}
