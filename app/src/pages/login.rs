//! `/login`.

use crate::components::each::CollectAny;
use crate::components::form::{PostForm, TextField};
use crate::components::icon::{Icon, IconView};
use crate::i18n::frame::Frame as FrameTexts;
use crate::i18n::sign_in::SignIn;
use crate::i18n::t;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Name and password; afterwards the page one wanted.
#[component]
pub fn Login() -> impl IntoView {
    let texts = t::<SignIn>();
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    view! {
        <Title text=texts.title />
        <SignInFrame lead=texts.lead>
            <h1>{texts.title}</h1>
            <PostForm action="/forms/login" testid="login">
                <input type="hidden" name="next" value=next />
                <TextField
                    name="username"
                    label=texts.user
                    autocomplete="username"
                    required=true
                    autofocus=true
                />
                <TextField
                    name="password"
                    label=texts.password
                    kind="password"
                    autocomplete="current-password"
                    required=true
                />
                <button class="button button-primary button-wide" data-testid="login-submit">{texts.submit}</button>
            </PostForm>
        </SignInFrame>
    }
    .into_any()
}

/// A card on a calm ground; the pages for those who are not signed in.
#[component]
pub fn SignInFrame(lead: &'static str, children: Children) -> impl IntoView {
    let product = t::<FrameTexts>().product;
    view! {
        <main class="sign-in">
            <div class="sign-in-brand">
                <IconView icon=Icon::Helm class="sign-in-mark" />
                <p class="sign-in-name">{product}</p>
                <p class="muted">{lead}</p>
            </div>
            <section class="sign-in-card">{children()}</section>
            <LanguageLinks />
        </main>
    }
    .into_any()
}

#[component]
fn LanguageLinks() -> impl IntoView {
    use crate::i18n::{Lang, lang};
    let location = leptos_router::hooks::use_location();
    let here = move || format!("{}?{}", location.pathname.get(), location.search.get().trim_start_matches('?'));
    let buttons = Lang::ALL.map(|choice| {
        view! {
            <button
                class="link"
                name="lang"
                value=choice.as_str()
                lang=choice.tag()
                aria-pressed=(choice == lang()).to_string()
            >
                {choice.name()}
            </button>
        }
    });
    view! {
        <form method="post" action="/forms/preferences" class="sign-in-languages">
            <input type="hidden" name="next" value=here />
            {buttons.collect_any()}
        </form>
    }
    .into_any()
}
