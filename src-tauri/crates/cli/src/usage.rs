//! The errors of the command line in the language of the user: clap has English texts only.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error;
use std::fmt;
use zafu_core::message;
use zafu_core::message::Message;
use zafu_messages::Catalogue;

/// An error of a value parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue(pub Message);

/// The id and the arguments, for logs.
impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for InvalidValue {}

/// Returns the text of an error of the command line, with the usage and the hint to `--help`.
///
/// Returns clap's own text of what is not an error (help and version), and of an error without a message.
#[must_use]
pub fn text(error: &clap::Error, catalogue: &Catalogue) -> String {
    let Some(message) = message(error) else { return error.render().to_string() };
    let mut text = format!("zafu: {}\n", catalogue.text(&message));
    if let Some(suggestion) = suggestion(error) {
        text += &catalogue.text(&message!("cli-usage-suggestion", suggestion = suggestion));
        text.push('\n');
    }
    if let Some(usage) = context(error, ContextKind::Usage) {
        // clap writes the heading in English.
        let usage = usage.trim();
        let usage = usage.strip_prefix("Usage:").unwrap_or(usage).trim_start().to_owned();
        text += &format!("\n{}\n", catalogue.text(&message!("cli-usage", usage = usage)));
    }
    text + &format!("\n{}\n", catalogue.text(&message!("cli-usage-help")))
}

/// Returns the message of an error, or `None` if it has none.
fn message(error: &clap::Error) -> Option<Message> {
    let argument = || context(error, ContextKind::InvalidArg);
    let value = || context(error, ContextKind::InvalidValue);
    let command = || context(error, ContextKind::InvalidSubcommand);
    Some(match error.kind() {
        ErrorKind::InvalidValue => {
            let values = context(error, ContextKind::ValidValue).filter(|it| !it.is_empty());
            match (argument()?, value()?, values) {
                (argument, value, None) if value.is_empty() => {
                    message!("cli-usage-no-value", argument = argument)
                }
                (argument, value, Some(values)) if value.is_empty() => {
                    message!("cli-usage-no-value-of", argument = argument, values = values)
                }
                (argument, value, None) => {
                    message!("cli-usage-value", argument = argument, value = value)
                }
                (argument, value, Some(values)) => {
                    message!(
                        "cli-usage-value-of",
                        argument = argument,
                        value = value,
                        values = values
                    )
                }
            }
        }
        ErrorKind::ValueValidation => {
            let reason = error.source().and_then(|source| source.downcast_ref::<InvalidValue>());
            match reason {
                Some(InvalidValue(reason)) => {
                    message!("cli-usage-reason", argument = argument()?, reason = reason.clone())
                }
                None => message!("cli-usage-value", argument = argument()?, value = value()?),
            }
        }
        ErrorKind::TooManyValues => {
            message!("cli-usage-too-many", argument = argument()?, value = value()?)
        }
        ErrorKind::UnknownArgument => message!("cli-usage-unknown", argument = argument()?),
        ErrorKind::InvalidSubcommand => message!("cli-usage-command", command = command()?),
        ErrorKind::MissingSubcommand => message!("cli-usage-no-command", command = command()?),
        ErrorKind::MissingRequiredArgument => {
            // An argument that can be given several times ends in dots, and the sentence has a dot of its own.
            let arguments = argument()?.trim_end_matches("...").to_owned();
            message!("cli-usage-required", arguments = arguments)
        }
        ErrorKind::ArgumentConflict => {
            let others = context(error, ContextKind::PriorArg)?;
            match argument().or_else(command)? {
                argument if argument == others => {
                    message!("cli-usage-twice", argument = argument)
                }
                argument => message!("cli-usage-conflict", argument = argument, others = others),
            }
        }
        ErrorKind::InvalidUtf8 => message!("cli-usage-encoding"),
        _ => return None,
    })
}

/// Returns what the user may have meant instead of an unknown name.
fn suggestion(error: &clap::Error) -> Option<String> {
    use ContextKind::{SuggestedArg, SuggestedSubcommand, SuggestedValue};
    [SuggestedSubcommand, SuggestedArg, SuggestedValue]
        .into_iter()
        .find_map(|kind| context(error, kind))
}

/// Returns a part of an error as text, lists separated by commas.
fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::None | ContextValue::Bool(_) => None,
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::Parser;
    use zafu_messages::Language;

    fn rendered(line: &str, language: Language) -> String {
        let error = Args::try_parse_from(line.split_whitespace()).unwrap_err();
        text(&error, &Catalogue::new(language))
    }

    #[test]
    fn every_error_of_the_command_line_has_a_text_in_each_language() {
        for (line, english, german) in [
            ("zafu dance", "“dance” is an unrecognized subcommand.", "„dance“ ist kein bekannter"),
            ("zafu statu", "Did you mean status?", "Meintest du status?"),
            ("zafu status --lang", "“--lang” is an unexpected argument.", "„--lang“ ist hier kein"),
            ("zafu status --jsn", "Did you mean --json?", "Meintest du --json?"),
            ("zafu sit --preset", "--preset <NAME> needs a value.", "braucht einen Wert."),
            ("zafu log --limit x", "“x” is an invalid value for --limit", "kein gültiger Wert"),
            ("zafu log --limit 1 --limit 2", "can be used only once.", "nur einmal angegeben"),
            ("zafu status --json=1", "“1” is one value too many for --json", "ein Wert zu viel"),
            (
                "zafu resolve maybe",
                "“maybe” is an invalid value for <ANSWER>. Possible values: whole, gap, discard.",
                "„maybe“ ist kein gültiger Wert für <ANSWER>. Mögliche Werte: whole, gap, discard.",
            ),
            (
                "zafu resolve",
                "Required arguments are missing: <ANSWER>.",
                "Es fehlen notwendige Angaben: <ANSWER>.",
            ),
            (
                "zafu import",
                "Required arguments are missing: <FILE>.\n",
                "notwendige Angaben: <FILE>.\n",
            ),
            (
                "zafu log --all-accounts --account a",
                "--all-accounts cannot be used with --account <ACCOUNT>.",
                "--all-accounts kann nicht zusammen mit --account <ACCOUNT> angegeben werden.",
            ),
            (
                "zafu sit --prepare 6m",
                "--prepare <LENGTH>: “6m” is out of range: it must be from 0 to 300 seconds.",
                "--prepare <LENGTH>: „6m“ liegt außerhalb des Erlaubten: Möglich sind 0 bis 300",
            ),
        ] {
            for (language, words, hint) in [
                (Language::English, english, "For more information, try `--help`."),
                (Language::German, german, "Mehr dazu zeigt `--help`."),
            ] {
                let text = rendered(line, language);
                assert!(text.starts_with("zafu: ") && text.contains(words), "{line}: {text}");
                assert!(text.trim_end().ends_with(hint), "{line}: {text}");
            }
            let german = rendered(line, Language::German);
            for english in ["error", "Usage", "cli-", "argument ", "tip:"] {
                assert!(!german.contains(english), "{line}: {english} is in {german}");
            }
        }
    }

    #[test]
    fn the_usage_is_that_of_the_command() {
        let text = rendered("zafu resolve maybe", Language::German);
        assert!(!text.contains("Usage"), "{text}");
        let text = rendered("zafu resolve", Language::German);
        assert!(text.contains("\nAufruf: zafu resolve <ANSWER>\n"), "{text}");
    }

    #[test]
    fn help_and_version_keep_their_text() {
        let version = rendered("zafu --version", Language::German);
        assert_eq!(version, format!("zafu {}\n", env!("CARGO_PKG_VERSION")));
    }
}
