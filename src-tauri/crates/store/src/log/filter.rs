//! Selects sessions of the log.

use super::day_number;
use crate::StoreError;
use crate::text::Id;
use chrono::NaiveDate;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use zafu_core::day::TimeRange;
use zafu_core::ids::{SessionRef, UserId};
use zafu_core::label::LabelKey;
use zafu_core::session::Source;
use zafu_core::time::Seconds;

/// Filters the log by owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnerFilter {
    /// Sits of the shown account, and ownerless ones.
    #[default]
    Shown,
    /// Sits of all owners.
    All,
    /// Sits of one account.
    Of(UserId),
}

/// Selects sessions of the log. All conditions apply together; an empty list is no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The owners.
    pub owner: OwnerFilter,
    /// Labels, one of which the session has: as they are shown, after merges; none: no label.
    pub labels: Vec<Option<LabelKey>>,
    /// Words, each of which the note or the label's name contains, in full or as the beginning of a word.
    pub words: String,
    /// The shortest time sat.
    pub shortest: Option<Seconds>,
    /// The longest time sat.
    pub longest: Option<Seconds>,
    /// Outcomes, one of which the session has.
    pub outcomes: Vec<Outcome>,
    /// Sources, one of which the session has.
    pub sources: Vec<Source>,
    /// The first local day.
    pub first_day: Option<NaiveDate>,
    /// The last local day.
    pub last_day: Option<NaiveDate>,
    /// The part of the local day in which sessions start.
    pub time: Option<TimeRange>,
}

/// All sessions that a filter selects, except some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSelection {
    /// The filter.
    pub filter: LogFilter,
    /// The sessions that are not selected.
    pub except: Vec<SessionRef>,
}

/// How a sit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has not ended, as far as this device knows.
    Started,
    /// It was ended before its planned end.
    EndedEarly,
    /// It reached its planned end.
    Completed,
}

/// The outcome and the source of rows, as the numbers in `log_rows`.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) outcome: i64,
    pub(super) source: i64,
}

impl LogFilter {
    /// Returns whether the outcome or the source of rows is a condition.
    pub(super) const fn has_kind(&self) -> bool {
        !self.outcomes.is_empty() || !self.sources.is_empty()
    }

    /// Returns the kinds of the rows that are selected.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let or_all = |selected: BTreeSet<i64>| match selected.is_empty() {
            true => BTreeSet::from([0, 1, 2]),
            false => selected,
        };
        let (outcomes, sources) = (or_all(self.outcome_numbers()), or_all(self.source_numbers()));
        let kinds = outcomes.into_iter().flat_map(|outcome| {
            let sources = sources.iter();
            sources.map(move |&source| Kind { outcome, source })
        });
        kinds.collect()
    }

    fn outcome_numbers(&self) -> BTreeSet<i64> {
        let number = |outcome: &Outcome| match outcome {
            Outcome::Started => 0,
            Outcome::EndedEarly => 1,
            Outcome::Completed => 2,
        };
        self.outcomes.iter().map(number).collect()
    }

    fn source_numbers(&self) -> BTreeSet<i64> {
        let number = |source: &Source| match source {
            Source::Timer => 0,
            Source::Manual => 1,
            Source::Import => 2,
        };
        self.sources.iter().map(number).collect()
    }

    /// Returns whether a condition applies to rows alone, so that totals do not tell how many it selects.
    pub(super) const fn has_row_conditions(&self) -> bool {
        let Self { shortest, longest, time, .. } = self;
        shortest.is_some() || longest.is_some() || time.is_some() || self.has_kind()
    }

    /// Returns the conditions of the row alone, as SQL that follows others.
    pub(super) fn row_conditions(&self) -> String {
        let mut sql = String::new();
        let mut add = |condition: std::fmt::Arguments<'_>| {
            write!(sql, " AND {condition}").unwrap_or_else(|_| unreachable!("a string has space"));
        };
        // The plus keeps SQLite from searching an index by these: scans that do so have conditions of their own.
        if !self.outcomes.is_empty() {
            add(format_args!("+outcome IN ({})", list(self.outcome_numbers())));
        }
        if !self.sources.is_empty() {
            add(format_args!("+source IN ({})", list(self.source_numbers())));
        }
        if let Some(shortest) = self.shortest {
            add(format_args!("length >= {}", shortest.0));
        }
        if let Some(longest) = self.longest {
            add(format_args!("length <= {}", longest.0));
        }
        if let Some(time) = self.time {
            const MINUTE: &str =
                "((start + utcoffset * 60000) % 86400000 + 86400000) % 86400000 / 60000";
            let within = |(from, until)| format!("{MINUTE} >= {from} AND {MINUTE} < {until}");
            let parts: Vec<_> = time.parts().into_iter().map(within).collect();
            add(format_args!("({})", parts.join(" OR ")));
        }
        if let Some(first) = self.first_day {
            add(format_args!("day >= {}", day_number(first)));
        }
        if let Some(last) = self.last_day {
            add(format_args!("day <= {}", day_number(last)));
        }
        sql
    }
}

/// Joins numbers with commas.
pub(super) fn list(numbers: impl IntoIterator<Item = i64>) -> String {
    let numbers: Vec<_> = numbers.into_iter().map(|number| number.to_string()).collect();
    numbers.join(", ")
}

/// Returns the numbers of the owners that `filter` selects.
pub(super) fn owners(connection: &Connection, filter: OwnerFilter) -> Result<Vec<i64>, StoreError> {
    const SELECT: &str = "SELECT number FROM log_owners WHERE ";
    let (condition, id) = match filter {
        OwnerFilter::Shown => {
            ("?1 IS NULL AND (id = '' OR id = (SELECT id FROM accounts WHERE shown = 1))", None)
        }
        OwnerFilter::All => ("?1 IS NULL", None),
        OwnerFilter::Of(id) => ("id = ?1", Some(Id(id))),
    };
    let mut statement =
        connection.prepare_cached(&format!("{SELECT}{condition} ORDER BY number"))?;
    let numbers = statement.query_map([id], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

/// Returns all owners of rows and labels.
pub(super) fn all_owners(connection: &Connection) -> Result<Vec<Option<UserId>>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT nullif(id, '') FROM log_owners ORDER BY number")?;
    let owners = statement.query_map([], |row| row.get::<_, Option<Id<UserId>>>(0))?;
    Ok(owners.map(|owner| Ok(owner?.map(|Id(id)| id))).collect::<rusqlite::Result<_>>()?)
}

/// The labels of some owners, by the ids that rows have.
#[derive(Default)]
pub(super) struct Labels {
    /// The owner and the id as which each label is shown; none: it was deleted.
    shown: BTreeMap<i64, (i64, Option<i64>)>,
    /// Keys and names of the labels that are shown.
    names: BTreeMap<i64, (LabelKey, String)>,
}

impl Labels {
    /// Reads the labels of all owners.
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut labels = Self::default();
        let mut statement = connection.prepare_cached(
            "SELECT labels.id, number, resolved, key, coalesce(name, key)
             FROM labels JOIN log_owners ON log_owners.id = coalesce(owner, '')",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            labels.shown.insert(id, (row.get(1)?, row.get(2)?));
            labels.names.insert(id, (LabelKey(row.get(3)?), row.get(4)?));
        }
        Ok(labels)
    }

    /// Returns the label as which the label `id` is shown.
    pub(super) fn shown_as(&self, id: i64) -> Option<&LabelKey> {
        let (_, shown) = self.shown.get(&id)?;
        shown.and_then(|id| self.names.get(&id)).map(|(key, _)| key)
    }

    /// Returns the ids that rows of `owner` can have.
    pub(super) fn all(&self, owner: i64) -> BTreeSet<i64> {
        let of_owner = self.shown.iter().filter(|(_, (of, _))| *of == owner).map(|(id, _)| *id);
        // Rows without a label have the id 0.
        of_owner.chain([0]).collect()
    }

    /// Returns the ids of the labels of `owner` that are shown as one of `labels`.
    pub(super) fn ids(&self, owner: i64, labels: &[Option<LabelKey>]) -> BTreeSet<i64> {
        let selected = |id: &i64| labels.iter().any(|key| key.as_ref() == self.shown_as(*id));
        self.all(owner).into_iter().filter(selected).collect()
    }

    /// Returns the labels of `owner`, each with the name under which it is shown.
    pub(super) fn names(&self, owner: i64) -> Vec<(i64, String)> {
        let of_owner = self.shown.iter().filter(|(_, (of, _))| *of == owner);
        of_owner
            .filter_map(|(id, (_, shown))| Some((*id, self.names.get(&(*shown)?)?.1.clone())))
            .collect()
    }
}
