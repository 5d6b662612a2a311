//! `/channels`: where alerts go.

mod panel;
mod test;

use crate::components::badge::StateBadge;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::filter_bar::use_parameter;
use crate::components::form::{Calls, use_calls};
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::format::url;
use crate::i18n::alerting::Alerting;
use crate::i18n::t;
use crate::live::{Refresh, use_refresh};
use crate::reading::Reading;
use crate::server_fns::alerting::{ReadChannels, TestChannel};
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;
use model::wire::alerting::{Channel, ChannelKind, ChannelTest};

pub const PATH: &str = "/channels";

#[component]
pub fn ChannelsPage() -> impl IntoView {
    let texts = t::<Alerting>();
    let (adding, editing) = (use_parameter("add"), use_parameter("edit"));
    let changed = use_refresh(Refresh { alerts: true, ..Default::default() });
    let source = Reading::new(move || changed.get(), || ReadChannels {});
    let tested = use_calls::<TestChannel>();
    let add = move || {
        may(Action::ManageAlerting).then(|| {
            view! {
                <a class="button button-primary" href="/channels?add=1" data-noscroll="" data-testid="add-channel">
                    <IconView icon=Icon::Plus />
                    {texts.add}
                </a>
            }
        })
    };
    let show = move |channels: Vec<Channel>| match channels.is_empty() {
        true => view! { <Empty icon=Icon::Megaphone text=texts.channels_empty>{add()}</Empty> }.into_any(),
        false => view! { <Table channels tested /> }.into_any(),
    };
    let panel = move || {
        if !may(Action::ManageAlerting) {
            return ().into_any();
        }
        match (adding.get().is_empty(), editing.get()) {
            (false, _) => view! { <panel::AddPanel /> }.into_any(),
            (true, name) if !name.is_empty() => view! { <panel::EditPanel name source /> }.into_any(),
            _ => ().into_any(),
        }
    };
    view! {
        <PageHead title=texts.channels>{add()}</PageHead>
        <test::Verdict tested />
        <Loaded source view=show rows=5 />
        {panel}
    }
    .into_any()
}

/// What a kind is called.
pub fn kind_title(kind: ChannelKind) -> &'static str {
    let texts = t::<Alerting>();
    match kind {
        ChannelKind::Dingtalk => texts.kind_dingtalk,
        ChannelKind::Wecom => texts.kind_wecom,
        ChannelKind::Webhook => texts.kind_webhook,
    }
}

#[component]
fn Table(channels: Vec<Channel>, tested: Calls<ChannelTest>) -> impl IntoView {
    let texts = t::<Alerting>();
    let rows = channels.into_iter().map(move |channel| view! { <Row channel tested /> });
    let heads = vec![(texts.state, ""), (texts.channel, ""), (texts.kind, ""), (texts.matchers, ""), ("", "figure")];
    view! {
        <div class="table-wrap">
            <DataTable heads>{rows.collect_any()}</DataTable>
        </div>
    }
    .into_any()
}

#[component]
fn Row(channel: Channel, tested: Calls<ChannelTest>) -> impl IntoView {
    let texts = t::<Alerting>();
    let name = channel.name.clone();
    let matchers = match channel.matchers.is_empty() {
        true => view! { <span class="muted">{texts.every_alert}</span> }.into_any(),
        false => {
            let chips = channel.matchers.iter().map(|text| view! { <span class="chip mono">{text.clone()}</span> });
            view! { <span class="chips">{chips.collect_any()}</span> }.into_any()
        }
    };
    let state = if channel.enabled {
        view! { <span class="badge tone-good"><IconView icon=Icon::Disc />{texts.enabled}</span> }.into_any()
    } else {
        view! { <span class="badge tone-held"><IconView icon=Icon::Pause />{texts.disabled}</span> }.into_any()
    };
    let manage = may(Action::ManageAlerting).then(|| {
        let edit = url::address(PATH, [("edit", name.as_str())]);
        let deliveries = url::address("/deliveries", [("channel", name.as_str())]);
        view! {
            <span class="row-actions">
                <test::TestButton name=name.clone() tested />
                <a class="button button-quiet" href=deliveries>{texts.deliveries_of}</a>
                <a class="button" href=edit data-noscroll="" data-testid="edit-channel">{texts.edit}</a>
            </span>
        }
    });
    view! {
        <tr role="row" data-testid="row" data-name=channel.name.clone()>
            <td role="cell" class="cell-state">{state}</td>
            <td role="cell" class="cell-name"><strong class="mono">{channel.name.clone()}</strong></td>
            <td role="cell">
                {kind_title(channel.kind)}
                {channel.secret.set.then(|| view! { <span class="muted">" · " {texts.signed}</span> })}
            </td>
            <td role="cell">{matchers}</td>
            <td role="cell" class="figure cell-actions">{manage}</td>
        </tr>
    }
    .into_any()
}

/// Whether a message arrived, as a badge.
pub fn verdict_badge(delivered: bool) -> impl IntoView {
    view! { <StateBadge state=if delivered { "delivered" } else { "Failed" } /> }
}
