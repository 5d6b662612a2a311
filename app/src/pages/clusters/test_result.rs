//! What trying a credential found.

use crate::components::badge::Tone;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::components::when::When;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::{fill, t};
use leptos::prelude::*;
use model::wire::cluster::{Permission, Validation};

#[component]
pub fn TestResult(validation: Validation) -> impl IntoView {
    let texts = t::<Texts>();
    let Validation { reachable, reason, version, identity, expires_at, permissions, contexts } = validation;
    let (class, icon, headline) = if reachable {
        ("banner banner-good", Icon::Check, fill(texts.test_ok, &[&version.unwrap_or_else(|| "?".into())]))
    } else {
        let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        ("banner banner-bad", Icon::RingBar, format!("{}{why}", texts.test_failed))
    };
    let facts = view! {
        {identity.map(|identity| view! { <dt>{texts.identity}</dt><dd class="mono" data-testid="test-identity">{identity}</dd> })}
        {expires_at.map(|at| view! { <dt>{texts.expires}</dt><dd><When at=at /></dd> })}
        {(!contexts.is_empty()).then(|| view! { <dt>{texts.contexts}</dt><dd class="mono">{contexts.join(", ")}</dd> })}
    };
    view! {
        <div class="stack test-result" data-testid="test-result" data-reachable=reachable.to_string()>
            <p class=class>
                <IconView icon=icon />
                <span>{headline}</span>
            </p>
            {(!reachable).then(|| view! { <p class="help">{texts.test_failed_help}</p> })}
            <dl class="facts">{facts}</dl>
            {(!permissions.is_empty()).then(|| view! { <Permissions permissions /> })}
        </div>
    }
    .into_any()
}

#[component]
fn Permissions(permissions: Vec<Permission>) -> impl IntoView {
    let texts = t::<Texts>();
    let entries = permissions.into_iter().map(|permission| {
        let (tone, icon, word) = if permission.allowed {
            (Tone::Good, Icon::Check, texts.allowed)
        } else {
            (Tone::Bad, Icon::RingBar, texts.refused)
        };
        let place = permission.namespace.map(|namespace| format!(" ({namespace})")).unwrap_or_default();
        view! {
            <li class="permission">
                <span class=tone.class() title=word>
                    <IconView icon=icon />
                    <span class="visually-hidden">{word}</span>
                </span>
                <span class="mono">{permission.verb} " " {permission.resource} {place}</span>
            </li>
        }
    });
    view! {
        <section>
            <h3>{texts.permissions}</h3>
            <ul class="permissions">{entries.collect_any()}</ul>
        </section>
    }
    .into_any()
}
