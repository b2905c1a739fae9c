//! The arguments of `zafu partner` and `zafu profile`.

use crate::usage::InvalidValue;
use clap::{Subcommand, ValueEnum};
use zafu_core::message;
use zafu_core::partnership::Privacy;
use zafu_core::profile::{ProfileImage, WeeklyTarget};

/// A command for the partner.
#[derive(Debug, Subcommand)]
pub enum PartnerCommand {
    /// Prints the partner and the shared weeks, as of the last sync.
    Status {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints an invitation to send to somebody.
    Invite {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows an invitation, and accepts it once the user has confirmed it.
    Join(Join),
    /// Withdraws the invitation.
    Withdraw,
    /// Bows to the partner.
    Bow,
    /// Sets what the partner sees of the sits.
    Privacy {
        /// What the partner sees.
        level: PrivacyLevel,
    },
    /// Leaves the partnership.
    Leave {
        /// Confirms that it ends.
        #[arg(long)]
        yes: bool,
    },
}

/// The invitation to accept.
#[derive(Debug, clap::Args)]
pub struct Join {
    /// A text with the link of the invitation; `-`: standard input, so that the shell does not store it.
    pub text: String,

    /// Uploads notes and labels too; by default they stay on this device.
    #[arg(long)]
    pub upload_texts: bool,

    /// Accepts it without a question.
    #[arg(long)]
    pub yes: bool,
}

/// What a partner sees of the sits.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PrivacyLevel {
    /// How many.
    Counts,
    /// Also when.
    Times,
}

impl From<PrivacyLevel> for Privacy {
    fn from(level: PrivacyLevel) -> Self {
        match level {
            PrivacyLevel::Counts => Self::Counts,
            PrivacyLevel::Times => Self::Times,
        }
    }
}

/// What a partner sees of the user, and the weekly target.
#[derive(Debug, clap::Args)]
pub struct Profile {
    /// Sets the name.
    #[arg(long)]
    pub name: Option<String>,

    /// Sets the picture.
    #[arg(long, value_name = "PICTURE")]
    pub image: Option<Picture>,

    /// Sets the number of sits that the user wants to sit in a week.
    #[arg(long, value_name = "SITS", value_parser = target, allow_hyphen_values = true)]
    pub target: Option<WeeklyTarget>,

    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// The pictures of a profile.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "each is named for what it shows")]
pub enum Picture {
    /// The initial of the name.
    Initial,
    Lotus,
    Bowl,
    Stone,
    Leaf,
    Wave,
    Moon,
    Mountain,
    Bird,
}

impl From<Picture> for Option<ProfileImage> {
    fn from(picture: Picture) -> Self {
        Some(match picture {
            Picture::Initial => return None,
            Picture::Lotus => ProfileImage::Lotus,
            Picture::Bowl => ProfileImage::Bowl,
            Picture::Stone => ProfileImage::Stone,
            Picture::Leaf => ProfileImage::Leaf,
            Picture::Wave => ProfileImage::Wave,
            Picture::Moon => ProfileImage::Moon,
            Picture::Mountain => ProfileImage::Mountain,
            Picture::Bird => ProfileImage::Bird,
        })
    }
}

fn target(text: &str) -> Result<WeeklyTarget, InvalidValue> {
    let target = text.parse().ok().and_then(|sits| WeeklyTarget::new(sits).ok());
    target.ok_or_else(|| InvalidValue(message!("cli-usage-target", text = text)))
}
