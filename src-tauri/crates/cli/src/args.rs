//! The arguments of `zafu`. The help that users see is in `messages/*/help.ftl`.

mod account;
mod partner;

pub use account::{AccountCommand, AfterErasure, ProjectArgs, SignInArgs};
pub use partner::{Join, PartnerCommand, Picture, PrivacyLevel, Profile};

use crate::usage::InvalidValue;
use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use zafu_core::bounded::OutOfRange;
use zafu_core::day::TimeRange;
use zafu_core::length::{self, LengthError};
use zafu_core::message;
use zafu_core::plan::{LengthChoice, PreparationSeconds, SitSeconds};
use zafu_core::time::Seconds;

/// The command line. Without a command, the window opens.
#[derive(Debug, Parser)]
#[command(name = "zafu", version, arg_required_else_help = false)]
pub struct Args {
    /// The command.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Logs more, also to standard error.
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts a sit and prints its ID once it is saved.
    Sit(Sit),
    /// Prints the state of the timer.
    Status {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Pauses the sit.
    Pause,
    /// Resumes the sit.
    Resume,
    /// Ends the sit and keeps the time sat.
    End {
        /// Adds the overtime.
        #[arg(long)]
        overtime: bool,
    },
    /// Discards the sit.
    Discard {
        /// Confirms that the sit is discarded.
        #[arg(long)]
        yes: bool,
    },
    /// Resolves the gap of an unsettled sit, by default of the oldest one.
    Resolve {
        /// The user's answer.
        answer: GapAnswer,
        /// The ID of the sit.
        #[arg(long)]
        id: Option<String>,
    },
    /// Lists past sits, newest first.
    Log(Log),
    /// Exports sits to a file.
    Export(Export),
    /// Syncs until nothing is left to do.
    Sync {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Manages the account.
    Account {
        /// The command for the account.
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Prints the shared weeks, or carries out a command for the partner.
    #[command(args_conflicts_with_subcommands = true)]
    Partner {
        /// The command for the partner; by default `status`.
        #[command(subcommand)]
        command: Option<PartnerCommand>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints or changes what a partner sees of the user, and the weekly target.
    Profile(Profile),
    /// Checks everything that Zafu needs, and prints what to do about problems.
    Doctor,
    /// Restores the database from a backup.
    Restore {
        /// `newest`, `empty`, or the path of a backup; by default lists the backups.
        from: Option<String>,
        /// Restores it also if something is newer than the backup.
        #[arg(long)]
        yes: bool,
    },
    /// Lists, makes and restores backups.
    Backup {
        /// The command for backups.
        #[command(subcommand)]
        command: BackupCommand,
    },
    /// Imports sits from files of other programs or of Zafu.
    Import(Import),
    /// Quits the running Zafu. A running sit is saved.
    Quit,
    /// Prints shell completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// The past sits to list.
#[derive(Debug, clap::Args)]
pub struct Log {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,

    /// The maximum number of sits; by default [`Self::LIMIT`].
    #[arg(long)]
    pub limit: Option<u32>,

    /// Selects the sits.
    #[command(flatten)]
    pub selected: Selected,
}

impl Log {
    /// The default of `limit`.
    pub const LIMIT: u32 = 20;
}

/// The sits of the log that a command is about. All conditions apply together.
#[derive(Debug, clap::Args)]
pub struct Selected {
    /// Sits with this label, or with one of several; an empty name selects sits without a label.
    #[arg(long, value_name = "NAME")]
    pub label: Vec<String>,

    /// Sits with these words in the note or in the name of the label.
    #[arg(long, value_name = "TEXT")]
    pub words: Option<String>,

    /// Sits of this day and later ones.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub since: Option<NaiveDate>,

    /// Sits of this day and earlier ones.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub until: Option<NaiveDate>,

    /// Sits of at least this length.
    #[arg(long, value_name = "LENGTH", value_parser = seconds, allow_hyphen_values = true)]
    pub shortest: Option<Seconds>,

    /// Sits of at most this length.
    #[arg(long, value_name = "LENGTH", value_parser = seconds, allow_hyphen_values = true)]
    pub longest: Option<Seconds>,

    /// Sits that ended like this, or like one of several.
    #[arg(long, value_name = "OUTCOME")]
    pub outcome: Vec<SitOutcome>,

    /// Sits that were recorded like this, or like one of several.
    #[arg(long, value_name = "SOURCE")]
    pub source: Vec<SitSource>,

    /// Sits that started in this part of the day, such as 06:00-06:30.
    #[arg(long, value_name = "FROM-UNTIL", value_parser = time)]
    pub time: Option<TimeRange>,

    /// The sits of every account on this device.
    #[arg(long, conflicts_with = "account")]
    pub all_accounts: bool,

    /// The sits of this account: its email address, or its ID as `zafu account list` prints it.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
}

/// How a sit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SitOutcome {
    /// At its planned end.
    Completed,
    /// Before its planned end.
    EndedEarly,
    /// It has not ended, as far as this device knows.
    Started,
}

/// How a sit was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SitSource {
    /// By the timer.
    Timer,
    /// By hand.
    Manual,
    /// By an import.
    Import,
}

/// A command for backups.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Lists the backups, newest first.
    List {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Makes a backup now.
    Make {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints what restoring a backup would change, and restores it.
    Restore {
        /// The backup: its number in the list, or a path.
        #[arg(value_name = "BACKUP")]
        from: String,
        /// Restores it also if something is newer than the backup.
        #[arg(long)]
        yes: bool,
    },
}

/// The sits to export, and where to.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The format.
    #[arg(long, value_name = "FORMAT")]
    pub format: ExportFormat,

    /// The file; `-` or none: standard output.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Replaces a file that exists.
    #[arg(long)]
    pub force: bool,

    /// Prints JSON about the file.
    #[arg(long)]
    pub json: bool,

    /// Selects the sits.
    #[command(flatten)]
    pub selected: Selected,
}

/// The formats of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// For spreadsheets, and for Zafu.
    Csv,
    /// For Zafu and other programs.
    Json,
    /// For calendars.
    Ics,
}

/// The sit to start.
#[derive(Debug, clap::Args)]
pub struct Sit {
    /// The length: 20m, 1h30m, 90s, open, or until 07:30; by default as in the preset or the settings.
    // Allows a leading hyphen, so that a negative length gets its own error message and not that of an unknown option.
    // Only for the first word: clap would parse options after a list of such values as values too.
    #[arg(value_name = "LENGTH", allow_hyphen_values = true)]
    pub length: Option<String>,

    /// The rest of a length of several words.
    #[arg(num_args = 0..=5, value_name = "LENGTH", hide = true)]
    pub more: Vec<String>,

    /// Starts the preset with this name.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,

    /// The preparation, up to 5m.
    #[arg(long, value_name = "LENGTH", value_parser = preparation, allow_hyphen_values = true)]
    pub prepare: Option<PreparationSeconds>,

    /// The time between interval bells.
    #[arg(long, value_name = "LENGTH", value_parser = interval, allow_hyphen_values = true)]
    pub interval: Option<SitSeconds>,

    /// Runs the sit in this process, without a window. Ctrl-C ends the sit and keeps it.
    #[arg(long)]
    pub terminal: bool,
}

impl Sit {
    /// Parses the length; returns `None` if none was given.
    ///
    /// # Errors
    /// The length is not valid.
    pub fn length(&self) -> Result<Option<LengthChoice>, LengthError> {
        let Some(first) = &self.length else { return Ok(None) };
        let words: Vec<_> = std::iter::once(first).chain(&self.more).map(String::as_str).collect();
        length::parse(&words.join(" ")).map(Some)
    }
}

/// The files to import.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    /// Another command about imports.
    #[command(subcommand)]
    pub command: Option<ImportCommand>,

    /// The files, `-` for standard input. They are imported together.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// The time zone of times without one, such as `Europe/Berlin` or `+02:00`; by default that of `TZ` or of the system.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub zone: Option<String>,

    /// The order of day, month and year in files that do not tell it.
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<DateOrder>,

    /// Imports sits of more than 24 hours too.
    #[arg(long)]
    pub long_sits: bool,

    /// Brings back the sits of the files that were deleted, on this or another device.
    #[arg(long)]
    pub deleted: bool,

    /// Prints what would be imported, and imports nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Imports without a question.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,

    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// A command about imports.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Lists the imports, newest first.
    List {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Undoes an import: deletes the sits that it brought, except those that the user has deleted, and takes away the notes
    /// that it gave to other sits.
    Undo {
        /// The ID of the import.
        id: i64,
        /// Undoes it without a question.
        #[arg(long)]
        yes: bool,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The orders of day, month and year.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// The answers about an interrupted sit.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum GapAnswer {
    /// It was sat to the end.
    Whole,
    /// It was sat until the interruption.
    Gap,
    /// It was not a sit.
    Discard,
}

/// The source from which a database is restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreFrom {
    /// The newest intact backup.
    Newest,
    /// None: an empty database is created.
    Empty,
    /// The backup at this path.
    Path(PathBuf),
}

impl From<String> for RestoreFrom {
    fn from(text: String) -> Self {
        match text.as_str() {
            "newest" => Self::Newest,
            "empty" => Self::Empty,
            _ => Self::Path(text.into()),
        }
    }
}

fn day(text: &str) -> Result<NaiveDate, InvalidValue> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    // Only as it is printed: `%Y` reads years of any length.
    day.filter(|day| day.to_string() == text)
        .ok_or_else(|| InvalidValue(message!("cli-usage-day", text = text)))
}

fn time(text: &str) -> Result<TimeRange, InvalidValue> {
    let minutes = |text: &str| -> Option<u16> {
        let (hour, minute) = text.trim().split_once(':')?;
        if hour.len() > 2 || minute.len() != 2 {
            return None;
        }
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        let minutes = hour * 60 + minute;
        (minute < 60 && minutes <= 1440).then_some(minutes)
    };
    let ends = text.split_once('-').and_then(|(from, until)| minutes(from).zip(minutes(until)));
    let range = ends.filter(|(from, _)| *from < 1440);
    range
        .map(|(from, until)| TimeRange { from, until })
        .ok_or_else(|| InvalidValue(message!("cli-usage-time", text = text)))
}

fn preparation(text: &str) -> Result<PreparationSeconds, InvalidValue> {
    bounded(text)
}

fn interval(text: &str) -> Result<SitSeconds, InvalidValue> {
    bounded(text)
}

fn seconds(text: &str) -> Result<Seconds, InvalidValue> {
    let seconds = length::parse_duration(text).map_err(|error| match error {
        // None of these lengths can be open-ended or end at a clock time: this message offers neither.
        LengthError::NotALength(text) => InvalidValue(message!("cli-usage-duration", text = text)),
        error => InvalidValue(error.message()),
    })?;
    Ok(Seconds(u32::try_from(seconds).unwrap_or(u32::MAX)))
}

fn bounded<T: TryFrom<u32, Error = OutOfRange>>(text: &str) -> Result<T, InvalidValue> {
    T::try_from(seconds(text)?.0).map_err(|OutOfRange { min, max, .. }| {
        InvalidValue(message!("cli-usage-range", text = text, min = min, max = max))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use zafu_messages::{Catalogue, Language};

    #[test]
    fn the_arguments_are_declared_without_conflicts() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_length_may_be_two_words() {
        let args = Args::parse_from(["zafu", "sit", "until", "07:30", "--prepare", "30s"]);
        let Some(Command::Sit(sit)) = args.command else { unreachable!("a sit was asked for") };
        assert!(matches!(sit.length(), Ok(Some(LengthChoice::Until { .. }))));
        assert_eq!(sit.prepare.map(PreparationSeconds::get), Some(30));
    }

    #[test]
    fn a_part_of_the_day_may_go_on_after_midnight() {
        let range = |from, until| Some(TimeRange { from, until });
        for (text, expected) in [
            ("06:00-06:30", range(360, 390)),
            ("22:00-2:00", range(1320, 120)),
            ("00:00-24:00", range(0, 1440)),
            ("24:00-06:00", None),
            ("6-7", None),
            ("06:00", None),
            ("99999:00-06:00", None),
            ("06:60-07:00", None),
        ] {
            assert_eq!(time(text).ok(), expected, "{text}");
        }
    }

    fn english(error: &clap::Error) -> String {
        crate::usage::text(error, &Catalogue::new(Language::English))
    }

    fn sit(line: &str) -> Result<Sit, clap::Error> {
        let args = Args::try_parse_from(line.split_whitespace())?;
        let Some(Command::Sit(sit)) = args.command else { unreachable!("a sit was asked for") };
        Ok(sit)
    }

    #[test]
    fn real_life_26_a_length_that_begins_with_a_hyphen_has_the_error_of_a_length() {
        let negative = |text: &str| Err(LengthError::Negative(text.into()));
        assert_eq!(sit("zafu sit -5m").unwrap().length(), negative("-5m"));
        assert_eq!(sit("zafu sit -5 --terminal").unwrap().length(), negative("-5"));
        assert_eq!(sit("zafu sit --terminal -1h 30m").unwrap().length(), negative("-1h 30m"));
        for option in ["--prepare", "--interval"] {
            let message = english(&sit(&format!("zafu sit 5m {option} -5m")).unwrap_err());
            assert!(message.contains("“-5m” is negative"), "{message}");
        }
        let message = english(&sit("zafu sit --interval 4294967296").unwrap_err());
        assert!(
            message.contains("“4294967296” is out of range: it must be from 1 to 86400 seconds"),
            "{message}"
        );
    }

    #[test]
    fn real_life_25_a_length_may_be_several_words_and_options_stay_options() {
        for (line, seconds) in [
            ("zafu sit 20 m --terminal", 1200),
            ("zafu sit --terminal 1h 30m", 5400),
            ("zafu sit 1 h 30 min --terminal --prepare 1,5m", 5400),
        ] {
            let sit = sit(line).unwrap();
            let seconds = SitSeconds::new(seconds).unwrap();
            assert_eq!(sit.length(), Ok(Some(LengthChoice::Timed { seconds })), "{line}");
            assert!(sit.terminal, "{line}");
        }
        assert_eq!(sit("zafu sit --terminal").unwrap().length(), Ok(None));
        assert!(sit("zafu sit --terminal").unwrap().terminal);
        assert_eq!(
            sit("zafu sit 5m --prepare 1,5m").unwrap().prepare.map(PreparationSeconds::get),
            Some(90)
        );
    }

    #[test]
    fn real_life_29_the_error_of_an_interval_does_not_suggest_an_open_end() {
        for option in ["--interval", "--prepare"] {
            let error = Args::try_parse_from(["zafu", "sit", option, "often"]).unwrap_err();
            let message = english(&error);
            assert!(message.contains("write it as 20m, 1h30m or 90s"), "{message}");
            assert!(!message.contains("open"), "{message}");
        }
    }

    #[test]
    fn a_preparation_is_at_most_five_minutes() {
        let error = Args::try_parse_from(["zafu", "sit", "--prepare", "6m"]).unwrap_err();
        assert!(english(&error).contains("from 0 to 300 seconds"), "{error}");
    }
}
