//! `/preferences`: language, theme, one's own password.

use crate::components::each::CollectAny;
use crate::components::form::{PostForm, TextField};
use crate::components::page::PageHead;
use crate::i18n::accounts::Accounts;
use crate::i18n::common::Common;
use crate::i18n::frame::Frame;
use crate::i18n::{Lang, fill, lang, t};
use crate::viewer::{Theme, use_viewer};
use leptos::prelude::*;

#[component]
pub fn PreferencesPage() -> impl IntoView {
    let texts = t::<Accounts>();
    view! {
        <PageHead title=texts.preferences />
        <div class="columns">
            <Appearance />
            <OwnPassword />
        </div>
    }
    .into_any()
}

/// Language and theme: a plain form, since the page is rendered anew by the server.
#[component]
fn Appearance() -> impl IntoView {
    let (texts, frame) = (t::<Accounts>(), t::<Frame>());
    let now = use_viewer().with_value(|viewer| viewer.theme);
    let languages = Lang::ALL.map(|choice| {
        view! {
            <label>
                <input type="radio" name="lang" value=choice.as_str() checked=choice == lang() />
                <span lang=choice.tag()>{choice.name()}</span>
            </label>
        }
    });
    let themes = Theme::ALL.map(|theme| {
        let word = match theme {
            Theme::System => frame.theme_system,
            Theme::Light => frame.theme_light,
            Theme::Dark => frame.theme_dark,
        };
        view! {
            <label>
                <input type="radio" name="theme" value=theme.as_str() checked=theme == now />
                <span>{word}</span>
            </label>
        }
    });
    view! {
        <section class="panel" aria-labelledby="appearance">
            <div class="panel-head"><h2 id="appearance">{texts.appearance}</h2></div>
            <form method="post" action="/forms/preferences" class="form" data-testid="preferences">
                <input type="hidden" name="next" value="/preferences" />
                <fieldset>
                    <legend>{texts.language}</legend>
                    <div class="segmented">{languages.collect_any()}</div>
                </fieldset>
                <fieldset>
                    <legend>{texts.theme}</legend>
                    <div class="segmented">{themes.collect_any()}</div>
                </fieldset>
                <div class="form-actions">
                    <button class="button button-primary" data-testid="preferences-submit">{t::<Common>().save}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn OwnPassword() -> impl IntoView {
    let texts = t::<Accounts>();
    let me = use_viewer().with_value(|viewer| viewer.me.clone());
    me.map(|me| {
        view! {
            <section class="panel" aria-labelledby="own-password">
                <div class="panel-head">
                    <h2 id="own-password">{texts.own_password}</h2>
                    <span class="muted">{fill(t::<Frame>().signed_in_as, &[&me.name])}</span>
                </div>
                <PostForm action=format!("/forms/users/{}/password", me.name) testid="own-password-form">
                    <TextField
                        name="currentPassword"
                        label=texts.current_password
                        kind="password"
                        autocomplete="current-password"
                        required=true
                    />
                    <TextField
                        name="password"
                        label=texts.new_password
                        help=texts.password_help
                        kind="password"
                        autocomplete="new-password"
                        required=true
                    />
                    <p class="help">{texts.own_password_help}</p>
                    <div class="form-actions">
                        <button class="button" data-testid="own-password-submit">{texts.change_password}</button>
                    </div>
                </PostForm>
            </section>
        }
    })
}
