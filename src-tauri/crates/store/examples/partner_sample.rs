//! Creates a database whose account has had a partner for a year, for measurements of the window.
//!
//! `cargo run --release -p zafu-store --example partner_sample -- FOLDER`

use chrono::{DateTime, TimeDelta, Utc};
use std::error::Error;
use std::path::Path;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId, UserId};
use zafu_core::partnership::{
    News, NewsKind, PartnerView, Partnership, Privacy, Role, SharedSit, Shown, Tally, Week,
};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName};
use zafu_core::session::Register;
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::{PartnerChanges, PartnerOutcomes, PartnerUpdate, Store};

const WEEKS: u32 = 52;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("pass a folder")?;
    #[allow(clippy::disallowed_methods, reason = "the weeks end now; nothing is measured")]
    let now = DateTime::<Utc>::from(std::time::SystemTime::now());
    let wall = WallTime { utc: now, offset: UtcOffset(0) };
    let store = Store::open(Path::new(&folder), wall)?;
    let account = UserId(Uuid::from_u128(1));
    // Nothing listens there: the window shows what the device knows.
    store.sign_in(account, "http://127.0.0.1:9", "sb_publishable_x", "anna@example.org")?;
    store.apply_partner(
        account,
        PartnerUpdate {
            sent: PartnerChanges::default(),
            outcomes: PartnerOutcomes::default(),
            profile: None,
            target: None,
            view: Some(view(now)?),
            partner_seq: 1,
            at: now,
        },
    )?;
    Ok(())
}

/// Returns a year of weeks with five sits of each partner, and the times of those of the last month.
fn view(now: DateTime<Utc>) -> Result<PartnerView, Box<dyn Error>> {
    let start = now - TimeDelta::weeks(i64::from(WEEKS)) + TimeDelta::days(3);
    let week = |number: u32| Week {
        number,
        start: start + TimeDelta::weeks(i64::from(number) - 1),
        goal: 10,
        mine: 5,
        partners: 5,
    };
    let sit =
        |n: i64| SharedSit { start: now - TimeDelta::days(n), length: Seconds(1200), offset: None };
    let profile = Profile {
        name: Some(ProfileName::new("Maya").map_err(|error| format!("{error:?}"))?),
        image: Some(ProfileImage::Leaf),
    };
    let privacy = Privacy::Times;
    let device = DeviceId(Uuid::nil());
    let partner =
        Shown { profile, target: DEFAULT_TARGET, privacy, times: Some((0..30).map(sit).collect()) };
    let news = News { seq: 1, kind: NewsKind::Bow, at: now - TimeDelta::hours(5), week: None };
    Ok(PartnerView {
        partnership: Some(Partnership {
            id: PartnershipId(Uuid::from_u128(2)),
            started_at: start,
            first_week_at: start,
            role: Role::Inviter,
            partner: partner.clone(),
            privacy: Register::untouched(privacy, device),
            weeks: (1..=WEEKS).map(week).collect(),
            tally: Tally { kept: WEEKS - 1, missed: 0 },
            may_bow: true,
        }),
        shown_to_partner: Some(partner),
        news: vec![news],
        ..PartnerView::default()
    })
}
