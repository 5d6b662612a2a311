//! `/users`: who may sign in, with which role.

mod panel;

use crate::components::badge::StateBadge;
use crate::components::data_table::DataTable;
use crate::components::each::CollectAny;
use crate::components::filter_bar::use_parameter;
use crate::components::icon::{Icon, IconView};
use crate::components::loaded::Loaded;
use crate::components::page::PageHead;
use crate::components::pager::Pager;
use crate::components::when::When;
use crate::format::url;
use crate::i18n::accounts::Accounts;
use crate::i18n::{frame::Frame, t};
use crate::reading::Reading;
use crate::server_fns::accounts::ListUsers;
use crate::viewer::{may, use_viewer};
use leptos::prelude::*;
use model::access::{Action, Role};
use model::wire::account::User;
use model::wire::list::Items;

pub const PATH: &str = "/users";

#[component]
pub fn UsersPage() -> impl IntoView {
    let texts = t::<Accounts>();
    let (adding, editing, cursor) = (use_parameter("add"), use_parameter("edit"), use_parameter("cursor"));
    // Every change ends at this address without a panel, so that a panel that closed asks again.
    let closed = Memo::new(move |closed: Option<&u64>| {
        closed.copied().unwrap_or_default() + u64::from(editing.read().is_empty())
    });
    let source = Reading::new(move || closed.get(), move || ListUsers { cursor: cursor.get() });
    let add = may(Action::ManageUsers).then(|| {
        view! {
            <a class="button button-primary" href="/users?add=1" data-noscroll="" data-testid="add-user">
                <IconView icon=Icon::Plus />
                {texts.add_user}
            </a>
        }
    });
    let show = move |list: Items<User>| {
        let (shown, further) = (list.items.len(), !cursor.get_untracked().is_empty());
        view! {
            <div class="table-wrap">
                <Table users=list.items />
                <Pager path=PATH filters=Vec::new() shown next=list.next further />
            </div>
        }
        .into_any()
    };
    let panel = move || {
        if !may(Action::ManageUsers) {
            return ().into_any();
        }
        match (adding.get().is_empty(), editing.get()) {
            (false, _) => view! { <panel::AddPanel /> }.into_any(),
            (true, name) if !name.is_empty() => view! { <panel::EditPanel name /> }.into_any(),
            _ => ().into_any(),
        }
    };
    view! {
        <PageHead title=texts.users>{add}</PageHead>
        <Loaded source view=show rows=5 />
        {panel}
    }
    .into_any()
}

/// What a role is called.
pub fn role_title(role: Role) -> &'static str {
    let texts = t::<Frame>();
    match role {
        Role::Admin => texts.role_admin,
        Role::Operator => texts.role_operator,
        Role::Viewer => texts.role_viewer,
    }
}

#[component]
fn Table(users: Vec<User>) -> impl IntoView {
    let texts = t::<Accounts>();
    let rows = users.into_iter().map(|user| view! { <Row user /> });
    let heads = vec![
        (texts.state, ""),
        (texts.user, ""),
        (texts.role, ""),
        (texts.created, "figure"),
        (texts.last_login, "figure"),
        ("", "figure"),
    ];
    view! {
        <DataTable heads>{rows.collect_any()}</DataTable>
    }
    .into_any()
}

#[component]
fn Row(user: User) -> impl IntoView {
    let texts = t::<Accounts>();
    let is_me = use_viewer().with_value(|viewer| viewer.me.as_ref().is_some_and(|me| me.name == user.name));
    let state = match user.disabled {
        false => view! { <span class="badge tone-good"><IconView icon=Icon::Disc />{texts.active}</span> }.into_any(),
        true => view! { <StateBadge state="disabled" /> }.into_any(),
    };
    let edit = url::address(PATH, [("edit", user.name.as_str())]);
    let seen = match user.last_login_at {
        Some(at) => view! { <When at /> }.into_any(),
        None => view! { <span class="muted">{texts.never}</span> }.into_any(),
    };
    view! {
        <tr role="row" data-testid="row" data-name=user.name.clone()>
            <td role="cell" class="cell-state">{state}</td>
            <td role="cell" class="cell-name">
                <strong>{user.name.clone()}</strong>
                {is_me.then(|| view! { <span class="muted">" · " {texts.you}</span> })}
            </td>
            <td role="cell" data-testid="role" data-role=user.role.as_str()>{role_title(user.role)}</td>
            <td role="cell" class="figure" data-label=texts.created><When at=user.created_at /></td>
            <td role="cell" class="figure" data-label=texts.last_login>{seen}</td>
            <td role="cell" class="figure cell-actions">
                <a class="button" href=edit data-noscroll="" data-testid="edit-user">{texts.manage}</a>
            </td>
        </tr>
    }
    .into_any()
}
