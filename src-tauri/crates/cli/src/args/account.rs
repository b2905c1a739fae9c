//! The arguments of `zafu account`.

use clap::{Subcommand, ValueEnum};

/// A command for the account.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Signs in to an account of a Supabase project.
    SignIn(SignInArgs),
    /// Creates an account in a Supabase project.
    SignUp(SignInArgs),
    /// Has a sign-in code mailed.
    SendCode {
        /// The project of the account.
        #[command(flatten)]
        project: ProjectArgs,
        /// The account's email address.
        #[arg(long)]
        email: String,
    },
    /// Signs out. All sits stay on this device.
    SignOut,
    /// Prints the signed-in account, the time of the last sync, and what is pending.
    Status {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Erases the account's sits from the server. They stay on this device.
    Erase {
        /// Confirms that they are erased.
        #[arg(long)]
        yes: bool,
    },
    /// Lists the accounts that have sits on this device, with their numbers of sits.
    List {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Assigns sits to the signed-in account: those without an owner, or those of another account.
    Adopt {
        /// Leaves them on this device only.
        #[arg(long)]
        leave: bool,
        /// Moves all sits of this account: its email address, or its ID as `zafu account list` prints it.
        #[arg(long, value_name = "ACCOUNT")]
        from: Option<String>,
        /// Confirms the move from an account that is not known to be gone.
        #[arg(long, requires = "from", conflicts_with = "leave")]
        yes: bool,
    },
    /// Decides what happens to this device's sits after they were erased from the server.
    AfterErasure {
        /// The user's answer.
        answer: AfterErasure,
    },
    /// Lists the dead letters, with the reasons.
    Rejected {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Uploads the dead letters again.
    Retry,
}

/// The project of an account.
#[derive(Debug, clap::Args)]
pub struct ProjectArgs {
    /// The project's URL, such as `https://abcdefgh.supabase.co`; by default the last one.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// The project's publishable key; by default the last one.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// An account and the way to sign in to it.
#[derive(Debug, clap::Args)]
pub struct SignInArgs {
    /// The project of the account.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// The account's email address.
    #[arg(long)]
    pub email: String,

    /// Reads the password from standard input.
    #[arg(long)]
    pub password_stdin: bool,

    /// Uploads neither notes nor labels.
    #[arg(long)]
    pub keep_texts: bool,

    /// The code from the email, instead of a password.
    #[arg(long, conflicts_with = "password_stdin")]
    pub code: Option<String>,
}

/// The answers about sits that were erased from the server.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AfterErasure {
    /// They are uploaded again.
    Upload,
    /// They stay on this device only.
    Keep,
}
