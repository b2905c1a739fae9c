//! Sample data of every kind, for the fixture of each format.

use crate::{
    CommitProgress, Cursor, ImportOutcome, ImportSource, KeptInvitation, Ownerless, PartnerChanges,
    PartnerOutcomes, PartnerUpdate, Pull, Store, UnreadableRow,
};
use chrono::{DateTime, Utc};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::edit::{ManualSit, SessionEdit};
use zafu_core::ids::{SessionId, UserId};
use zafu_core::invitation::InvitationCode;
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_core::partnership::PartnerView;
use zafu_core::plan::{Length, OvertimeChoice, Plan};
use zafu_core::profile::{Profile, ProfileName};
use zafu_core::session::Origin;
use zafu_core::settings::{Preset, Settings, Theme};
use zafu_core::time::{BootId, BootTime, Moment, Seconds, UtcOffset, WallTime};
use zafu_core::timer::{Answer, Command, OvertimeAnswer, Timer, saves};

fn at(seconds: u64) -> Moment {
    let start: DateTime<Utc> = "2026-03-01T06:00:00.250Z".parse().unwrap();
    Moment {
        boot: BootTime(Duration::from_secs(seconds)),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: WallTime::new(start, UtcOffset(-210)).plus(Duration::from_secs(seconds)),
    }
}

fn id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0000 + n))
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x0197_0000_0000_4000_8000_0000_0000_0000 + n))
}

struct Sitting<'a> {
    store: &'a Store,
    timer: Timer,
    seconds: u64,
}

impl Sitting<'_> {
    fn after(&mut self, seconds: u64, command: Command) {
        self.seconds += seconds;
        let effects = self.timer.apply(command, at(self.seconds));
        self.store.save(&saves(&effects)).unwrap();
    }

    fn start(&mut self, n: u128, length: u32, preparation: u32) {
        let plan = Plan {
            length: Bounded::new(length).map_or(Length::Open, Length::Timed),
            delay: std::time::Duration::ZERO,
            preparation: Bounded::new(preparation).unwrap(),
            bells: zafu_core::plan::Bells::default(),
            overtime: OvertimeChoice::Ask,
        };
        self.after(100, Command::Start { id: id(n), plan, seed: 3 });
    }
}

/// Fills an empty store.
pub(crate) fn fill(store: &Store) {
    let mut sitting = Sitting { store, timer: Timer::default(), seconds: 0 };
    // A sit of the first account; all others are ownerless.
    store.sign_in(user(1), "https://one.example", "key", "one@example.org").unwrap();
    sitting.start(12, 60, 0);
    sitting.after(30, Command::End { overtime: None });
    store.sign_out().unwrap();
    let end = |overtime| Command::End { overtime };
    // Completed: without overtime, with overtime, with dropped overtime.
    for (n, overtime) in
        [(1, None), (2, Some(OvertimeAnswer::Add)), (3, Some(OvertimeAnswer::Drop))]
    {
        sitting.start(n, 60, 0);
        sitting.after(59, Command::Tick);
        sitting.after(10, end(overtime));
    }
    // Ended early after a pause, open-ended, discarded, ended in the preparation.
    sitting.start(4, 600, 0);
    sitting.after(20, Command::Pause);
    sitting.after(500, Command::Resume);
    sitting.after(20, end(None));
    sitting.start(5, 0, 10);
    sitting.after(50, end(None));
    sitting.start(6, 600, 0);
    sitting.after(30, Command::Discard);
    sitting.start(7, 600, 60);
    sitting.after(30, end(None));
    // Resolved, unsettled in the preparation, unsettled in the planned time, running.
    sitting.start(8, 600, 0);
    sitting.after(900, Command::Resolve { id: id(8), answer: Answer::Gap });
    sitting.after(0, Command::Resolve { id: id(8), answer: Answer::Gap });
    sitting.start(9, 600, 60);
    sitting.after(900, Command::Tick);
    sitting.start(10, 0, 0);
    sitting.after(900, Command::Tick);
    sitting.start(11, 1200, 0);
    sitting.after(45, Command::Tick);

    store.edit(id(1), SessionEdit::texts("雨 rain", "morning"), at(0).wall.utc).unwrap();
    store.edit(id(2), SessionEdit::texts("two\nlines", ""), at(0).wall.utc).unwrap();
    store.delete(&[id(3).into()], at(sitting.seconds).wall.utc).unwrap();
    store.delete(&[id(4).into()], at(sitting.seconds).wall.utc).unwrap();
    store.undelete(&[id(4).into()]).unwrap();
    let morning = LabelKey("morning".into());
    store.change_label(&morning, "Am Morgen", Colour::Teal, Shape::Star).unwrap();
    store.create_label("Gehen", Colour::Green, Shape::Circle).unwrap();
    store.merge_label(&LabelKey("Gehen".into()), &morning).unwrap();
    store.save_settings(&Settings { theme: Theme::Dark, ..Settings::default() }).unwrap();
    for (n, name) in [(1, "Morning"), (2, "Abend")] {
        let plan = Settings::default().plan;
        store.save_preset(&Preset { id: Uuid::from_u128(n), name: name.into(), plan }).unwrap();
    }
    let of_another = store.session(id(12)).unwrap().unwrap();
    // Data of a sync, most of it of the second account.
    assert_eq!(
        store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap(),
        Ownerless::Undecided(10)
    );
    store.assign_ownerless().unwrap();
    let cursor = Cursor { seq: 7, history_id: Uuid::from_u128(7) };
    let pull = Pull {
        // Another account has this id on this device.
        rows: vec![of_another],
        unreadable: vec![UnreadableRow {
            id: Uuid::from_u128(70),
            body: r#"{"source": "watch"}"#.into(),
        }],
        version: "0.1.0".into(),
        cursor,
        last: true,
        erased: Some(Uuid::from_u128(8)),
        labels_seq: None,
        partner_seq: None,
        keeps_texts: None,
        at: at(0).wall.utc,
    };
    store.apply_pull(user(2), pull).unwrap();
    store.record_comparison(user(2), at(0).wall.utc).unwrap();
    store.record_deleted(user(1)).unwrap();
    store.decline(user(1)).unwrap();
    store.record_health(user(2), "well").unwrap();
    store.set_keeps_texts(user(1), true).unwrap();
    store.record_sign_up("https://three.example", "Three@example.org", true).unwrap();
    let name = ProfileName::new("慈悲").unwrap();
    store.set_profile(Profile { name: Some(name), image: None }).unwrap();
    let response = PartnerUpdate {
        sent: PartnerChanges::default(),
        outcomes: PartnerOutcomes::default(),
        profile: None,
        target: None,
        view: Some(PartnerView::default()),
        partner_seq: 3,
        at: at(0).wall.utc,
    };
    store.apply_partner(user(2), response).unwrap();
    let code = InvitationCode::new([7; 16]);
    let expires_at = Some(at(0).wall.utc);
    store.keep_invitation(user(2), Some(KeptInvitation { code, expires_at })).unwrap();
    store.on_writer(|connection| {
        connection
            .execute_batch(
                "INSERT INTO former_devices (id, reason, retiredat)
                 VALUES ('00000000-0000-0000-0000-000000000009', 'restored', '2026-02-28T05:00:00.000Z');
                 UPDATE sessions SET correctedstart = '2026-02-28T05:00:00.000Z', correctedlength = 1800,
                   correctedoffset = 120,
                   detailsrevision = detailsrevision + 1
                 WHERE id = (SELECT id FROM sessions WHERE note LIKE 'two%');
                 UPDATE outbox SET state = 'rejected', last_code = 'bad_note'
                 WHERE generation = (SELECT max(generation) FROM outbox);
                 UPDATE outbox SET state = 'local_only'
                 WHERE generation = (SELECT min(generation) FROM outbox WHERE state = 'pending');",
            )
            .unwrap();
    });
    import(store);
}

/// Imports two sits, and undoes it after the user has deleted one of them.
fn import(store: &Store) {
    let mut staged = store.stage_import().unwrap();
    for n in [20, 21] {
        let sit = ManualSit {
            id: id(n),
            start: at(0).wall.minus(Duration::from_secs(86_400)),
            length: Seconds(600),
            note: "imported".into(),
            label: "morning".into(),
        };
        let origin = Origin { deviceid: store.device().unwrap(), createdat: at(0).wall.utc };
        staged.add(0, &sit.session(origin).unwrap()).unwrap();
    }
    let source = ImportSource {
        files: vec!["log.csv".into()],
        formats: vec!["insight-timer".into()],
        zone: Some("Asia/Tokyo".into()),
        skipped: 3,
    };
    let on_progress: CommitProgress = std::sync::Arc::new(|_| true);
    let outcome = staged.commit(&source, at(0).wall, &on_progress).unwrap();
    let ImportOutcome::Imported(info) = outcome else { panic!("{outcome:?}") };
    store.delete(&[id(20).into()], at(1).wall.utc).unwrap();
    store.undo_import(info.id, at(2).wall.utc).unwrap();
}
