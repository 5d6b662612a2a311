//! What the decision used: ages, seed, profile, time taken.

use crate::components::copy::LongName;
use crate::components::each::CollectAny;
use crate::format::age::seconds;
use crate::i18n::common::Common;
use crate::i18n::scheduling::Scheduling;
use crate::i18n::t;
use leptos::prelude::*;
use model::wire::schedule::ScheduleAnswer;

#[component]
pub fn Facts(answer: ScheduleAnswer) -> impl IntoView {
    let texts = t::<Scheduling>();
    // These are the ages of that moment, so that they must not count on.
    let told = |age: Option<f64>| age.map_or_else(|| t::<Common>().never.to_string(), seconds);
    let ages = answer.data_age.iter().map(|(cluster, age)| {
        view! {
            <tr role="row">
                <th role="rowheader" scope="row">{cluster.clone()}</th>
                <td role="cell" class="figure">{told(age.nodes)}</td>
                <td role="cell" class="figure">{told(age.pods)}</td>
            </tr>
        }
    });
    let timings = answer.timings.iter().map(|(name, micros)| format!("{name} {micros} µs")).collect::<Vec<_>>();
    view! {
        <section class="panel" aria-labelledby="record">
            <div class="panel-head"><h2 id="record">{texts.record}</h2></div>
            <dl class="facts">
                <dt>{texts.decision_id}</dt>
                <dd><LongName name=answer.id.clone() most=40 /></dd>
                <dt>{texts.profile_version}</dt>
                <dd data-testid="profile-version">{answer.profile_version}</dd>
                <dt>{texts.seed}</dt>
                <dd class="mono" data-testid="seed">{answer.seed}</dd>
                <dt>{texts.timings}</dt>
                <dd>{timings.join(", ").replace("decideMicros ", "")}</dd>
            </dl>
            <table class="table table-plain decision-ages" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{texts.ages}</th>
                        <th role="columnheader" scope="col" class="figure">{texts.nodes}</th>
                        <th role="columnheader" scope="col" class="figure">{texts.pods}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{ages.collect_any()}</tbody>
            </table>
        </section>
    }
    .into_any()
}
