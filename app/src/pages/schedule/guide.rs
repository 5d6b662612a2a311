//! The guided fields: namespace, and where the workload may go.

use crate::components::badge::appearance;
use crate::components::each::CollectAny;
use crate::components::form::use_form;
use crate::components::icon::IconView;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::{fill, t};
use crate::server_fns::schedule::{ClusterChoice, ScheduleForm};
use leptos::prelude::*;

/// Which namespace, and whether to make it.
#[component]
pub fn Placement(form: RwSignal<ScheduleForm>) -> impl IntoView {
    let texts = t::<Scheduling>();
    let state = use_form();
    let error = move || state.error_of("namespace");
    let (namespace, create) = form.with_untracked(|form| (form.namespace.clone(), form.create_namespace));
    view! {
        <div class="form-row">
            <div class="field" class:field-bad=move || error().is_some()>
                <label for="schedule-namespace">{texts.namespace}</label>
                <input
                    id="schedule-namespace"
                    name="namespace"
                    class="input mono"
                    value=namespace
                    autocomplete="off"
                    spellcheck="false"
                    autocapitalize="off"
                    aria-describedby="schedule-namespace-help schedule-namespace-error"
                    data-testid="schedule-namespace"
                    on:input=move |event| form.update(|form| form.namespace = event_target_value(&event))
                />
                <p class="help" id="schedule-namespace-help">{texts.namespace_help}</p>
                <p class="field-error" id="schedule-namespace-error" hidden=move || error().is_none()>{error}</p>
            </div>
            <label class="tick schedule-create">
                <input
                    type="checkbox"
                    name="create_namespace"
                    value="true"
                    checked=create
                    data-testid="schedule-create-namespace"
                    on:change=move |event| form.update(|form| form.create_namespace = event_target_checked(&event))
                />
                <span>{texts.create_namespace}</span>
            </label>
        </div>
    }
    .into_any()
}

/// Clusters to choose, a selector, and weights.
#[component]
pub fn Where(form: RwSignal<ScheduleForm>, clusters: Vec<ClusterChoice>) -> impl IntoView {
    let texts = t::<Scheduling>();
    if clusters.is_empty() {
        return view! { <p class="muted">{texts.no_clusters}</p> }.into_any();
    }
    let state = use_form();
    let error =
        move || state.error_of("clusters").or_else(|| state.error_of("selector")).or_else(|| state.error_of("weights"));
    let given = form.get_untracked();
    let is_open = !given.clusters.is_empty()
        || !given.selector.is_empty()
        || given.weights.values().any(|weight| !weight.is_empty());
    let rows = clusters.into_iter().map(|cluster| {
        let chosen = given.clusters.contains(&cluster.name);
        let weight = given.weights.get(&cluster.name).cloned().unwrap_or_default();
        view! { <ClusterRow form cluster chosen weight /> }
    });
    view! {
        <details class="form-more" open=is_open>
            <summary data-testid="schedule-where">{texts.where_title}</summary>
            <div class="form">
                <fieldset class="field">
                    <legend>{texts.clusters} " · " {texts.weights}</legend>
                    <ul class="schedule-clusters">{rows.collect_any()}</ul>
                    <p class="help">{texts.clusters_help} " " {texts.weights_help}</p>
                </fieldset>
                <div class="field">
                    <label for="schedule-selector">{texts.selector}</label>
                    <input
                        id="schedule-selector"
                        name="selector"
                        class="input mono"
                        value=given.selector.clone()
                        autocomplete="off"
                        spellcheck="false"
                        autocapitalize="off"
                        aria-describedby="schedule-selector-help"
                        data-testid="schedule-selector"
                        on:input=move |event| form.update(|form| form.selector = event_target_value(&event))
                    />
                    <p class="help" id="schedule-selector-help">{texts.selector_help}</p>
                </div>
            </div>
        </details>
        <p class="field-error" role="status" data-testid="error-where" hidden=move || error().is_none()>{error}</p>
    }
    .into_any()
}

#[component]
fn ClusterRow(form: RwSignal<ScheduleForm>, cluster: ClusterChoice, chosen: bool, weight: String) -> impl IntoView {
    let texts = t::<Scheduling>();
    let (tone, icon) = appearance(cluster.state.as_str());
    let choose = {
        let name = cluster.name.clone();
        move |event| {
            let ticked = event_target_checked(&event);
            form.update(|form| {
                form.clusters.retain(|other| *other != name);
                if ticked {
                    form.clusters.push(name.clone());
                }
            });
        }
    };
    let weigh = {
        let name = cluster.name.clone();
        move |event| {
            let text = event_target_value(&event);
            form.update(|form| {
                form.weights.insert(name.clone(), text);
            });
        }
    };
    view! {
        <li class="schedule-cluster">
            <label class="tick">
                <input
                    type="checkbox"
                    name="clusters[]"
                    value=cluster.name.clone()
                    checked=chosen
                    data-testid=format!("choose-{}", cluster.name)
                    on:change=choose
                />
                <span class=tone.class()><IconView icon /></span>
                <span class="mono">{cluster.name.clone()}</span>
            </label>
            <input
                type="number"
                min="0"
                max="100"
                name=format!("weights[{}]", cluster.name)
                class="input figure"
                value=weight
                placeholder=cluster.weight.to_string()
                aria-label=fill(texts.weight_of, &[&cluster.name])
                data-testid=format!("weight-{}", cluster.name)
                on:input=weigh
            />
        </li>
    }
    .into_any()
}
