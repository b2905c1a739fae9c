//! The end of all faults, and the invariants that must hold afterwards, checked in PostgreSQL itself.

use crate::sits;
use crate::world::{World, minutes, seconds};
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::BTreeMap;
use zafu_core::ids::SessionId;
use zafu_core::label::{LabelDetails, LabelKey, resolve};
use zafu_core::session::Session;
use zafu_store::ServerRow;

/// Start of the account's partnership.
pub const PARTNERSHIP_START: &str = "2026-02-27T18:00:00Z";

impl World {
    /// Ends all faults, syncs both devices, and checks the invariants: at once, and a day later, after digests were
    /// compared, which finds nothing to repair.
    pub async fn recover(&mut self) {
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
                    assert_eq!(self.pending(index), 0, "{index} has rows left to send: {status:?}");
                    assert_eq!((status.hold, status.last_failure), (None, None));
                    let store = &self.devices[index].store;
                    assert!(
                        !store.labels_are_due(self.account).unwrap(),
                        "{index} has labels left"
                    );
                }
            }
            self.check_invariants();
            self.now += seconds(90_000);
        }
    }

    /// Returns the account's sessions as PostgreSQL stores them.
    pub fn sessions_on_server(&self) -> BTreeMap<SessionId, Session> {
        let sql =
            "select coalesce(json_agg(zafu.as_session(s)), '[]') from sessions s where userid =";
        let rows = self.backend.sql(&format!("{sql} '{}'", self.account)).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
        rows.iter().map(sits::read).map(|sit| (sit.id, sit)).collect()
    }

    /// Returns every session that was saved on any device, with all copies merged.
    pub fn saved(&self) -> BTreeMap<SessionId, Session> {
        let mut saved: BTreeMap<SessionId, Session> = BTreeMap::new();
        for sit in self.devices.iter().flat_map(|device| device.seen.values()) {
            let known = saved.entry(sit.id).or_insert_with(|| sit.clone());
            *known = known.clone().join(sit);
        }
        saved
    }

    /// Checks that both devices show the labels as PostgreSQL stores them.
    fn check_labels(&self) {
        let sql = "select coalesce(json_agg(l), '[]') from labels l where userid =";
        let rows = self.backend.sql(&format!("{sql} '{}'", self.account)).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
        let labels: BTreeMap<LabelKey, LabelDetails> = rows
            .into_iter()
            .map(|row| {
                let key = LabelKey(row["key"].as_str().unwrap().into());
                (key, serde_json::from_value(row).unwrap())
            })
            .collect();
        let resolved = resolve(&labels);
        let shown: Vec<_> =
            self.devices.iter().map(|device| device.store.labels().unwrap()).collect();
        assert_eq!(shown[0], shown[1], "the devices show different labels");
        for (key, LabelDetails { name, colour, shape, .. }) in &labels {
            let label = shown[0].iter().find(|label| label.key == *key);
            let expected = (resolved[key] == Some(key)).then_some((name, *colour, *shape));
            let found = label.map(|label| (&label.name, label.colour, label.shape));
            assert_eq!(found, expected, "{key}");
        }
    }

    /// Checks the invariants.
    fn check_invariants(&self) {
        self.check_labels();
        let (on_server, saved) = (self.sessions_on_server(), self.saved());
        assert!(saved.len() > 3, "few sits were recorded");
        // No sit is lost, and each is the merge of all copies that were saved.
        assert_eq!(on_server, saved, "the server differs from what was saved");
        for (index, device) in self.devices.iter().enumerate() {
            let mut on_device = BTreeMap::new();
            let backlog = device.store.for_each_server_row(self.account, |row| {
                let ServerRow::Session(sit) = row else { panic!("it can be read: {row:?}") };
                on_device.insert(sit.id, sit.clone());
            });
            assert_eq!(on_device, on_server, "{index} and the server differ");
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
        assert_eq!(
            self.stored_week_counts(),
            self.recount(&on_server),
            "the counts differ from a recount"
        );
    }

    /// Returns the counts of the weeks as the server stores them.
    pub fn stored_week_counts(&self) -> BTreeMap<i64, i64> {
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
    fn recount(&self, on_server: &BTreeMap<SessionId, Session>) -> BTreeMap<i64, i64> {
        let now = self.backend.sql("select to_json(now() + interval '1 day') #>> '{}'").unwrap();
        let (first, last) = (sits::moment(PARTNERSHIP_START), sits::moment(&now));
        let mut weeks = BTreeMap::new();
        for sit in on_server.values().filter(|sit| sit.counts()) {
            let start = sit.effective_start().utc;
            if (first..last).contains(&start) {
                *weeks.entry((start - first).num_milliseconds() / WEEK + 1).or_default() += 1;
            }
        }
        weeks
    }
}

const WEEK: i64 = TimeDelta::days(7).num_milliseconds();
