//! Adding a user; changing one's role, password and whether the account works; deleting.

use super::{PATH, role_title};
use crate::components::form::{
    CallForm, Check, FormProblem, PostForm, SelectField, TextField, use_call_form, use_calls,
};
use crate::components::loaded::Loaded;
use crate::components::side_panel::SidePanel;
use crate::i18n::accounts::Accounts;
use crate::i18n::common::Common;
use crate::i18n::{fill, t};
use crate::reading::Reading;
use crate::server_fns::accounts::{DeleteUser, ReadUser, SetUserAccess};
use crate::viewer::use_viewer;
use leptos::prelude::*;
use model::access::Role;
use model::wire::account::User;

#[component]
pub fn AddPanel() -> impl IntoView {
    let texts = t::<Accounts>();
    view! {
        <SidePanel title=texts.add_user_title close=PATH testid="user-panel">
            <PostForm action="/forms/users" testid="user-form">
                <TextField name="name" label={t::<Common>().name} help=texts.name_help required=true mono=true />
                <RoleField role=Role::Viewer />
                <TextField
                    name="password"
                    label=texts.password
                    help=texts.password_help
                    kind="password"
                    autocomplete="new-password"
                    required=true
                />
                <div class="form-actions">
                    <button class="button button-primary" data-testid="user-submit">{texts.add_user}</button>
                </div>
            </PostForm>
        </SidePanel>
    }
    .into_any()
}

#[component]
fn RoleField(role: Role) -> impl IntoView {
    let texts = t::<Accounts>();
    let options = Role::ALL
        .map(|role| {
            let help = match role {
                Role::Viewer => texts.role_viewer_help,
                Role::Operator => texts.role_operator_help,
                Role::Admin => texts.role_admin_help,
            };
            (role.as_str().to_string(), format!("{}: {help}", role_title(role)))
        })
        .to_vec();
    view! { <SelectField name="role" label=texts.role options value=role.as_str() /> }
}

#[component]
pub fn EditPanel(name: String) -> impl IntoView {
    let texts = t::<Accounts>();
    let wanted = name.clone();
    let source = Reading::new(|| 0, move || ReadUser { name: wanted.clone() });
    let show = |user: User| view! { <AccessForm user /> }.into_any();
    let is_me = use_viewer().with_value(|viewer| viewer.me.as_ref().is_some_and(|me| me.name == name));
    let password = match is_me {
        true => view! { <a href="/preferences">{texts.change_password}</a> }.into_any(),
        false => view! { <PasswordForm name=name.clone() /> }.into_any(),
    };
    view! {
        <SidePanel title=fill(texts.user_title, &[&name]) close=PATH testid="user-panel">
            <Loaded source view=show rows=3 />
            {password}
            <DeleteForm name />
        </SidePanel>
    }
    .into_any()
}

#[component]
fn AccessForm(user: User) -> impl IntoView {
    let texts = t::<Accounts>();
    let action = use_calls::<SetUserAccess>();
    let state = use_call_form(action);
    view! {
        <section class="stack">
            <h3>{texts.access}</h3>
            <CallForm calls=action class="form" testid="access-form">
                <FormProblem state />
                <input type="hidden" name="name" value=user.name />
                <RoleField role=user.role />
                <Check name="disabled" label=texts.disable help=texts.access_help checked=user.disabled />
                <div class="form-actions">
                    <button class="button button-primary" data-testid="access-submit">{t::<Common>().save}</button>
                </div>
            </CallForm>
        </section>
    }
    .into_any()
}

#[component]
fn PasswordForm(name: String) -> impl IntoView {
    let texts = t::<Accounts>();
    view! {
        <details class="form-more">
            <summary>{texts.set_password}</summary>
            <PostForm action=format!("/forms/users/{name}/password") testid="password-form">
                <TextField
                    name="password"
                    label=texts.new_password
                    help=texts.set_password_help
                    kind="password"
                    autocomplete="new-password"
                    required=true
                    prefix="set"
                />
                <div class="form-actions">
                    <button class="button" data-testid="password-submit">{texts.set_password}</button>
                </div>
            </PostForm>
        </details>
    }
    .into_any()
}

#[component]
fn DeleteForm(name: String) -> impl IntoView {
    let texts = t::<Accounts>();
    let action = use_calls::<DeleteUser>();
    let state = use_call_form(action);
    view! {
        <section class="danger-zone stack">
            <h3>{texts.delete_user}</h3>
            <CallForm calls=action class="form">
                <FormProblem state />
                <input type="hidden" name="name" value=name.clone() />
                <TextField
                    name="confirm"
                    label=fill(texts.confirm, &[&name])
                    help=texts.delete_user_help
                    mono=true
                    required=true
                    prefix="delete"
                />
                <div class="form-actions">
                    <button class="button button-danger" data-testid="user-delete">{texts.delete}</button>
                </div>
            </CallForm>
        </section>
    }
    .into_any()
}
