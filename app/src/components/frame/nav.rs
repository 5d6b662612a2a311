//! The navigation. Every link keeps the scope one is in.

use super::scope::use_scope;
use crate::components::each::CollectAny;
use crate::components::icon::{Icon, IconView};
use crate::i18n::frame::Frame as Texts;
use crate::i18n::lists::kind_title;
use crate::i18n::{lang, t};
use crate::viewer::{may, use_viewer};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::access::Action;

/// One entry of the navigation.
#[derive(Clone, Copy)]
struct Entry {
    href: &'static str,
    icon: Icon,
    text: &'static str,
    /// Lists take the scope along.
    scoped: bool,
}

#[component]
pub fn Navigation() -> impl IntoView {
    let texts = t::<Texts>();
    let metrics = use_viewer().with_value(|viewer| viewer.metrics_url.clone());
    let entry = |href, icon, text| Entry { href, icon, text, scoped: false };
    let kind = |href: &'static str, icon| Entry {
        href,
        icon,
        text: href.rsplit('/').next().and_then(|plural| kind_title(lang(), plural)).unwrap_or(href),
        scoped: true,
    };
    let fleet = vec![entry("/", Icon::Gauge, texts.overview), entry("/clusters", Icon::Ship, texts.clusters)];
    let workloads = vec![
        kind("/resources/pods", Icon::Box),
        kind("/resources/deployments", Icon::Layers),
        kind("/resources/statefulsets", Icon::Stack),
        kind("/resources/daemonsets", Icon::Grid),
        kind("/resources/replicasets", Icon::Copy),
        kind("/resources/jobs", Icon::Clock),
    ];
    let resources = vec![
        kind("/resources/events", Icon::Pulse),
        kind("/resources/nodes", Icon::Server),
        kind("/resources/namespaces", Icon::Folder),
        kind("/resources/persistentvolumeclaims", Icon::Disk),
        kind("/resources/resourcequotas", Icon::Scale),
        kind("/resources/limitranges", Icon::Ruler),
    ];
    let scheduling =
        vec![entry("/schedule", Icon::Target, texts.schedule), entry("/decisions", Icon::List, texts.decisions)];
    let mut monitoring = vec![entry("/alerts", Icon::Bell, texts.alerts)];
    if may(Action::ManageAlerting) {
        monitoring.push(entry("/alert-rules", Icon::Rule, texts.alert_rules));
        monitoring.push(entry("/channels", Icon::Megaphone, texts.channels));
        monitoring.push(entry("/deliveries", Icon::Send, texts.deliveries));
    }
    let mut administration = vec![entry("/tokens", Icon::Token, texts.tokens)];
    if may(Action::ManageUsers) {
        administration.insert(0, entry("/users", Icon::Users, texts.users));
    }
    if may(Action::ReadAudit) {
        administration.push(entry("/audit", Icon::Book, texts.audit));
    }
    view! {
        <nav class="nav" aria-label=texts.navigation>
            <Group title="" entries=fleet />
            <Group title=texts.workloads entries=workloads />
            <Group title=texts.resources entries=resources />
            <Group title=texts.scheduling entries=scheduling />
            <Group title=texts.monitoring entries=monitoring />
            <Group title=texts.administration entries=administration />
            {metrics.map(|href| view! {
                <a class="nav-link" href=href rel="external" target="_blank">
                    <IconView icon=Icon::Chart />
                    <span class="nav-text">{texts.metrics}</span>
                </a>
            })}
            <label class="nav-fold" for="nav-fold" title=texts.fold>
                <IconView icon=Icon::Fold />
                <span class="nav-text">{texts.fold}</span>
            </label>
        </nav>
    }
    .into_any()
}

#[component]
fn Group(title: &'static str, entries: Vec<Entry>) -> impl IntoView {
    let path = use_location().pathname;
    let scope = use_scope();
    let links = entries.into_iter().map(move |entry| {
        let here = move || path.with(|path| is_here(path, entry.href)).then_some("page");
        let href =
            Signal::derive(move || if entry.scoped { scope.get().address(entry.href) } else { entry.href.to_string() });
        view! {
            <li>
                <a class="nav-link" href=href aria-current=here title=entry.text>
                    <IconView icon=entry.icon />
                    <span class="nav-text">{entry.text}</span>
                </a>
            </li>
        }
    });
    view! {
        <div class="nav-group">
            {(!title.is_empty()).then(|| view! { <h2 class="nav-title">{title}</h2> })}
            <ul>{links.collect_any()}</ul>
        </div>
    }
    .into_any()
}

fn is_here(path: &str, href: &str) -> bool {
    path == href || (href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn a_page_below_an_entry_belongs_to_it() {
        assert!(is_here("/", "/"));
        assert!(!is_here("/clusters", "/"));
        assert!(is_here("/clusters/sh", "/clusters"));
        assert!(!is_here("/alert-rules", "/alert"));
    }
}
