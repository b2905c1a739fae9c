//! The types about the partner: profile, weekly target, invitations, the shared weeks.

use super::IpcError;
use serde::{Deserialize, Serialize};
use zafu_core::ids::PartnershipId;
use zafu_core::partnership::{NewsKind, Privacy};
use zafu_core::profile::{ProfileImage, WeeklyTarget};
use zafu_core::time::Seconds;

/// The profile, the weekly target and the partner of the account in use, as far as this device knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartnerView {
    /// When the server was last read; `None`: never, or there is no account.
    pub read_at: Option<String>,
    /// Whether the account is signed in. Otherwise nothing is read, and no change is sent, until it is.
    pub signed_in: bool,
    /// The profile.
    pub profile: ProfileView,
    /// The sits that the user wants to sit in a week; 0: resting.
    #[cfg_attr(test, ts(as = "u32"))]
    pub target: WeeklyTarget,
    /// When the last invitation expires or has expired; `None` without one, or after it was accepted or withdrawn.
    pub invitation_expires_at: Option<String>,
    /// Whether that invitation is open and was made on this device, which can show it again. Only there is its code.
    pub can_show_invitation: bool,
    /// The current partnership.
    pub partnership: Option<PartnershipView>,
    /// The partnerships that have ended, the newest first.
    pub former: Vec<FormerPartnershipView>,
    /// The latest news of the partnership, the newest first; without one, of the last partnership.
    pub news: Vec<NewsView>,
    /// The changes that the server does not have yet.
    pub pending: Vec<PendingChange>,
    /// Why the server has rejected a change, if it has.
    pub trouble: Option<IpcError>,
}

/// One of the news of a partnership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NewsView {
    /// What happened.
    pub kind: NewsKind,
    /// When it happened.
    pub at: String,
    /// The start of the week, for [`NewsKind::Kept`] of the current partnership.
    pub week: Option<String>,
}

/// A profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProfileView {
    /// The name; empty until the user has chosen one.
    pub name: String,
    /// The picture; `None`: the initial of the name.
    pub image: Option<ProfileImage>,
}

/// What one user of a partnership sees of the other, besides the counts of the weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ShownView {
    /// The profile.
    pub profile: ProfileView,
    /// The sits that the user wants to sit in a week; 0: resting.
    #[cfg_attr(test, ts(as = "u32"))]
    pub target: WeeklyTarget,
    /// What is shown of the sits.
    pub privacy: Privacy,
    /// The sits of the last 28 days that count, the newest first; `None` unless `privacy` is `times`.
    pub times: Option<Vec<SpanView>>,
}

/// A time in which a user sat, or in which both users of a partnership did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SpanView {
    /// Its start.
    pub start: String,
    /// Its length.
    pub seconds: Seconds,
}

/// A week of 168 hours that two users share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WeekView {
    /// Its number, from 1.
    pub number: u32,
    /// Its start.
    pub start: String,
    /// The sits that both wanted to sit together; 0: both were resting.
    pub goal: u32,
    /// The user's sits that count. In the current week also those that the server does not have yet.
    pub mine: u32,
    /// The partner's sits that count, as of [`PartnerView::read_at`].
    pub partners: u32,
    /// Whether the goal is reached; `None` without a goal.
    pub kept: Option<bool>,
}

/// A current partnership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartnershipView {
    /// Its id.
    pub id: PartnershipId,
    /// When it began.
    pub started_at: String,
    /// What the partner shows.
    pub partner: ShownView,
    /// What the partner sees of the user, as of [`PartnerView::read_at`].
    pub shown: ShownView,
    /// What the user has chosen to show. The partner sees it once it is not pending.
    pub privacy: Privacy,
    /// The weeks, the oldest first; the last one is the current week.
    pub weeks: Vec<WeekView>,
    /// The weeks whose goal was reached.
    pub kept: u32,
    /// The weeks that are over without their goal reached.
    pub missed: u32,
    /// Whether the user may bow: the partner has sat since the last bow.
    pub may_bow: bool,
    /// The times in which both sat, the newest first; none unless both show their times.
    pub together: Vec<SpanView>,
}

/// A partnership that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FormerPartnershipView {
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// The weeks whose goal was reached.
    pub kept: u32,
    /// The weeks that passed without their goal reached.
    pub missed: u32,
}

/// A change that the server does not have yet. It is sent as soon as possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PendingChange {
    /// The profile.
    Profile,
    /// The weekly target.
    Target,
    /// What the partner sees.
    Privacy,
    /// A bow.
    Bow,
    /// Leaving the partnership.
    Leave,
}

/// An open invitation of the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InvitationView {
    /// The link that the invited user opens. Whoever has it can accept the invitation.
    pub link: String,
    /// A text to send to them, with the link in it.
    pub text: String,
    /// When the invitation expires.
    pub expires_at: String,
}

/// What an invitation says before it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InvitationPreview {
    /// The user who invites; `None` if only a signed-in user of the project can see it.
    pub profile: Option<ProfileView>,
    /// The address of the project without its scheme.
    pub host: String,
    /// The URL of the project, for signing in.
    pub url: String,
    /// Its publishable key, for signing in.
    pub key: String,
    /// When the invitation expires; `None` as for the profile.
    pub expires_at: Option<String>,
    /// What has to be done before the invitation can be accepted.
    pub needs: InvitationNeed,
}

/// What has to be done before an invitation can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum InvitationNeed {
    /// Nothing.
    Nothing,
    /// Sign in to the project of the invitation.
    SignIn,
    /// Sign out first: the account that is signed in belongs to another project.
    OtherProject,
}

/// How far the week is that the lotus shows: the week of the running sit, or the current one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WeekProgress {
    /// Whose week it is.
    pub mode: WeekMode,
    /// Its start.
    pub start: String,
    /// The start of the next week.
    pub end: String,
    /// The sits that the user, or both users, want to sit in it; 0: resting.
    pub goal: u32,
    /// The user's sits that count, also those that the server does not have yet, without the running sit.
    pub mine: u32,
    /// The partner's sits that count, as of the last response of the server; 0 in the user's own week.
    pub partners: u32,
    /// Whether the goal is reached; `None` without a goal.
    pub kept: Option<bool>,
    /// How far the lotus is open, from 0 to 1, without the running sit; `None` without a goal.
    pub share: Option<f64>,
    /// How far it is open once the running sit, or the next one, is completed; `None` without a goal. The same as `share` if
    /// the running sit does not count.
    pub share_with_sit: Option<f64>,
}

/// Whose week the lotus shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WeekMode {
    /// The user's own.
    Mine,
    /// That of the user and their partner.
    Ours,
}
