//! What can be said on the command line.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use zafu_core::bounded::OutOfRange;
use zafu_core::length::{self, LengthError};
use zafu_core::plan::{LengthChoice, PreparationSeconds, SitSeconds};

/// A calm, exact meditation timer that never loses a sit.
///
/// Without a command, opens the window. The exit code is 0 when what was asked for was done, 1 when it failed,
/// 2 when it was not understood, 3 when it does not fit what the timer is doing, 4 when the running Zafu cannot
/// be reached, 5 when something waits for a network or a server, and 6 when the account needs you.
#[derive(Debug, Parser)]
#[command(name = "zafu", version, arg_required_else_help = false)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Say more in the log files, and on standard error.
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin a sit; prints its ID once it is saved.
    Sit(Sit),
    /// Say what the timer is doing.
    Status {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let the sit stand still.
    Pause,
    /// Let the sit go on.
    Resume,
    /// End the sit and keep what was sat.
    End {
        /// Add the time sat beyond the planned end.
        #[arg(long)]
        overtime: bool,
    },
    /// End the sit and throw it away.
    Discard {
        /// Yes, throw it away.
        #[arg(long)]
        yes: bool,
    },
    /// Say what an interrupted sit was; the oldest, if several wait.
    Resolve {
        /// What it was.
        answer: GapAnswer,
        /// Which one.
        #[arg(long)]
        id: Option<String>,
    },
    /// List past sits, newest first.
    Log(Log),
    /// Send what waits and fetch what other devices have sent, to the end of it.
    Sync {
        /// Print what was done as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The account: none is needed for anything but to have the same sits on several devices.
    Account {
        /// What about it.
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Check everything that Zafu needs, and say what to do where something is missing.
    Doctor,
    /// Bring back a database from before it was damaged.
    Restore {
        /// `newest`, `empty`, or the path of a backup; none: lists the backups.
        from: Option<String>,
    },
    /// Stop the running Zafu; a sit is kept as far as it has come.
    Quit,
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// Which past sits to list.
#[derive(Debug, clap::Args)]
pub struct Log {
    /// Print them as JSON.
    #[arg(long)]
    pub json: bool,

    /// How many at most.
    #[arg(long, default_value_t = 20)]
    pub limit: u32,

    /// List the sits of every account on this device, and whose each is.
    #[arg(long, conflicts_with = "account")]
    pub all_accounts: bool,

    /// List the sits of this account: its e-mail address, or its ID as `zafu account list` prints it.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
}

/// What to do with the account.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Sign in to an account of your Supabase project.
    SignIn(Who),
    /// Make an account in your Supabase project.
    SignUp(Who),
    /// Have a code sent by mail, to sign in with.
    SendCode {
        /// Where the account is.
        #[command(flatten)]
        place: Place,
        /// The account's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Sign out; all sits stay on this device.
    SignOut,
    /// Say who is signed in, when it was last synced, and what waits.
    Status {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Erase the account's sits from the server; those on this device stay.
    Erase {
        /// Yes, erase them.
        #[arg(long)]
        yes: bool,
    },
    /// List every account that has sits on this device, and how many it has.
    List {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make sits the signed-in account's: those made while nobody was signed in, or those of another account.
    Adopt {
        /// Or leave them as they are, on this device only.
        #[arg(long)]
        leave: bool,
        /// Move all sits of this account: its e-mail address, or its ID as `zafu account list` prints it.
        #[arg(long, value_name = "ACCOUNT")]
        from: Option<String>,
        /// Yes, move them, although that account is not known to be gone.
        #[arg(long, requires = "from", conflicts_with = "leave")]
        yes: bool,
    },
    /// Say what becomes of this device's sits after they were erased from the server.
    AfterErasure {
        /// What becomes of them.
        answer: AfterErasure,
    },
    /// List the sits that the server rejected, and why.
    Rejected {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Send rejected sits again.
    Retry,
}

/// Where an account is.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// The project's address, as https://abcdefgh.supabase.co; none: as the last time.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// The project's publishable key; none: as the last time.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// Whose account it is.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// Where the account is.
    #[command(flatten)]
    pub place: Place,

    /// The account's e-mail address.
    #[arg(long)]
    pub email: String,

    /// Read the password from standard input.
    #[arg(long)]
    pub password_stdin: bool,

    /// The code from the mail, in the place of a password.
    #[arg(long, conflicts_with = "password_stdin")]
    pub code: Option<String>,
}

/// What becomes of sits that were erased from the server.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AfterErasure {
    /// They are sent again.
    Upload,
    /// They stay on this device only.
    Keep,
}

/// A sit to begin.
#[derive(Debug, clap::Args)]
pub struct Sit {
    /// How long: 20m, 1h30m, 90s, open, or until 07:30; none: as the preset or the settings say.
    // A length that begins with a hyphen is ours to refuse, not an option that does not exist. Only the first word:
    // clap would take the options after a list of such values for values too.
    #[arg(value_name = "LENGTH", allow_hyphen_values = true)]
    pub length: Option<String>,

    /// The rest of a length of several words.
    #[arg(num_args = 0..=5, value_name = "LENGTH", hide = true)]
    pub more: Vec<String>,

    /// Begin a plan that is kept by this name.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,

    /// Preparation before it, up to 5m.
    #[arg(long, value_name = "LENGTH", value_parser = preparation, allow_hyphen_values = true)]
    pub prepare: Option<PreparationSeconds>,

    /// A bell each time so long has been sat.
    #[arg(long, value_name = "LENGTH", value_parser = interval, allow_hyphen_values = true)]
    pub interval: Option<SitSeconds>,

    /// Run here, without a window; Ctrl-C ends the sit and keeps what was sat.
    #[arg(long)]
    pub terminal: bool,
}

impl Sit {
    /// The length as it was written.
    ///
    /// # Errors
    /// [`LengthError`] names what was wrong.
    pub fn length(&self) -> Result<Option<LengthChoice>, LengthError> {
        let Some(first) = &self.length else { return Ok(None) };
        let words: Vec<_> = std::iter::once(first).chain(&self.more).map(String::as_str).collect();
        length::parse(&words.join(" ")).map(Some)
    }
}

/// What an interrupted sit was.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum GapAnswer {
    /// It was sat to its end.
    Whole,
    /// It was sat until it was interrupted.
    Gap,
    /// It was no sit.
    Discard,
}

/// Where a database is brought back from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreFrom {
    /// The newest intact backup.
    Newest,
    /// Nowhere: an empty one is begun.
    Empty,
    /// This backup.
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

fn preparation(text: &str) -> Result<PreparationSeconds, String> {
    bounded(text)
}

fn interval(text: &str) -> Result<SitSeconds, String> {
    bounded(text)
}

fn bounded<T: TryFrom<u32, Error = OutOfRange>>(text: &str) -> Result<T, String> {
    let seconds = length::parse_duration(text).map_err(|error| match error {
        // Neither a preparation nor an interval can be open or end at a clock time.
        LengthError::NotALength(text) => {
            format!("\"{text}\" is not a length of time: write it as 20m, 1h30m or 90s")
        }
        error => error.to_string(),
    })?;
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    T::try_from(seconds).map_err(|OutOfRange { min, max, .. }| {
        format!("\"{text}\" is out of range: it must be from {min} to {max} seconds")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_length_may_be_two_words() {
        let args = Args::parse_from(["zafu", "sit", "until", "07:30", "--prepare", "30s"]);
        let Some(Command::Sit(sit)) = args.command else { unreachable!("a sit was asked for") };
        assert!(matches!(sit.length(), Ok(Some(LengthChoice::Until { .. }))));
        assert_eq!(sit.prepare.map(PreparationSeconds::get), Some(30));
    }

    fn sit(line: &str) -> Result<Sit, clap::Error> {
        let args = Args::try_parse_from(line.split_whitespace())?;
        let Some(Command::Sit(sit)) = args.command else { unreachable!("a sit was asked for") };
        Ok(sit)
    }

    #[test]
    fn real_life_26_a_length_that_begins_with_a_hyphen_reaches_our_own_message() {
        let negative = |text: &str| Err(LengthError::Negative(text.into()));
        assert_eq!(sit("zafu sit -5m").unwrap().length(), negative("-5m"));
        assert_eq!(sit("zafu sit -5 --terminal").unwrap().length(), negative("-5"));
        assert_eq!(sit("zafu sit --terminal -1h 30m").unwrap().length(), negative("-1h 30m"));
        for option in ["--prepare", "--interval"] {
            let said = sit(&format!("zafu sit 5m {option} -5m")).unwrap_err().to_string();
            assert!(said.contains("\"-5m\" is negative"), "{said}");
        }
        let said = sit("zafu sit --interval 4294967296").unwrap_err().to_string();
        assert!(
            said.contains("\"4294967296\" is out of range: it must be from 1 to 86400 seconds"),
            "{said}"
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
    fn real_life_29_an_open_interval_is_not_advised() {
        for option in ["--interval", "--prepare"] {
            let error = Args::try_parse_from(["zafu", "sit", option, "often"]).unwrap_err();
            let said = error.to_string();
            assert!(said.contains("write it as 20m, 1h30m or 90s"), "{said}");
            assert!(!said.contains("open"), "{said}");
        }
    }

    #[test]
    fn a_preparation_is_at_most_five_minutes() {
        let error = Args::try_parse_from(["zafu", "sit", "--prepare", "6m"]).unwrap_err();
        assert!(error.to_string().contains("from 0 to 300 seconds"), "{error}");
    }
}
