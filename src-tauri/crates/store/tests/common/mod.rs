//! Shared helpers: times, plans, and a timer that saves into a store.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{DateTime, Utc};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::session::Session;
use zafu_core::time::{BootId, BootTime, Moment, UtcOffset, WallTime};
use zafu_core::timer::{Command, Timer, saves};
use zafu_store::{
    Cursor, LogFilter, LogPosition, LogQuery, OwnerFilter, Pull, Push, PushedRow, RowOutcome, Store,
};

pub fn wall(utc: &str) -> WallTime {
    WallTime::new(utc.parse::<DateTime<Utc>>().unwrap(), UtcOffset(60))
}

/// Returns the time `seconds` after a fixed start, within one boot.
pub fn at(seconds: u64) -> Moment {
    Moment {
        boot: BootTime(Duration::from_secs(1000 + seconds)),
        boot_id: BootId(Uuid::from_u128(7)),
        wall: wall("2026-03-01T06:00:00Z").plus(Duration::from_secs(seconds)),
    }
}

pub fn id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

pub fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

/// Signs in the first account.
pub fn sign_in(store: &Store) {
    store.sign_in(user(1), "https://one.example", "key", "one@example.org").unwrap();
}

/// Returns the response to a push of one row.
pub fn push_of(id: SessionId, generation: i64, outcome: RowOutcome) -> Push {
    let rows = vec![PushedRow { id, generation, outcome }];
    Push { rows, version: "0.1.0".into(), moved: None, at: at(0).wall.utc }
}

/// Returns the only response to a pull, of a server that knows neither labels nor partners.
pub fn pull_of(rows: Vec<Session>, cursor: Cursor) -> Pull {
    Pull {
        rows,
        unreadable: Vec::new(),
        version: "0.1.0".into(),
        cursor,
        last: true,
        erased: None,
        labels_seq: None,
        partner_seq: None,
        keeps_texts: None,
        at: at(0).wall.utc,
    }
}

/// Acknowledges a sit of the first account at `generation`. Returns whether it is no longer pending.
pub fn acknowledge(store: &Store, session: SessionId, generation: i64) -> bool {
    let push = push_of(session, generation, RowOutcome::Accepted);
    store.apply_push(user(1), push).unwrap().acknowledged == 1
}

/// Returns a plan of `length` seconds (0: open-ended) after `preparation` seconds, without bells.
pub fn plan(length: u32, preparation: u32) -> Plan {
    Plan {
        length: Bounded::new(length).map_or(Length::Open, Length::Timed),
        delay: std::time::Duration::ZERO,
        preparation: Bounded::new(preparation).unwrap(),
        bells: Bells::default(),
        overtime: OvertimeChoice::Ask,
    }
}

pub fn start(id: SessionId, plan: Plan) -> Command {
    Command::Start { id, plan, seed: 1 }
}

/// Carries out `command` and saves the result, as the engine does.
pub fn drive(store: &Store, timer: &mut Timer, command: Command, now: Moment) {
    store.save(&saves(&timer.apply(command, now))).unwrap();
}

/// Records a completed sit of ten minutes that starts at `seconds`.
pub fn sat(store: &Store, id: SessionId, seconds: u64) {
    let mut timer = Timer::default();
    drive(store, &mut timer, start(id, plan(600, 10)), at(seconds));
    // A gap of more than a minute would leave it unsettled.
    for tick in (10..=610).step_by(60) {
        drive(store, &mut timer, Command::Tick, at(seconds + tick));
    }
    drive(store, &mut timer, Command::End { overtime: None }, at(seconds + 620));
}

/// Returns the query for a page of the log of `owner`.
pub fn query(owner: OwnerFilter, position: LogPosition, limit: u32) -> LogQuery {
    LogQuery { filter: LogFilter { owner, ..LogFilter::default() }, position, limit }
}

pub fn log(store: &Store) -> Vec<SessionId> {
    let page = LogQuery::newest(1000);
    store.sessions(&page).unwrap().into_iter().map(|session| session.id).collect()
}
