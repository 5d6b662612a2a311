//! `pilothouse config show`: every setting, and where it comes from.

use super::accounts::say;
use super::options::ServeOptions;
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand, parser::ValueSource};

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Print every setting of `serve` as it would be, with its source.
    Show(ServeOptions),
}

pub fn run(command: ConfigCommand) -> anyhow::Result<()> {
    let ConfigCommand::Show(_) = command;
    // Parsed once more, since only the matches know whether a value was typed, inherited or defaulted.
    let typed: Vec<_> = std::env::args_os().skip_while(|arg| arg != "show").collect();
    let command = ServeOptions::augment_args(Command::new("show"));
    let matches = command.clone().try_get_matches_from(typed)?;
    ServeOptions::from_arg_matches(&matches)?;
    for argument in command.get_arguments() {
        say(&line(argument, &matches))?;
    }
    Ok(())
}

fn line(argument: &clap::Arg, matches: &ArgMatches) -> String {
    let id = argument.get_id().as_str();
    let variable = argument.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let source = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => "command line".to_string(),
        Some(ValueSource::EnvVariable) => format!("environment {variable}"),
        _ => "default".to_string(),
    };
    let value = matches
        .get_raw(id)
        .map(|values| values.map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(","))
        .unwrap_or_default();
    format!("{:<20} {:<32} {source}", argument.get_long().unwrap_or(id), value)
}
