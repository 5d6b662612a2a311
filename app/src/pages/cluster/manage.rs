//! Changing a cluster: cordon, probe, settings, credential, removal. It stands outside of what is refreshed, so that
//! nothing typed is lost when figures change.

use crate::components::form::PostForm;
use crate::components::loaded::Loaded;
use crate::components::safe_textarea::SafeTextarea;
use crate::format::taint;
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::common::Common;
use crate::i18n::{fill, t};
use crate::pages::clusters::CredentialFields;
use crate::server_fns::clusters::{
    ClusterDetail, ProbeCluster, RemoveCluster, SaveClusterSettings, SetClusterCordoned, read_cluster,
};
use crate::server_fns::{Answer, Failure};
use crate::viewer::may;
use leptos::form::ActionForm;
use leptos::prelude::*;
use model::access::Action;
use model::wire::cluster::Cluster;

#[component]
pub fn Manage(name: String) -> impl IntoView {
    let saved = ServerAction::<SaveClusterSettings>::new();
    let cordoned = ServerAction::<SetClusterCordoned>::new();
    let asked = name.clone();
    let source =
        Resource::new(move || (saved.version().get(), cordoned.version().get()), move |_| read_cluster(asked.clone()));
    let show = move |detail: ClusterDetail| {
        let cluster = detail.cluster;
        view! {
            <Operate cluster=cluster.clone() action=cordoned />
            {may(Action::ManageClusters).then(|| view! {
                <Settings cluster=cluster.clone() action=saved />
                <Credential name=cluster.name.clone() />
                <Remove name=cluster.name.clone() />
            })}
        }
        .into_any()
    };
    view! { <div class="columns manage"><Loaded source view=show rows=4 /></div> }.into_any()
}

#[component]
fn Outcome(answer: Signal<Option<Answer<()>>>) -> impl IntoView {
    let failed = move || answer.get().and_then(Result::err).map(|Failure(problem)| problem.detail);
    view! { <p class="field-error" role="alert" hidden=move || failed().is_none()>{failed}</p> }.into_any()
}

#[component]
fn Operate(cluster: Cluster, action: ServerAction<SetClusterCordoned>) -> impl IntoView {
    let texts = t::<Texts>();
    let probe = ServerAction::<ProbeCluster>::new();
    let (name, probed) = (cluster.name.clone(), cluster.name.clone());
    let turned = (!cluster.cordoned).to_string();
    let word = if cluster.cordoned { texts.uncordon } else { texts.cordon };
    view! {
        <section class="panel stack">
            <h2>{texts.cordon}</h2>
            <p class="help">{texts.cordon_help}</p>
            <div class="form-actions">
                <ActionForm action>
                    <input type="hidden" name="name" value=name />
                    <input type="hidden" name="cordoned" value=turned />
                    <button class="button" data-testid="cordon">{word}</button>
                </ActionForm>
                <ActionForm action=probe>
                    <input type="hidden" name="name" value=probed />
                    <button class="button" data-testid="probe">{texts.probe}</button>
                </ActionForm>
            </div>
            <Outcome answer=action.value().into() />
            <Outcome answer=probe.value().into() />
        </section>
    }
    .into_any()
}

#[component]
fn Settings(cluster: Cluster, action: ServerAction<SaveClusterSettings>) -> impl IntoView {
    let texts = t::<Texts>();
    let labels = cluster.labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n");
    let taints = cluster.taints.iter().map(taint::write).collect::<Vec<_>>().join("\n");
    view! {
        <section class="panel">
            <div class="panel-head"><h2>{texts.settings}</h2></div>
            <ActionForm action attr:class="form">
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
                <Outcome answer=action.value().into() />
                <div class="form-actions"><button class="button" data-testid="save-settings">{t::<Common>().save}</button></div>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Credential(name: String) -> impl IntoView {
    let texts = t::<Texts>();
    view! {
        <section class="panel">
            <details class="form-more">
                <summary>{texts.replace}</summary>
                <p class="help">{texts.replace_help}</p>
                <PostForm action=format!("/forms/clusters/{name}/credential") testid="replace-credential">
                    <CredentialFields />
                    <div class="form-actions"><button class="button">{texts.replace_submit}</button></div>
                </PostForm>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Remove(name: String) -> impl IntoView {
    let texts = t::<Texts>();
    let action = ServerAction::<RemoveCluster>::new();
    view! {
        <section class="panel">
            <details class="form-more">
                <summary class="danger" data-testid="remove-open">{texts.remove}</summary>
                <ActionForm action attr:class="form">
                    <p class="help">{texts.remove_help}</p>
                    <input type="hidden" name="name" value=name.clone() />
                    <div class="field">
                        <label for="remove-confirm">{fill(texts.remove_confirm, &[&name])}</label>
                        <input id="remove-confirm" name="confirm" class="input mono" autocomplete="off" required=true />
                    </div>
                    <Outcome answer=action.value().into() />
                    <div class="form-actions">
                        <button class="button button-danger" data-testid="remove">{texts.remove_submit}</button>
                    </div>
                </ActionForm>
            </details>
        </section>
    }
    .into_any()
}
