//! `/setup`: the first admin, by the link that the server printed.

use super::login::SignInFrame;
use crate::components::form::{PostForm, TextField};
use crate::i18n::sign_in::SignIn;
use crate::i18n::t;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn Setup() -> impl IntoView {
    let texts = t::<SignIn>();
    let token = use_query_map().with_untracked(|query| query.get("token"));
    let given = token.is_some();
    view! {
        <Title text=texts.setup_title />
        <SignInFrame lead=texts.lead>
            <h1>{texts.setup_title}</h1>
            <p class="muted">{texts.setup_lead}</p>
            <PostForm action="/forms/setup" testid="setup">
                {if given {
                    view! { <input type="hidden" name="token" value=token.clone() /> }.into_any()
                } else {
                    view! {
                        <TextField
                            name="token"
                            label=texts.setup_token
                            help=texts.setup_token_help
                            kind="password"
                            required=true
                        />
                    }
                        .into_any()
                }}
                <TextField name="username" label=texts.user autocomplete="username" required=true />
                <TextField
                    name="password"
                    label=texts.password
                    help=texts.password_help
                    kind="password"
                    autocomplete="new-password"
                    required=true
                />
                <button class="button button-primary button-wide" data-testid="setup-submit">{texts.setup_submit}</button>
            </PostForm>
            <p>
                <a href="/login">{texts.go_sign_in}</a>
            </p>
        </SignInFrame>
    }
    .into_any()
}
