//! Stores sits while no engine runs, with the timer and the store themselves, because an engine would push them as soon
//! as they are saved.

use crate::zafu::Zafu;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::bounded::Bounded;
use zafu_core::ids::SessionId;
use zafu_core::plan::{Bells, Length, OvertimeChoice, Plan};
use zafu_core::timer::{Command, Timer, saves};
use zafu_store::Store;

const HALF: Duration = Duration::from_secs(30);

/// Stores a sit of one minute, completed or ended after 30 s. Returns its id.
pub fn sit(zafu: &Zafu, to_its_end: bool) -> String {
    let mut now = zafu_engine::system::clock().now();
    let store = Store::open(zafu.data(), now.wall).unwrap();
    let mut timer = Timer::default();
    let plan = Plan {
        length: Bounded::new(60).map_or(Length::Open, Length::Timed),
        delay: std::time::Duration::ZERO,
        preparation: Bounded::new(0).unwrap(),
        bells: Bells::default(),
        overtime: OvertimeChoice::Never,
    };
    let id = SessionId(Uuid::now_v7());
    let start = Command::Start { id, plan, seed: 1 };
    let half_way = if to_its_end { Command::Tick } else { Command::End { overtime: None } };
    for command in [start, half_way, Command::Tick] {
        store.save(&saves(&timer.apply(command, now))).unwrap();
        now.boot = now.boot + HALF;
        now.wall = now.wall.plus(HALF);
    }
    id.0.to_string()
}
