//! `pilothouse user` and `pilothouse token`, on the data directory, while the server runs or not.

use super::DataDir;
use super::serve::open_engine;
use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use engine::accounts::{NewToken, NewUser};
use model::access::{Caller, Role};
use secrets::Secret;
use std::io::{Read, Write};

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleName {
    Admin,
    Operator,
    Viewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Admin => Role::Admin,
            RoleName::Operator => Role::Operator,
            RoleName::Viewer => Role::Viewer,
        }
    }
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Make a user.
    Add {
        name: String,
        #[arg(long)]
        role: RoleName,
        /// Read the password from standard input; without it there is no way to give one.
        #[arg(long, required = true)]
        password_stdin: bool,
        #[command(flatten)]
        data: DataDir,
    },
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make an API token; it is printed once, alone on standard output.
    Create {
        #[arg(long)]
        user: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Days until it expires.
        #[arg(long, default_value_t = 90)]
        days: u32,
        #[command(flatten)]
        data: DataDir,
    },
}

pub async fn user(command: UserCommand) -> anyhow::Result<()> {
    let UserCommand::Add { name, role, password_stdin: _, data } = command;
    let password = read_password()?;
    let engine = open_engine(&data).await?;
    let new = NewUser { name, role: role.into(), password };
    let user = engine.create_user(&Caller::system(), new).await?;
    say(&format!("user {} added as {}", user.name, user.role))
}

pub async fn token(command: TokenCommand) -> anyhow::Result<()> {
    let TokenCommand::Create { user, name, days, data } = command;
    let engine = open_engine(&data).await?;
    let new = NewToken { name, user: Some(user), expires_in_days: Some(days) };
    let (_, secret) = engine.create_token(&Caller::system(), new).await?;
    say(secret.expose_str().context("the token is no text")?)
}

fn read_password() -> anyhow::Result<Secret> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("standard input")?;
    let password = text.lines().next().unwrap_or_default().to_string();
    anyhow::ensure!(!password.is_empty(), "no password on standard input");
    Ok(Secret::from_string(password))
}

pub(super) fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}
