//! Saying that somebody takes care of an alert.

use super::PATH;
use super::measure::measured;
use crate::components::badge::StateBadge;
use crate::components::form::{AreaField, CallForm, FormProblem, use_call_form, use_calls};
use crate::components::side_panel::SidePanel;
use crate::format::annotation::summary;
use crate::i18n::alerting::Alerting;
use crate::i18n::t;
use crate::reading::Reading;
use crate::server_fns::alerting::{AckAlert, AlertPage};
use leptos::prelude::*;

#[component]
pub fn AckPanel(id: String, source: Reading<AlertPage>) -> impl IntoView {
    let texts = t::<Alerting>();
    let wanted = id.clone();
    let about = move || {
        let page = source.get()?.ok()?;
        let alert = page.firing.into_iter().find(|alert| alert.id == wanted);
        Some(match alert {
            Some(alert) => view! {
                <p class="ack-about">
                    <StateBadge state=alert.severity.as_str() />
                    <strong>{alert.rule.clone()}</strong>
                    <span class="mono">{alert.cluster.clone()}</span>
                    <span>{measured(&alert)}</span>
                </p>
                <p class="muted">{summary(&alert.annotations)}</p>
            }
            .into_any(),
            None => view! { <p class="muted">{texts.ack_gone}</p> }.into_any(),
        })
    };
    view! {
        <SidePanel title=texts.ack_title close=PATH testid="ack-panel">
            <Transition>{about}</Transition>
            <AckForm id />
        </SidePanel>
    }
    .into_any()
}

#[component]
fn AckForm(id: String) -> impl IntoView {
    let texts = t::<Alerting>();
    let action = use_calls::<AckAlert>();
    let state = use_call_form(action);
    view! {
        <CallForm calls=action class="form">
            <FormProblem state />
            <input type="hidden" name="id" value=id />
            <AreaField name="note" label=texts.note help=texts.ack_help placeholder=texts.note_placeholder />
            <div class="form-actions">
                <button class="button button-primary" disabled=move || state.busy.get() data-testid="ack-submit">
                    {texts.ack}
                </button>
            </div>
        </CallForm>
    }
    .into_any()
}
