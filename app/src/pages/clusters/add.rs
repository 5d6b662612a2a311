//! The dialog that adds a cluster. It is a page of its own address, so that it works without JavaScript too. Its code is
//! loaded when it is first opened.

use super::test_result::TestResult;
use crate::components::form::{AreaField, Check, PostForm, TextField, use_form};
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Skeleton;
use crate::components::on_demand::{Loading, NotLoaded, on_demand};
use crate::i18n::clusters::Clusters as Texts;
use crate::i18n::common::Common;
use crate::i18n::t;
use crate::viewer::use_viewer;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::access::Role;
use model::wire::cluster::Validation;

pub fn load() -> Loading {
    Box::pin(load_add())
}

#[wasm_split(clusters__add, wasm_split_path = leptos::wasm_split, preload(load_add), fallible)]
fn add() -> Result<AnyView, NotLoaded> {
    Ok(view! { <AddDialog /> }.into_any())
}

/// The dialog, once its code is there.
pub fn dialog() -> AnyView {
    let meanwhile = || {
        view! {
            <div class="dialog-scrim" aria-hidden="true"></div>
            <section class="dialog" role="dialog" aria-modal="true" aria-label={t::<Texts>().add_title}>
                <Skeleton rows=12 />
            </section>
        }
        .into_any()
    };
    on_demand(load, || Box::pin(add()), meanwhile)
}

#[component]
fn AddDialog() -> impl IntoView {
    let (texts, common) = (t::<Texts>(), t::<Common>());
    let tested = RwSignal::new(None::<Validation>);
    let answered = Callback::new(move |text: String| tested.set(small_json::from_str(&text).ok()));
    let navigate = StoredValue::new(use_navigate());
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" {
                navigate.with_value(|navigate| navigate("/clusters", Default::default()));
            }
        });
        on_cleanup(move || handle.remove());
    });
    view! {
        <div class="dialog-scrim" aria-hidden="true"></div>
        <section class="dialog" role="dialog" aria-modal="true" aria-labelledby="add-title" data-testid="add-dialog">
            <header class="dialog-head">
                <h2 id="add-title">{texts.add_title}</h2>
                <a class="button button-quiet" href="/clusters" title=common.close aria-label=common.close>
                    <IconView icon=Icon::Close />
                </a>
            </header>
            <PostForm action="/forms/clusters" testid="add-form" class="dialog-form" on_answer=answered>
                <div class="dialog-body">
                    <TargetHelp />
                    <TextField
                        name="name"
                        label=common.name
                        help=texts.name_help
                        placeholder="shanghai-1"
                        required=true
                        autofocus=true
                        mono=true
                    />
                    <CredentialFields />
                    <details class="form-more">
                        <summary>{texts.more_settings}</summary>
                        <div class="form">
                            <AreaField name="labels" label=texts.labels help=texts.labels_help placeholder="env=prod" />
                            <TextField name="weight" label=texts.weight help=texts.weight_help kind="number" value="1" />
                            <AreaField name="taints" label=texts.taints help=texts.taints_help rows=2 />
                            <TextField
                                name="namespaces"
                                label=texts.namespaces
                                help=texts.namespaces_help
                                mono=true
                            />
                        </div>
                    </details>
                    <div aria-live="polite">
                        {move || tested.get().map(|validation| view! { <TestResult validation /> })}
                    </div>
                </div>
                <footer class="dialog-foot">
                    <button class="button" formaction="/forms/clusters/validate" formnovalidate=true data-testid="test-cluster">
                        {texts.test}
                    </button>
                    <Busy />
                    <button class="button button-primary" data-testid="save-cluster">{texts.add}</button>
                </footer>
            </PostForm>
        </section>
    }
    .into_any()
}

/// Kubeconfig or token; the choice works without JavaScript, by the stylesheet alone.
#[component]
pub fn CredentialFields() -> impl IntoView {
    let texts = t::<Texts>();
    let given = use_query_map().with_untracked(|query| query.get("kind"));
    let is_token = given.as_deref() == Some("token");
    let is_admin = use_viewer().with_value(|viewer| viewer.role()) == Some(Role::Admin);
    view! {
        <fieldset class="credential">
            <legend>{texts.credential}</legend>
            <div class="segmented">
                <label>
                    <input type="radio" name="kind" value="kubeconfig" checked=!is_token data-testid="kind-kubeconfig" />
                    {texts.kind_kubeconfig}
                </label>
                <label>
                    <input type="radio" name="kind" value="token" checked=is_token data-testid="kind-token" />
                    {texts.kind_token}
                </label>
            </div>
            <div class="form credential-kubeconfig">
                <AreaField
                    name="kubeconfig"
                    label=texts.kubeconfig
                    help=texts.kubeconfig_help
                    rows=10
                    secret=true
                    placeholder="apiVersion: v1\nkind: Config\n…"
                />
                <TextField name="context" label=texts.context help=texts.context_help mono=true />
            </div>
            <div class="form credential-token">
                <TextField name="server" label=texts.server help=texts.server_help placeholder="https://10.0.0.1:6443" mono=true />
                <TextField name="token" label=texts.token kind="password" mono=true />
                <AreaField name="caData" label=texts.ca help=texts.ca_help rows=4 />
            </div>
            {is_admin.then(|| view! { <Check name="insecure" label=texts.insecure_label help=texts.insecure_help /> })}
        </fieldset>
    }
    .into_any()
}

/// How to allow an address that is closed by default.
#[component]
fn TargetHelp() -> impl IntoView {
    let form = use_form();
    let closed = move || {
        form.problem.with(|problem| {
            let problem = problem.as_ref()?;
            let is_closed = |code: &str| code == "target_forbidden";
            let here = is_closed(&problem.code) || problem.fields.iter().any(|field| is_closed(&field.code));
            here.then_some(())
        })
    };
    view! {
        {move || closed().map(|()| view! {
            <p class="banner banner-warn" data-testid="target-help">{t::<Texts>().target_forbidden}</p>
        })}
    }
    .into_any()
}

#[component]
fn Busy() -> impl IntoView {
    let form = use_form();
    view! {
        <span class="muted busy" role="status" hidden=move || !form.busy.get()>
            {t::<Common>().working}
        </span>
    }
    .into_any()
}
