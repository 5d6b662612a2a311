//! Changing a cluster: cordon, probe, settings, credential, removal. It stands outside of what is refreshed, so that
//! nothing typed is lost when figures change.

use crate::components::form::{CallForm, Calls, use_calls};
use crate::components::loaded::Loaded;
use crate::components::safe_textarea::SafeTextarea;
use crate::format::taint;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::common::Common;
use crate::i18n::{fill, t};
use crate::reading::Reading;
use crate::server_fns::Failure;
use crate::server_fns::clusters::{
    ClusterDetail, ProbeCluster, ReadCluster, RemoveCluster, SaveClusterSettings, SetClusterCordoned,
};
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;
use model::wire::cluster::Cluster;

#[component]
pub fn Manage(name: String) -> impl IntoView {
    let saved = use_calls::<SaveClusterSettings>();
    let cordoned = use_calls::<SetClusterCordoned>();
    let asked = name.clone();
    let changes = move || saved.count() + cordoned.count();
    let source = Reading::new(changes, move || ReadCluster { name: asked.clone() });
    let show = move |detail: ClusterDetail| {
        let cluster = detail.cluster;
        view! {
            <Operate cluster=cluster.clone() action=cordoned />
            {may(Action::ManageClusters).then(|| view! {
                <Settings cluster=cluster.clone() action=saved />
                <super::credential::Credential name=cluster.name.clone() />
                <Remove name=cluster.name.clone() />
            })}
        }
        .into_any()
    };
    view! { <div class="columns manage"><Loaded source view=show rows=4 /></div> }.into_any()
}

#[component]
fn Outcome(calls: Calls<()>) -> impl IntoView {
    let failed = move || calls.answer().and_then(Result::err).map(|Failure(problem)| problem.detail);
    view! { <p class="field-error" role="alert" hidden=move || failed().is_none()>{failed}</p> }.into_any()
}

#[component]
fn Operate(cluster: Cluster, action: Calls<()>) -> impl IntoView {
    let texts = t::<Texts>();
    let probe = use_calls::<ProbeCluster>();
    let (name, probed) = (cluster.name.clone(), cluster.name.clone());
    let turned = (!cluster.cordoned).to_string();
    let word = if cluster.cordoned { texts.uncordon } else { texts.cordon };
    view! {
        <section class="panel stack">
            <h2>{texts.cordon}</h2>
            <p class="help">{texts.cordon_help}</p>
            <div class="form-actions">
                <CallForm calls=action>
                    <input type="hidden" name="name" value=name />
                    <input type="hidden" name="cordoned" value=turned />
                    <button class="button" data-testid="cordon">{word}</button>
                </CallForm>
                <CallForm calls=probe>
                    <input type="hidden" name="name" value=probed />
                    <button class="button" data-testid="probe">{texts.probe}</button>
                </CallForm>
            </div>
            <Outcome calls=action />
            <Outcome calls=probe />
        </section>
    }
    .into_any()
}

#[component]
fn Settings(cluster: Cluster, action: Calls<()>) -> impl IntoView {
    let texts = t::<Texts>();
    let labels = cluster.labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n");
    let taints = cluster.taints.iter().map(taint::write).collect::<Vec<_>>().join("\n");
    view! {
        <section class="panel">
            <div class="panel-head"><h2>{texts.settings}</h2></div>
            <CallForm calls=action class="form">
                <input type="hidden" name="name" value=cluster.name.clone() />
                <div class="field">
                    <label for="set-labels">{texts.labels}</label>
                    <SafeTextarea name="labels" id="set-labels" value=labels rows=4 mono=true described_by="set-labels-help" />
                    <p class="help" id="set-labels-help">{texts.labels_help}</p>
                </div>
                <div class="field">
                    <label for="set-taints">{texts.taints}</label>
                    <SafeTextarea name="taints" id="set-taints" value=taints rows=2 mono=true described_by="set-taints-help" />
                    <p class="help" id="set-taints-help">{texts.taints_help}</p>
                </div>
                <div class="field">
                    <label for="set-weight">{texts.weight}</label>
                    <input
                        id="set-weight"
                        name="weight"
                        type="number"
                        min="0"
                        max="100"
                        class="input"
                        value=cluster.weight.to_string()
                        aria-describedby="set-weight-help"
                    />
                    <p class="help" id="set-weight-help">{texts.weight_help}</p>
                </div>
                <Outcome calls=action />
                <div class="form-actions"><button class="button" data-testid="save-settings">{t::<Common>().save}</button></div>
            </CallForm>
        </section>
    }
    .into_any()
}

#[component]
fn Remove(name: String) -> impl IntoView {
    let texts = t::<Texts>();
    let action = use_calls::<RemoveCluster>();
    view! {
        <section class="panel">
            <details class="form-more">
                <summary class="danger" data-testid="remove-open">{texts.remove}</summary>
                <CallForm calls=action class="form">
                    <p class="help">{texts.remove_help}</p>
                    <input type="hidden" name="name" value=name.clone() />
                    <div class="field">
                        <label for="remove-confirm">{fill(texts.remove_confirm, &[&name])}</label>
                        <input id="remove-confirm" name="confirm" class="input mono" autocomplete="off" required=true />
                    </div>
                    <Outcome calls=action />
                    <div class="form-actions">
                        <button class="button button-danger" data-testid="remove">{texts.remove_submit}</button>
                    </div>
                </CallForm>
            </details>
        </section>
    }
    .into_any()
}
