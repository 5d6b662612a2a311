//! `/tokens`: tokens for scripts.

mod create;

use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::empty::Empty;
use crate::components::form::{CallForm, Calls, use_calls};
use crate::components::icon::Icon;
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::components::when::When;
use crate::i18n::accounts::Accounts;
use crate::i18n::t;
use crate::reading::Reading;
use crate::server_fns::accounts::{ListTokens, RevokeToken};
use leptos::prelude::*;
use model::wire::account::Token;

#[component]
pub fn TokensPage() -> impl IntoView {
    let texts = t::<Accounts>();
    let revoke = use_calls::<RevokeToken>();
    let made = RwSignal::new(0u32);
    let source = Reading::new(move || u64::from(made.get()) + revoke.count(), || ListTokens {});
    let show = move |tokens: Vec<Token>| match tokens.is_empty() {
        true => view! { <Empty icon=Icon::Token text=texts.tokens_empty /> }.into_any(),
        false => view! { <Table tokens revoke /> }.into_any(),
    };
    view! {
        <PageHead title=texts.tokens />
        <p class="muted">{texts.tokens_lead}</p>
        <create::CreateToken made />
        <Loaded source view=show rows=4 />
    }
    .into_any()
}

#[component]
fn Table(tokens: Vec<Token>, revoke: Calls<()>) -> impl IntoView {
    let texts = t::<Accounts>();
    let rows = tokens.into_iter().map(move |token| view! { <Row token revoke /> });
    let heads = vec![
        (texts.token_name, ""),
        (texts.owner, ""),
        (texts.created, "figure"),
        (texts.last_used, "figure"),
        (texts.expires, "figure"),
        ("", "figure"),
    ];
    view! {
        <div class="table-wrap">
            <DataTable heads>{rows.collect_any()}</DataTable>
        </div>
    }
    .into_any()
}

#[component]
fn Row(token: Token, revoke: Calls<()>) -> impl IntoView {
    let texts = t::<Accounts>();
    let used = match token.last_used_at {
        Some(at) => view! { <When at /> }.into_any(),
        None => view! { <span class="muted">{texts.never}</span> }.into_any(),
    };
    view! {
        <tr role="row" data-testid="row" data-name=token.name.clone()>
            <td role="cell" class="cell-name"><strong class="mono">{token.name.clone()}</strong></td>
            <td role="cell" data-label=texts.owner>{token.user}</td>
            <td role="cell" class="figure" data-label=texts.created><When at=token.created_at /></td>
            <td role="cell" class="figure" data-label=texts.last_used>{used}</td>
            <td role="cell" class="figure" data-label=texts.expires><When at=token.expires_at /></td>
            <td role="cell" class="figure cell-actions">
                <CallForm calls=revoke class="inline-form">
                    <input type="hidden" name="id" value=token.id />
                    <button class="button button-danger" data-testid="revoke-token">{texts.revoke}</button>
                </CallForm>
            </td>
        </tr>
    }
    .into_any()
}
