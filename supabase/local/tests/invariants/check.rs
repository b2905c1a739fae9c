//! The end of all faults, and the invariants that must hold afterwards, checked in PostgreSQL itself.

use crate::sits;
use crate::world::{World, minutes, seconds};
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::BTreeMap;
use zafu_core::ids::SessionId;
use zafu_core::session::Session;
use zafu_store::ServerRow;

/// Start of the account's partnership.
pub const PAIRED: &str = "2026-02-27T18:00:00Z";

impl World {
    /// Ends all faults, syncs both devices, and checks the invariants: at once, and a day later, after digests were
    /// compared, which finds nothing to repair.
    pub async fn heal(&mut self) {
        self.proxy.clear_script();
        for index in 0..self.devices.len() {
            self.devices[index].finish(self.now);
        }
        for _ in 0..2 {
            for _ in 0..2 {
                for index in 0..self.devices.len() {
                    let before = self.devices[index].calls;
                    self.sync_now(index, minutes(10)).await;
                    let calls = self.devices[index].calls - before;
                    assert!(calls < 40, "{calls} calls to send and read a few sits");
                    let status = self.devices[index].engine.status().unwrap();
                    assert_eq!(self.pending(index), 0, "{index} has not sent all: {status:?}");
                    assert_eq!((status.hold, status.last_failure), (None, None));
                }
            }
            self.examine();
            self.now += seconds(90_000);
        }
    }

    /// Returns the account's sessions as PostgreSQL stores them.
    pub fn there(&self) -> BTreeMap<SessionId, Session> {
        let sql =
            "select coalesce(json_agg(zafu.as_session(s)), '[]') from sessions s where userid =";
        let rows = self.backend.sql(&format!("{sql} '{}'", self.account)).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
        rows.iter().map(sits::read).map(|sit| (sit.id, sit)).collect()
    }

    /// Returns every session that was saved on any device, with all copies merged.
    pub fn saved(&self) -> BTreeMap<SessionId, Session> {
        let mut saved: BTreeMap<SessionId, Session> = BTreeMap::new();
        for sit in self.devices.iter().flat_map(|device| device.held.values()) {
            let known = saved.entry(sit.id).or_insert_with(|| sit.clone());
            *known = known.clone().join(sit);
        }
        saved
    }

    /// Checks the invariants.
    fn examine(&self) {
        let (there, saved) = (self.there(), self.saved());
        assert!(saved.len() > 3, "hardly anything was sat");
        // No sit is lost, and each is the merge of all copies that were saved.
        assert_eq!(there, saved, "the server does not have what was saved");
        for (index, device) in self.devices.iter().enumerate() {
            let mut here = BTreeMap::new();
            let backlog = device.store.for_each_server_row(self.account, |row| {
                let ServerRow::Session(sit) = row else { panic!("it can be read: {row:?}") };
                here.insert(sit.id, sit.clone());
            });
            assert_eq!(here, there, "{index} and the server do not agree");
            let backlog = backlog.unwrap();
            assert_eq!((backlog.pending, backlog.rejected, backlog.local_only), (0, 0, 0));
        }
        let devices: Vec<_> = self
            .devices
            .iter()
            .map(|device| format!("'{}'", device.store.device().unwrap()))
            .collect();
        let none = [
            format!("userid <> '{}' and deviceid in ({})", self.account, devices.join(",")),
            "iscompleted and (completedat is null or startedat is null)".to_owned(),
        ];
        for wrong in none {
            let count = self.backend.sql(&format!("select count(*) from sessions where {wrong}"));
            assert_eq!(count.unwrap(), "0", "{wrong}");
        }
        assert_eq!(self.counted(), self.recount(&there), "counts are not what a recount gives");
    }

    /// Returns the counts of the weeks as the server stores them.
    pub fn counted(&self) -> BTreeMap<i64, i64> {
        let sql =
            "select weeknumber, invitersits from weeks where invitersits > 0 and partnershipid =";
        let rows = self.backend.sql(&format!("{sql} '{}'", self.partnership)).unwrap();
        let pair = |line: &str| {
            let (week, sits) = line.split_once('|').unwrap();
            (week.parse().unwrap(), sits.parse().unwrap())
        };
        rows.lines().map(pair).collect()
    }

    /// Counts the sessions of each week.
    fn recount(&self, there: &BTreeMap<SessionId, Session>) -> BTreeMap<i64, i64> {
        let now = self.backend.sql("select to_json(now() + interval '1 day') #>> '{}'").unwrap();
        let (first, last) = (sits::moment(PAIRED), sits::moment(&now));
        let mut weeks = BTreeMap::new();
        for sit in there.values().filter(|sit| sit.counts()) {
            let start = sit.effective_start().utc;
            if (first..last).contains(&start) {
                *weeks.entry((start - first).num_milliseconds() / WEEK + 1).or_default() += 1;
            }
        }
        weeks
    }
}

const WEEK: i64 = TimeDelta::days(7).num_milliseconds();
