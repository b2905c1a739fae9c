//! The help of the command line in the language of the user: sets the texts of `messages/*/help.ftl` on clap's
//! definitions.

use clap::{Arg, ArgAction, Command};
use zafu_core::message::Message;

/// Returns the definition of the command line with its help in the current language.
pub fn in_language(command: Command) -> Command {
    let mut command = translate(command.after_help(text("zafu-details")), &[]);
    // clap adds its `help` subcommand when it builds a command.
    command.build();
    translate_help(command)
}

/// Returns the text of the help message `name`.
fn text(name: &str) -> String {
    let id = format!("help-{name}");
    zafu_messages::text(&Message { id: id.into(), args: [].into() })
}

/// Translates a command and its subcommands. `path` has the names of its parent commands.
fn translate(command: Command, path: &[String]) -> Command {
    let name = if path.is_empty() { "zafu".to_owned() } else { path.join("-") };
    // clap's own help and version arguments cannot be translated, so they are replaced.
    let mut command = command
        .about(text(&name))
        .long_about(None::<&str>)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .help_template(template())
        .subcommand_help_heading(text("commands"))
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(text("zafu-help")),
        );
    if path.is_empty() {
        command = command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(text("zafu-version")),
        );
    }
    let command = command.mut_args(|argument| {
        let heading = if argument.is_positional() { "arguments" } else { "options" };
        // The help text names the possible values with their meanings, and the default.
        let takes_value = argument.get_action().takes_values();
        let argument = argument
            .help_heading(text(heading))
            .hide_possible_values(takes_value)
            .hide_default_value(takes_value);
        match message_of(argument.get_id().as_str(), path) {
            Some(name) => argument.help(text(&name)).long_help(None),
            None => argument,
        }
    });
    let below = |command: Command| {
        let path: Vec<_> = path.iter().cloned().chain([command.get_name().to_owned()]).collect();
        translate(command, &path)
    };
    command.mut_subcommands(below)
}

/// Translates clap's `help` subcommand at every level.
fn translate_help(command: Command) -> Command {
    let command = match command.get_name() {
        "help" => command
            .about(text("help"))
            .help_template(template())
            .subcommand_help_heading(text("commands"))
            .mut_args(|argument| {
                argument.help_heading(text("arguments")).help(text("help-command"))
            }),
        _ => command,
    };
    command.mut_subcommands(translate_help)
}

/// Returns the name of the help message of an argument; `None` for an argument that already has its text.
fn message_of(argument: &str, path: &[String]) -> Option<String> {
    let argument = argument.replace('_', "-");
    let name = match (argument.as_str(), path) {
        ("help" | "version" | "more", _) => return None,
        ("verbose", _) => "zafu-verbose".into(),
        ("json", _) => "json".into(),
        // `zafu log` and `zafu export` share these texts.
        (
            "label" | "words" | "shortest" | "longest" | "outcome" | "source" | "since" | "until"
            | "time" | "all-accounts" | "account",
            _,
        ) => {
            format!("selected-{argument}")
        }
        // All commands that sign in share these texts.
        ("url" | "key" | "email" | "password-stdin" | "keep-texts" | "code", _) => {
            format!("account-{argument}")
        }
        _ => format!("{}-{argument}", path.join("-")),
    };
    Some(name)
}

fn template() -> String {
    format!("{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}\n", text("usage"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::CommandFactory;
    use std::collections::BTreeSet;
    use zafu_messages::{Language, SOURCES};

    /// Returns the help of a command and of its subcommands, as `--help` prints it.
    fn printed(mut command: Command) -> String {
        let help = command.render_long_help().to_string();
        // The subcommands of `help` are copies that are never printed.
        let is_help = command.get_name() == "help";
        let below = command.get_subcommands().filter(|_| !is_help).cloned().collect::<Vec<_>>();
        below.into_iter().map(printed).fold(help, |help, below| help + &below)
    }

    /// Collects the names of the messages that the help of a command and of its subcommands uses.
    fn used(command: &Command, path: &[String], names: &mut BTreeSet<String>) {
        for argument in command.get_arguments() {
            names.extend(message_of(argument.get_id().as_str(), path));
        }
        for below in command.get_subcommands() {
            let path: Vec<_> = path.iter().cloned().chain([below.get_name().to_owned()]).collect();
            names.insert(path.join("-"));
            used(below, &path, names);
        }
    }

    #[test]
    fn every_help_text_has_a_message_and_every_help_message_is_used() {
        let mut names: BTreeSet<String> = [
            "usage",
            "commands",
            "arguments",
            "options",
            "zafu",
            "zafu-details",
            "zafu-help",
            "zafu-version",
            "help",
            "help-command",
            "manual-name",
            "manual-synopsis",
            "manual-description",
            "manual-notes",
        ]
        .map(String::from)
        .into();
        used(&Args::command(), &[], &mut names);
        let ids: BTreeSet<_> = names.iter().map(|name| format!("help-{name}")).collect();
        let (_, files) = SOURCES.iter().find(|(of, _)| *of == Language::English).unwrap();
        let (_, source) = files.iter().find(|(file, _)| *file == "help.ftl").unwrap();
        let known: BTreeSet<_> = source
            .lines()
            .filter(|line| line.starts_with("help-"))
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(ids, known);
    }

    #[test]
    fn the_help_is_in_the_language_of_the_user() {
        zafu_messages::set_language(Language::German);
        let german = printed(in_language(Args::command()));
        assert!(german.contains("Aufruf: zafu sit"), "{german}");
        assert!(german.contains("Hält die Sitzung an"), "{german}");
        for english in ["Usage", "Options", "Print", "help-", "possible values", "default"] {
            assert!(!german.contains(english), "{english}: {german}");
        }
        in_language(Args::command()).debug_assert();
    }
}
