//! Adding, changing and deleting a channel. Address and secret go straight to the server and never come back.

use super::{PATH, kind_title};
use crate::components::form::{
    AreaField, CallForm, Check, FormProblem, PostForm, SelectField, TextField, use_call_form, use_calls,
};
use crate::components::side_panel::SidePanel;
use crate::i18n::alerting::Alerting;
use crate::i18n::common::Common;
use crate::i18n::{Lang, fill, t};
use crate::reading::Reading;
use crate::server_fns::alerting::DeleteChannel;
use leptos::prelude::*;
use model::wire::alerting::{Channel, ChannelKind, Language};

#[component]
pub fn AddPanel() -> impl IntoView {
    let texts = t::<Alerting>();
    view! {
        <SidePanel title=texts.add_title close=PATH testid="channel-panel">
            <PostForm action="/forms/channels" testid="channel-form">
                <TextField name="name" label={t::<Common>().name} help=texts.name_help required=true mono=true />
                <Fields />
                <div class="form-actions">
                    <button class="button button-primary" data-testid="channel-submit">{texts.add}</button>
                </div>
            </PostForm>
        </SidePanel>
    }
    .into_any()
}

#[component]
pub fn EditPanel(name: String, source: Reading<Vec<Channel>>) -> impl IntoView {
    let texts = t::<Alerting>();
    let wanted = name.clone();
    // Read once: what one types must not be lost to a refresh.
    let found = Memo::new(move |before: Option<&Option<Channel>>| {
        let now = source.get().and_then(Result::ok);
        before.cloned().flatten().or_else(|| now?.into_iter().find(|channel| channel.name == wanted))
    });
    let form = move || {
        found.get().map(|channel| {
            let action = format!("/forms/channels/{}", channel.name);
            view! {
                <PostForm action testid="channel-form">
                    <Fields channel=Some(channel) />
                    <div class="form-actions">
                        <button class="button button-primary" data-testid="channel-submit">{t::<Common>().save}</button>
                    </div>
                </PostForm>
            }
        })
    };
    view! {
        <SidePanel title=fill(texts.edit_title, &[&name]) close=PATH testid="channel-panel">
            <Transition>{form}</Transition>
            <DeleteForm name />
        </SidePanel>
    }
    .into_any()
}

#[component]
fn Fields(#[prop(optional_no_strip)] channel: Option<Channel>) -> impl IntoView {
    let texts = t::<Alerting>();
    let is_new = channel.is_none();
    let has_secret = channel.as_ref().is_some_and(|channel| channel.secret.set);
    let kinds = ChannelKind::ALL.map(|kind| (kind.as_str().to_string(), kind_title(kind).to_string())).to_vec();
    let languages = Lang::ALL.map(|lang| (lang.as_str().to_string(), lang.name().to_string())).to_vec();
    let kind = channel.as_ref().map_or("dingtalk", |channel| channel.kind.as_str());
    let language = match channel.as_ref().map(|channel| channel.language) {
        Some(Language::Zh) => "zh",
        Some(Language::En) => "en",
        None => crate::i18n::lang().as_str(),
    };
    let matchers = channel.as_ref().map(|channel| channel.matchers.join("\n")).unwrap_or_default();
    let (resolved, enabled) = channel.as_ref().map_or((true, true), |channel| (channel.send_resolved, channel.enabled));
    view! {
        <SelectField name="kind" label=texts.kind options=kinds value=kind />
        <TextField
            name="url"
            label=texts.url
            help=if is_new { texts.url_help } else { texts.url_keep }
            kind="password"
            autocomplete="off"
            required=is_new
        />
        <TextField
            name="secret"
            label=texts.secret
            help=if has_secret { texts.secret_keep } else { texts.secret_help }
            kind="password"
            autocomplete="off"
        />
        {has_secret.then(|| view! { <Check name="dropSecret" label=texts.drop_secret /> })}
        <AreaField name="matchers" label=texts.matchers help=texts.matchers_help value=matchers rows=3 />
        <SelectField name="language" label=texts.language options=languages value=language />
        <Check name="sendResolved" label=texts.send_resolved checked=resolved />
        <Check name="enabled" label=texts.enabled checked=enabled />
    }
    .into_any()
}

#[component]
fn DeleteForm(name: String) -> impl IntoView {
    let texts = t::<Alerting>();
    let action = use_calls::<DeleteChannel>();
    let state = use_call_form(action);
    view! {
        <section class="danger-zone stack">
            <h3>{texts.delete}</h3>
            <CallForm calls=action class="form">
                <FormProblem state />
                <input type="hidden" name="name" value=name.clone() />
                <TextField
                    name="confirm"
                    label=fill(texts.delete_confirm, &[&name])
                    help=texts.delete_help
                    mono=true
                    required=true
                    prefix="delete"
                />
                <div class="form-actions">
                    <button class="button button-danger" data-testid="channel-delete">{texts.delete}</button>
                </div>
            </CallForm>
        </section>
    }
    .into_any()
}
