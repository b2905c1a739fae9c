//! `zafu partner` and `zafu profile`: the partner, the shared weeks and the user's profile, through the running engine, or
//! directly if no engine is running.

use crate::failure::{ACCOUNT_ATTENTION, Failure, USAGE};
use crate::print::{local, print_json};
use crate::{confirm, outcome};
use chrono::{DateTime, TimeDelta};
use serde::Serialize;
use std::io::{self, IsTerminal, Read};
use zafu_cli::args::{Join, PartnerCommand, Profile};
use zafu_core::message;
use zafu_core::message::Message;
use zafu_core::partnership::NewsKind;
use zafu_core::profile::{ProfileImage, WeeklyTarget};
use zafu_engine::protocol::{
    InvitationNeed, InvitationPreview, NewsView, PartnerView, PartnershipView, PendingChange,
    ProfileView, Secret, SpanView, WeekView,
};
use zafu_engine::{DataFolder, PartnerClient, output, system};
use zafu_messages::text;

/// The maximum length of a text with an invitation, in bytes.
const MAX_TEXT_BYTES: u64 = 1 << 16;
/// The number of times in which both sat that are listed.
const TOGETHER: usize = 3;
/// The number of weeks before the current one that are listed.
const PAST_WEEKS: usize = 8;

/// Runs a subcommand of `zafu partner`.
pub fn run(
    folder: &DataFolder,
    command: Option<PartnerCommand>,
    json: bool,
) -> Result<(), Failure> {
    match command.unwrap_or(PartnerCommand::Status { json }) {
        PartnerCommand::Status { json } => status(&PartnerClient::connect(folder)?.view()?, json),
        PartnerCommand::Invite { json } => invite(folder, json),
        PartnerCommand::Join(join) => self::join(folder, join),
        PartnerCommand::Withdraw => {
            PartnerClient::connect(folder)?.withdraw()?;
            outcome::print(text!("cli-partner-withdrawn"));
            Ok(())
        }
        PartnerCommand::Bow => {
            let view = PartnerClient::connect(folder)?.bow()?;
            changed(&view, PendingChange::Bow, text!("cli-partner-bowed"));
            Ok(())
        }
        PartnerCommand::Privacy { level } => {
            let view = PartnerClient::connect(folder)?.set_privacy(level.into())?;
            changed(&view, PendingChange::Privacy, text!("cli-partner-privacy-saved"));
            Ok(())
        }
        PartnerCommand::Leave { yes: false } => {
            Err(Failure::new(USAGE, message!("cli-partner-leave-unconfirmed")))
        }
        PartnerCommand::Leave { yes: true } => {
            let view = PartnerClient::connect(folder)?.leave()?;
            changed(&view, PendingChange::Leave, text!("cli-partner-left"));
            Ok(())
        }
    }
}

/// Prints what was changed, whether the server has it, and why the server has rejected an earlier change, if it has.
fn changed(view: &PartnerView, change: PendingChange, done: String) {
    outcome::print(done);
    if view.pending.contains(&change) {
        output::print(match view.signed_in {
            true => text!("cli-partner-pending"),
            false => text!("cli-partner-pending-sign-in"),
        });
    }
    if let Some(trouble) = &view.trouble {
        output::print_error(text(&trouble.message));
    }
}

/// Prints the invitation. Only the text to send is on standard output, so that it can be piped.
fn invite(folder: &DataFolder, json: bool) -> Result<(), Failure> {
    let invitation = PartnerClient::connect(folder)?.invite()?;
    if json {
        return print_json(&invitation);
    }
    output::print(&invitation.text);
    let until = local(&invitation.expires_at);
    output::print_error_plain(&(text!("cli-partner-invited", time = until) + "\n"));
    Ok(())
}

/// Shows an invitation, and accepts it once the user has confirmed it.
fn join(folder: &DataFolder, join: Join) -> Result<(), Failure> {
    let invitation = Secret(if join.text == "-" { read()? } else { join.text });
    // Dropped at once: a sit can be started while the user is asked.
    let InvitationPreview { profile, host, url, key, expires_at, needs } =
        PartnerClient::connect(folder)?.preview(invitation.clone())?;
    let host = host.as_str();
    // A server of an older version shows it only to its users.
    if let Some(profile) = &profile {
        let name = name(profile);
        print_with_name(&match expires_at.as_deref().map(local) {
            Some(time) => text!("cli-partner-invites", host = host, name = name, time = time),
            None => text!("cli-partner-invites-always", host = host, name = name),
        });
    }
    match needs {
        InvitationNeed::Nothing => {}
        InvitationNeed::SignIn => {
            let message = message!("cli-partner-join-sign-in", host = host, key = key, url = url);
            return Err(Failure::new(ACCOUNT_ATTENTION, message));
        }
        InvitationNeed::OtherProject => {
            let message = message!("cli-partner-join-other-project", host = host);
            return Err(Failure::new(ACCOUNT_ATTENTION, message));
        }
    }
    output::print(text!("cli-partner-join-shows"));
    let mut keeps_texts = !join.upload_texts;
    if !join.yes {
        match confirm::ask(&text!("cli-partner-join-question"))? {
            Some(true) => {}
            Some(false) => {
                output::print(text!("cli-partner-join-declined"));
                return Ok(());
            }
            None => return Err(Failure::new(USAGE, message!("cli-partner-join-unconfirmed"))),
        }
        if keeps_texts {
            let question = text!("cli-partner-join-texts-question", host = host);
            keeps_texts = confirm::ask(&question)? != Some(true);
        }
    }
    let view = PartnerClient::connect(folder)?.accept(invitation, keeps_texts)?;
    outcome::print(text!("cli-partner-joined"));
    output::print(match keeps_texts {
        true => text!("cli-partner-texts-kept"),
        false => text!("cli-partner-texts-uploaded", host = host),
    });
    if view.profile.name.is_empty() {
        output::print(text!("cli-profile-no-name"));
    }
    Ok(())
}

/// Reads the text with the invitation from standard input: every other process can read arguments.
fn read() -> io::Result<String> {
    let input = io::stdin();
    if input.is_terminal() {
        output::print_error_plain(&(text!("cli-partner-join-paste") + "\n"));
    }
    let mut text = String::new();
    input.lock().take(MAX_TEXT_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Returns the name of a user for a sentence, on one line. One that is written right to left is isolated (UAX #9), so that it
/// does not reorder the words; terminals may show the marks, so no other has them.
fn name(profile: &ProfileView) -> Message {
    match output::without_control_characters(&profile.name).trim() {
        "" => message!("cli-partner-unnamed"),
        name if name.chars().any(is_right_to_left) => {
            message!("cli-partner-name", name = format!("\u{2068}{name}\u{2069}"))
        }
        name => message!("cli-partner-name", name = name),
    }
}

/// Returns whether a character is in a block of letters that are written right to left (`DerivedBidiClass.txt`).
fn is_right_to_left(symbol: char) -> bool {
    matches!(
        symbol,
        '\u{590}'..='\u{8FF}'
            | '\u{FB1D}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFC}'
            | '\u{10800}'..='\u{10FFF}'
            | '\u{1E800}'..='\u{1EFFF}'
    )
}

/// Prints a line with a [`name`], whose marks [`output::print`] would remove. Nothing else in it may be of another user.
fn print_with_name(line: &str) {
    output::print_plain(&format!("{line}\n"));
}

/// Prints the partner and the shared weeks.
fn status(view: &PartnerView, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(view);
    }
    match &view.partnership {
        Some(partnership) => print_partnership(view, partnership),
        None => output::print(text!("cli-partner-none")),
    }
    view.news.iter().for_each(print_news);
    if let Some(expires_at) = view.invitation_expires_at.as_deref() {
        let now = system::clock().now().wall.utc;
        let is_open = DateTime::parse_from_rfc3339(expires_at).is_ok_and(|at| at > now);
        let time = local(expires_at);
        output::print(match is_open {
            true => text!("cli-partner-invitation", time = time),
            false => text!("cli-partner-invitation-expired", time = time),
        });
    }
    for former in &view.former {
        let (start, end) = (date(&former.started_at), date(&former.ended_at));
        let (kept, weeks) = (former.kept, former.kept.saturating_add(former.missed));
        output::print(text!(
            "cli-partner-former",
            end = end,
            kept = kept,
            start = start,
            weeks = weeks
        ));
    }
    if !view.pending.is_empty() {
        let changes: Vec<_> =
            view.pending.iter().map(|change| text(&change_name(*change))).collect();
        output::print(text!("cli-partner-waiting", changes = changes.join(", ")));
    }
    if let Some(trouble) = &view.trouble {
        output::print(text!("cli-trouble", trouble = trouble.message.clone()));
    }
    if let Some(time) = view.read_at.as_deref() {
        output::print(text!("cli-partner-read", time = local(time)));
        if !view.signed_in {
            output::print(text!("cli-partner-signed-out"));
        }
    }
    Ok(())
}

fn print_partnership(view: &PartnerView, partnership: &PartnershipView) {
    let PartnershipView { partner, privacy, kept, missed, together, .. } = partnership;
    let (name, since) = (name(&partner.profile), date(&partnership.started_at));
    print_with_name(&text!("cli-partner-with", name = name, since = since));
    if let Some((week, past)) = partnership.weeks.split_last() {
        output::print(this_week(week));
        let weeks: Vec<_> = past.iter().rev().take(PAST_WEEKS).map(past_week).collect();
        if !weeks.is_empty() {
            output::print(text!("cli-partner-weeks", weeks = weeks.join("; ")));
        }
    }
    output::print(text!("cli-partner-kept", kept = *kept, weeks = kept.saturating_add(*missed)));
    let (mine, partners) = (view.target.get(), partner.target.get());
    output::print(text!("cli-partner-targets", mine = mine, partners = partners));
    let (mine, partners) = (privacy.as_str(), partner.privacy.as_str());
    output::print(text!("cli-partner-privacy", mine = mine, partners = partners));
    for SpanView { start, seconds } in together.iter().take(TOGETHER) {
        let (time, length) = (local(start), seconds.to_string());
        output::print(text!("cli-partner-together", length = length, time = time));
    }
    if partnership.may_bow {
        output::print(text!("cli-partner-may-bow"));
    }
}

fn this_week(week: &WeekView) -> String {
    let WeekView { start, goal, mine, partners, .. } = week;
    let until = DateTime::parse_from_rfc3339(start).map_or_else(
        |_| start.clone(),
        |start| local(&(start + TimeDelta::hours(168)).to_rfc3339()),
    );
    match goal {
        0 => text!("cli-partner-week-resting", mine = *mine, partners = *partners, time = until),
        goal => text!(
            "cli-partner-week",
            goal = *goal,
            mine = *mine,
            partners = *partners,
            sits = mine.saturating_add(*partners),
            time = until,
        ),
    }
}

fn past_week(week: &WeekView) -> String {
    let WeekView { start, goal, mine, partners, kept, .. } = week;
    let (start, sits) = (date(start), mine.saturating_add(*partners));
    match kept {
        None => text!("cli-partner-week-rested", sits = sits, start = start),
        Some(true) => text!("cli-partner-week-kept", goal = *goal, sits = sits, start = start),
        Some(false) => text!("cli-partner-week-open", goal = *goal, sits = sits, start = start),
    }
}

fn print_news(news: &NewsView) {
    let date = self::date(&news.at);
    output::print(match (news.kind, news.week.as_deref().map(self::date)) {
        (NewsKind::Joined, _) => text!("cli-partner-news-joined", date = date),
        (NewsKind::Bow, _) => text!("cli-partner-news-bow", date = date),
        (NewsKind::Kept, Some(start)) => {
            text!("cli-partner-news-kept", date = date, start = start)
        }
        (NewsKind::Kept, None) => text!("cli-partner-news-kept-some", date = date),
        (NewsKind::Left, _) => text!("cli-partner-news-left", date = date),
    });
}

/// Returns the day of a time with a UTC offset.
fn date(time: &str) -> String {
    local(time).chars().take(10).collect()
}

fn change_name(change: PendingChange) -> Message {
    match change {
        PendingChange::Profile => message!("cli-partner-change-profile"),
        PendingChange::Target => message!("cli-partner-change-target"),
        PendingChange::Privacy => message!("cli-partner-change-privacy"),
        PendingChange::Bow => message!("cli-partner-change-bow"),
        PendingChange::Leave => message!("cli-partner-change-leave"),
    }
}

/// What `zafu profile --json` prints.
#[derive(Serialize)]
struct ProfileOutput<'a> {
    name: &'a str,
    image: Option<ProfileImage>,
    target: WeeklyTarget,
    pending: Vec<PendingChange>,
}

/// Changes the profile and the weekly target, or prints them.
pub fn profile(folder: &DataFolder, profile: Profile) -> Result<(), Failure> {
    let Profile { name, image, target, json } = profile;
    let mut client = PartnerClient::connect(folder)?;
    let mut view = client.view()?;
    let mut saved = vec![];
    if name.is_some() || image.is_some() {
        let name = name.unwrap_or_else(|| view.profile.name.clone());
        let image = image.map_or(view.profile.image, Into::into);
        view = client.set_profile(ProfileView { name, image })?;
        saved.push((PendingChange::Profile, text!("cli-profile-saved")));
    }
    if let Some(target) = target {
        view = client.set_target(target)?;
        saved.push((PendingChange::Target, text!("cli-profile-target-saved")));
    }
    if json {
        saved.into_iter().for_each(|(_, sentence)| outcome::record(sentence));
        let is_of_profile = |change: &PendingChange| {
            matches!(change, PendingChange::Profile | PendingChange::Target)
        };
        return print_json(&ProfileOutput {
            name: &view.profile.name,
            image: view.profile.image,
            target: view.target,
            pending: view.pending.iter().copied().filter(is_of_profile).collect(),
        });
    }
    if saved.is_empty() {
        print_with_name(&match view.profile.name.as_str() {
            "" => text!("cli-profile-no-name"),
            _ => text!("cli-profile-name", name = self::name(&view.profile)),
        });
        output::print(text!(
            "cli-profile-image",
            image = view.profile.image.map_or("initial", ProfileImage::as_str)
        ));
        output::print(text!("cli-profile-target", target = view.target.get()));
    }
    for (change, sentence) in saved {
        changed(&view, change, sentence);
    }
    Ok(())
}
