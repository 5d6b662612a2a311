//! Making a token, and showing it this once.

use crate::components::copy::CopyButton;
use crate::components::form::{PostForm, TextField};
use crate::components::icon::{Icon, IconView};
use crate::i18n::accounts::Accounts;
use crate::i18n::t;
use crate::viewer::may;
use leptos::prelude::*;
use model::access::Action;
use serde::Deserialize;

/// The answer to a token that was made; it is shown and then forgotten.
#[derive(Clone, PartialEq, Deserialize)]
struct Made {
    name: String,
    token: String,
}

/// `made` grows with every token made.
#[component]
pub fn CreateToken(made: RwSignal<u32>) -> impl IntoView {
    let texts = t::<Accounts>();
    let shown = RwSignal::new(None::<Made>);
    let told = Callback::new(move |text: String| {
        if let Ok(answer) = small_json::from_str::<Made>(&text) {
            shown.set(Some(answer));
            made.update(|count| *count += 1);
        }
    });
    let for_others = may(Action::ManageUsers).then(|| {
        view! { <TextField name="user" label=texts.token_user help=texts.token_user_help mono=true /> }
    });
    view! {
        <section class="panel" aria-labelledby="new-token">
            <div class="panel-head"><h2 id="new-token">{texts.new_token}</h2></div>
            <PostForm action="/forms/tokens" testid="token-form" on_answer=told>
                <div class="form-row">
                    <TextField name="name" label=texts.token_name help=texts.token_name_help required=true mono=true />
                    <TextField
                        name="expiresInDays"
                        label=texts.token_days
                        help=texts.token_days_help
                        kind="number"
                        value="90"
                    />
                    {for_others}
                </div>
                <div class="form-actions">
                    <button class="button button-primary" data-testid="token-submit">{texts.create_token}</button>
                </div>
            </PostForm>
            {move || shown.get().map(|made| view! { <Once made /> })}
        </section>
    }
    .into_any()
}

#[component]
fn Once(made: Made) -> impl IntoView {
    let texts = t::<Accounts>();
    view! {
        <div class="banner banner-good token-once copy-host" role="status">
            <IconView icon=Icon::Check />
            <span><strong class="mono">{made.name}</strong> " · " {texts.token_once}</span>
            <code class="mono token-text" data-testid="token">{made.token.clone()}</code>
            <CopyButton text=made.token />
        </div>
    }
    .into_any()
}
