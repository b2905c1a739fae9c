//! Partnerships: two users of one project who keep a weekly goal together.
//!
//! This module has what a device knows of a partnership, and the rules of its weeks; [`model`] has the rules of inviting,
//! accepting and leaving for any number of users, to which tests hold the server.

pub mod model;
mod together;
mod weeks;

pub use together::{MIN_TOGETHER, SharedSit, together};
pub use weeks::{Tally, WEEK, Week, first_week_at, week_number, week_share, week_start};

use crate::ids::PartnershipId;
use crate::message;
use crate::message::Message;
use crate::named::named;
use crate::profile::{Profile, WeeklyTarget};
use crate::session::Register;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The time after which an invitation can no longer be accepted.
pub const INVITATION_VALID: TimeDelta = TimeDelta::days(7);
/// The number of refusals with [`Refusal::NotOpen`] that one user can get in an hour.
pub const MAX_ATTEMPTS_PER_HOUR: usize = 20;

named! {
    /// Which of the two users of a partnership one is.
    Role {
        /// The user who invited.
        Inviter = "inviter",
        /// The user who accepted.
        Invitee = "invitee",
    }
}

impl Role {
    /// Returns the role of the partner.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Inviter => Self::Invitee,
            Self::Invitee => Self::Inviter,
        }
    }
}

named! {
    /// What a user shows to their partner.
    Privacy {
        /// The number of sits in each week.
        Counts = "counts",
        /// Also when each sit of the last 28 days began and how long it was.
        Times = "times",
    }
}

named! {
    /// Why the server refuses an invitation. A refusal is a regular response, not a failed request.
    Refusal {
        /// The invitation is unknown, used, expired or withdrawn, or the inviting user has another partner since.
        NotOpen = "not_open",
        /// It is the user's own invitation.
        Own = "own",
        /// The two users are partners already.
        AlreadyPartners = "already_partners",
        /// The user is in a partnership.
        InPartnership = "in_partnership",
        /// The user has tried [`MAX_ATTEMPTS_PER_HOUR`] times.
        TooManyAttempts = "too_many_attempts",
    }
}

impl Refusal {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::NotOpen => message!("partner-refusal-not-open"),
            Self::Own => message!("partner-refusal-own"),
            Self::AlreadyPartners => message!("partner-refusal-already-partners"),
            Self::InPartnership => message!("partner-refusal-in-partnership"),
            Self::TooManyAttempts => message!("partner-refusal-too-many-attempts"),
        }
    }
}

crate::message_error!(Refusal);

/// What the server last said about the partner of an account. Each response replaces it whole, so that a device keeps
/// nothing that the partner shows no longer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerView {
    /// When the open invitation of the user expires; none if there is none.
    pub invitation_expires_at: Option<DateTime<Utc>>,
    /// The current partnership.
    pub partnership: Option<Partnership>,
    /// What the partner sees of the user.
    pub shown_to_partner: Option<Shown>,
    /// The partnerships that have ended.
    pub former: Vec<FormerPartnership>,
    /// The latest news, the oldest first.
    pub news: Vec<News>,
}

/// A current partnership, as one of its users sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partnership {
    /// Its id.
    pub id: PartnershipId,
    /// The sits from this moment on count.
    pub started_at: DateTime<Utc>,
    /// The start of the first week.
    pub first_week_at: DateTime<Utc>,
    /// The role of the user.
    pub role: Role,
    /// What the partner shows.
    pub partner: Shown,
    /// What the user shows.
    pub privacy: Register<Privacy>,
    /// The newest weeks, the oldest first.
    pub weeks: Vec<Week>,
    /// The totals over all weeks.
    pub tally: Tally,
    /// Whether the user may bow: the partner's count has risen since the last bow.
    pub may_bow: bool,
}

/// What one user of a partnership sees of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The profile.
    pub profile: Profile,
    /// The weekly target.
    pub target: WeeklyTarget,
    /// What the user shows of their sits.
    pub privacy: Privacy,
    /// The sits of the last 28 days that count; none unless `privacy` is [`Privacy::Times`].
    pub times: Option<Vec<SharedSit>>,
}

/// A partnership that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerPartnership {
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// The totals over all weeks.
    pub tally: Tally,
}

impl Partnership {
    /// Returns whether `news` are about this partnership, which lasts. That the partner has left is about an earlier one: it may
    /// be later than the start of this one, which can be the very end of that one.
    #[must_use]
    pub fn has_news(&self, news: &News) -> bool {
        news.at > self.started_at && news.kind != NewsKind::Left
    }
}

/// One of the news of a partnership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Its number, greater than that of all earlier news of the user.
    pub seq: i64,
    /// What happened.
    pub kind: NewsKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The number of the week, for [`NewsKind::Kept`].
    pub week: Option<u32>,
}

named! {
    /// What happened in a partnership.
    NewsKind {
        /// The partner accepted the user's invitation.
        Joined = "joined",
        /// The goal of a week was reached.
        Kept = "kept",
        /// The partner left.
        Left = "left",
        /// The partner bowed.
        Bow = "bow",
    }
}

#[cfg(test)]
mod tests {
    use super::{NewsKind, Privacy, Refusal, Role};
    use crate::profile::ProfileImage;

    #[test]
    fn names_are_the_serialized_ones() {
        macro_rules! check {
            ($($Name:ty),+) => {$(
                for value in <$Name>::ALL {
                    assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
                    assert_eq!(<$Name>::from_name(value.as_str()), Some(*value));
                }
            )+};
        }
        check!(Role, Privacy, Refusal, NewsKind, ProfileImage);
        assert_eq!(Refusal::from_name("gone"), None);
    }
}
