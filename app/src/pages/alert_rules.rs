//! `/alert-rules`: what is watched, and when it becomes an alert.

use crate::components::badge::StateBadge;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::i18n::alerting::Alerting;
use crate::i18n::states::state_word;
use crate::i18n::{lang, t};
use crate::reading::Reading;
use crate::server_fns::alerting::ReadAlertRules;
use leptos::prelude::*;
use model::wire::alerting::AlertRule;

#[component]
pub fn AlertRulesPage() -> impl IntoView {
    let source = Reading::new(|| 0, || ReadAlertRules {});
    let texts = t::<Alerting>();
    let show = move |rules: Vec<AlertRule>| {
        if rules.is_empty() {
            return view! { <Empty icon=Icon::Rule text=texts.rules_empty /> }.into_any();
        }
        let rows = rules.into_iter().map(|rule| view! { <Row rule /> });
        let heads = vec![
            (texts.severity, ""),
            (texts.rule, ""),
            (texts.expression, ""),
            (texts.hold, "figure"),
            (texts.keep, "figure"),
            (texts.state, ""),
        ];
        view! {
            <div class="table-wrap">
                <DataTable heads>{rows.collect_any()}</DataTable>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title=texts.rules />
        <Loaded source view=show rows=7 />
    }
    .into_any()
}

#[component]
fn Row(rule: AlertRule) -> impl IntoView {
    let texts = t::<Alerting>();
    let summary = crate::format::annotation::summary(&rule.annotations);
    let severity = match rule.enabled {
        true => view! { <StateBadge state=rule.severity.as_str() /> }.into_any(),
        false => {
            view! { <span class="muted">{state_word(lang(), rule.severity.as_str()).to_string()}</span> }.into_any()
        }
    };
    view! {
        <tr role="row" data-testid="row" data-rule=rule.name.clone()>
            <td role="cell" class="cell-state">{severity}</td>
            <td role="cell" class="cell-name">
                <strong>{rule.name.clone()}</strong>
                <span class="rule-summary muted">{summary}</span>
            </td>
            <td role="cell" class="rule-expr"><code class="mono">{rule.expr}</code></td>
            <td role="cell" class="figure" data-label=texts.hold>{rule.hold}</td>
            <td role="cell" class="figure" data-label=texts.keep>{rule.keep_firing_for}</td>
            <td role="cell">
                {if rule.enabled { texts.enabled } else { texts.disabled }}
                {rule.builtin.then(|| view! { <span class="muted">" · " {texts.builtin}</span> })}
            </td>
        </tr>
    }
    .into_any()
}
