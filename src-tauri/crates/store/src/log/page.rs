//! Reads pages of the log, in both directions from any position.
//!
//! A page is a merge of scans, each of which reads an index in the order of the log: for an owner, or an owner, a label, an
//! outcome and a source, the rows; for words, the matches in the index of words. So a page costs what its rows cost, however
//! long the log is, unless a condition of the row alone, such as its length, applies to almost no row.

use super::filter::{self, Kind, Labels, LogFilter, LogSelection};
use super::words::Search;
use super::{Total, day_number, day_of_number, day_start};
use crate::StoreError;
use crate::sessions::{self, Record, SessionKey};
use chrono::{Datelike, NaiveDate};
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use zafu_core::ids::{SessionRef, UserId};
use zafu_core::label::LabelKey;
use zafu_core::session::Session;
use zafu_core::time::Seconds;

/// Where a page of the log begins. The log is in the order of effective starts, the newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogPosition {
    /// At the newest session.
    #[default]
    Newest,
    /// After this session of the log: older ones. The session may have been deleted since it was read.
    After(SessionRef),
    /// The page ends before this session of the log: newer ones.
    Before(SessionRef),
    /// At the last session of this local day, or of the nearest day before it.
    Day(NaiveDate),
}

/// A query for a page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// Selects sessions.
    pub filter: LogFilter,
    /// Where the page begins.
    pub position: LogPosition,
    /// The largest number of sessions.
    pub limit: u32,
}

impl LogQuery {
    /// Returns the query for the newest sessions of the shown account, and ownerless ones.
    #[must_use]
    pub fn newest(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }
}

/// A session of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its row on this device.
    pub key: SessionKey,
    /// The session.
    pub session: Session,
    /// Its owner; none if it is ownerless.
    pub owner: Option<UserId>,
    /// Its local day.
    pub day: NaiveDate,
    /// The label as which its label is shown, after merges; none: it has no label, or a deleted one.
    pub label: Option<LabelKey>,
}

/// A page of the log, newest session first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// The sessions.
    pub entries: Vec<LogEntry>,
    /// The totals of their local days, newest day first, including sessions that are on other pages or not selected.
    pub days: Vec<(NaiveDate, Total)>,
    /// Whether there are newer sessions.
    pub has_newer: bool,
    /// Whether there are older sessions.
    pub has_older: bool,
    /// The number of newer sessions, if it is known.
    pub newer: Option<u32>,
    /// The number of all selected sessions, if it is known.
    pub total: Option<u32>,
}

/// Positions per millisecond: see `log_rows.position`.
const POSITIONS_PER_MILLI: i128 = 32_768;
const MILLIS_PER_DAY: i128 = 86_400_000;
/// The largest UTC offset, in milliseconds.
const MAX_OFFSET: i128 = 1439 * 60_000;
/// The maximum number of scans of the labels of one owner. If there were more, all rows are scanned instead.
const MAX_LABEL_SCANS: usize = 144;
/// The maximum number of scans of the labels of all owners: SQLite merges at most 500 scans.
const MAX_SCANS: usize = 400;

/// Returns a page of the log.
///
/// # Errors
/// [`StoreError::NoSuchSession`] if the session of the position does not exist; otherwise an I/O error.
pub(crate) fn page(connection: &Connection, query: &LogQuery) -> Result<LogPage, StoreError> {
    // All queries read one state of the database.
    let connection = &*connection.unchecked_transaction()?;
    let scans = Scans::of(connection, &query.filter)?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut page = LogPage::default();
    let mut rows;
    match query.position {
        LogPosition::Newest | LogPosition::After(_) | LogPosition::Day(_) => {
            let before = match query.position {
                LogPosition::After(session) => {
                    page.has_newer = true;
                    position_of(connection, session)?
                }
                LogPosition::Day(day) => {
                    let first = scans.first_of(day)?;
                    let before = first.map_or(i64::MIN, |position| position.saturating_add(1));
                    page.has_newer =
                        !scans.rows(Direction::Newer, before.saturating_sub(1), 1)?.is_empty();
                    before
                }
                LogPosition::Newest | LogPosition::Before(_) => i64::MAX,
            };
            rows = scans.rows(Direction::Older, before, limit.saturating_add(1))?;
            page.has_older = rows.len() > limit;
            rows.truncate(limit);
        }
        LogPosition::Before(session) => {
            page.has_older = true;
            rows = scans.rows(
                Direction::Newer,
                position_of(connection, session)?,
                limit.saturating_add(1),
            )?;
            page.has_newer = rows.len() > limit;
            rows.truncate(limit);
            rows.reverse();
        }
    }
    if matches!(query.position, LogPosition::Newest | LogPosition::Day(_)) {
        page.total = scans.count(None)?;
        page.newer = match (page.has_newer, rows.first()) {
            (true, Some(row)) => scans.count(Some(row))?,
            (true, None) => page.total,
            (false, _) => Some(0),
        };
    }
    page.entries = rows.iter().map(|row| scans.entry(row)).collect::<Result<_, _>>()?;
    page.days = scans.days(&rows)?;
    Ok(page)
}

/// The number of rows that [`for_each`] reads at once.
const ROWS_AT_ONCE: usize = 500;

/// Passes all sessions that `filter` selects to `each`, newest first, until it breaks. The caller has a transaction.
pub(super) fn for_each(
    connection: &Connection,
    filter: &LogFilter,
    each: &mut dyn FnMut(LogEntry) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let scans = Scans::of(connection, filter)?;
    let mut before = i64::MAX;
    loop {
        let rows = scans.rows(Direction::Older, before, ROWS_AT_ONCE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        before = last.position;
        for row in &rows {
            if each(scans.entry(row)?).is_break() {
                return Ok(());
            }
        }
    }
}

/// Returns the keys of the selected sessions, newest first.
pub(crate) fn selected(
    connection: &Connection,
    selection: &LogSelection,
) -> Result<Vec<SessionKey>, StoreError> {
    let except = keys(connection, &selection.except)?;
    let rows =
        Scans::of(connection, &selection.filter)?.rows(Direction::Older, i64::MAX, usize::MAX)?;
    Ok(rows.into_iter().map(|row| row.key).filter(|key| !except.contains(key)).collect())
}

/// Returns the number of the selected sessions, and their time sat together. Counts also those that are not over.
pub(crate) fn selected_total(
    connection: &Connection,
    selection: &LogSelection,
) -> Result<Total, StoreError> {
    let connection = &*connection.unchecked_transaction()?;
    let except = keys(connection, &selection.except)?;
    Scans::of(connection, &selection.filter)?.total(&except)
}

/// Returns the keys of sessions.
fn keys(
    connection: &Connection,
    sessions: &[SessionRef],
) -> Result<BTreeSet<SessionKey>, StoreError> {
    sessions.iter().map(|&session| Ok(sessions::named(connection, session)?.key)).collect()
}

/// Returns the position of a session in the log, also of one that was deleted since it was read.
fn position_of(connection: &Connection, session: SessionRef) -> Result<i64, StoreError> {
    let Record { key, session, .. } = sessions::named(connection, session)?;
    let mut statement =
        connection.prepare_cached("SELECT position FROM log_rows WHERE key = ?1")?;
    let found = statement.query_row([key], |row| row.get(0)).optional()?;
    let start = i128::from(session.effective_start().utc.timestamp_millis());
    // As `position` in the view `log_source`.
    let tie = i64::from(session.id.0.as_u128() as u16 & 0x7fff);
    Ok(found.unwrap_or_else(|| position_of_start(start).saturating_add(tie)))
}

/// Returns the first position of a start, in milliseconds.
fn position_of_start(start: i128) -> i64 {
    let position = start.saturating_mul(POSITIONS_PER_MILLI);
    i64::try_from(position).unwrap_or(if position < 0 { i64::MIN } else { i64::MAX })
}

/// A row of the log.
struct LogRow {
    position: i64,
    key: SessionKey,
    day: i64,
    label: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Older,
    Newer,
}

/// A scan of rows in the order of the log.
struct Scan {
    owner: i64,
    labels: LabelScan,
    /// The query of the index of words, if the rows are found by their notes.
    words: Option<String>,
}

enum LabelScan {
    /// Rows of any label.
    Any,
    /// Rows of one label and kind, found by an index.
    Kind(i64, Kind),
    /// Rows with one of these labels.
    In(BTreeSet<i64>),
    /// Rows with none of these labels.
    NotIn(BTreeSet<i64>),
}

/// The scans that together find the rows of a filter, each row once.
struct Scans<'a> {
    connection: &'a Connection,
    filter: &'a LogFilter,
    owners: Vec<i64>,
    labels: Labels,
    scans: Vec<Scan>,
    /// Whether totals tell how many rows the filter selects.
    is_counted: bool,
    /// The hour at which the days of the rows begin.
    day_start: i128,
    /// Only rows from the first of these positions and before the second can have a length that the filter selects.
    positions: (i64, i64),
}

impl<'a> Scans<'a> {
    fn of(connection: &'a Connection, filter: &'a LogFilter) -> Result<Self, StoreError> {
        let owners = filter::owners(connection, filter.owner)?;
        let labels = Labels::read(connection)?;
        let search = Search::of(connection, &filter.words)?;
        let kinds = filter.kinds();
        let max = MAX_LABEL_SCANS.min(MAX_SCANS / owners.len().max(1)) / kinds.len().max(1);
        let by_kind = ByKind { kinds, max };
        let mut scans = Vec::new();
        for &owner in &owners {
            let selected = (!filter.labels.is_empty()).then(|| labels.ids(owner, &filter.labels));
            match (&search, selected) {
                (None, Some(selected)) => scans.extend(by_kind.scans(owner, selected)),
                (None, None) if filter.has_kind() => {
                    scans.extend(by_kind.scans(owner, labels.all(owner)));
                }
                (None, None) => scans.push(Scan { owner, labels: LabelScan::Any, words: None }),
                (Some(search), selected) => {
                    let named = search.in_names(&labels.names(owner))?;
                    scans.extend(by_words(owner, search, named, selected, &by_kind));
                }
            }
        }
        let is_counted = search.is_none() && !filter.has_row_conditions();
        let mut scans = Self {
            connection,
            filter,
            owners,
            labels,
            scans,
            is_counted,
            day_start: day_start(connection)?.get().into(),
            positions: (i64::MIN, i64::MAX),
        };
        let is_by_length = filter.shortest.is_some() || filter.longest.is_some();
        if is_by_length && !scans.owners.is_empty() {
            scans.positions = scans.positions_of_lengths()?;
        }
        Ok(scans)
    }

    /// Returns the positions between which all rows are whose length the filter selects, by the counts of each year.
    fn positions_of_lengths(&self) -> Result<(i64, i64), StoreError> {
        let owners = filter::list(self.owners.iter().copied());
        let range = |sql: &str| {
            let sql = format!("{sql} AND owner IN ({owners})");
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_row([], |row| {
                Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?))
            })
        };
        let minutes = |length: Seconds| length.0 / 60;
        let over = range(&format!(
            "SELECT min(year), max(year) FROM length_counts WHERE minutes BETWEEN {} AND {}",
            self.filter.shortest.map_or(0, minutes),
            self.filter.longest.map_or(u32::MAX, minutes)
        ))?;
        // Those that are not over are few and are not counted.
        let not_over = range(
            "SELECT min(position), max(position) + 1 FROM log_rows INDEXED BY log_rows_not_over WHERE outcome = 0",
        )?;
        let new_year = |year: i64| {
            i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1))
        };
        let over = over.map(|(first, last)| {
            (
                new_year(first).map_or(i64::MIN, |day| self.position_of_day(day, -MAX_OFFSET)),
                new_year(last + 1).map_or(i64::MAX, |day| self.position_of_day(day, MAX_OFFSET)),
            )
        });
        let positions = over.into_iter().chain(not_over);
        Ok(positions.fold((i64::MAX, i64::MIN), |all, part| (all.0.min(part.0), all.1.max(part.1))))
    }

    /// Reads the session of a row.
    fn entry(&self, row: &LogRow) -> Result<LogEntry, StoreError> {
        let Record { key, session, owner } = sessions::by_key(self.connection, row.key)?;
        let label = self.labels.shown_as(row.label).cloned();
        Ok(LogEntry { key, session, owner, day: day_of_number(row.day), label })
    }

    /// Returns the first `limit` rows that are older or newer than `position`, the nearest first.
    fn rows(
        &self,
        direction: Direction,
        position: i64,
        limit: usize,
    ) -> Result<Vec<LogRow>, StoreError> {
        self.select(direction, position, limit, &self.filter.row_conditions())
    }

    fn select(
        &self,
        direction: Direction,
        position: i64,
        limit: usize,
        conditions: &str,
    ) -> Result<Vec<LogRow>, StoreError> {
        if self.scans.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let (sql, words) = self.sql(direction, conditions);
        let parameters = self.parameters(direction, position, limit, words);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut row_at = self
            .connection
            .prepare_cached("SELECT key, day, label FROM log_rows WHERE position = ?1")?;
        let positions = statement.query_map(params_from_iter(parameters), |row| row.get(0))?;
        let rows = positions.map(|position| {
            let position: i64 = position?;
            row_at.query_row([position], |row| {
                Ok(LogRow { position, key: row.get(0)?, day: row.get(1)?, label: row.get(2)? })
            })
        });
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the number of all rows except those of `except`, and their time sat together.
    fn total(&self, except: &BTreeSet<SessionKey>) -> Result<Total, StoreError> {
        if self.scans.is_empty() {
            return Ok(Total::default());
        }
        let (rows, words) = self.sql(Direction::Older, &self.filter.row_conditions());
        let sql = format!(
            "SELECT count(*), coalesce(sum(length), 0) FROM ({rows}) CROSS JOIN log_rows USING (position)
             WHERE key NOT IN ({})",
            filter::list(except.iter().map(|key| key.0))
        );
        let parameters = self.parameters(Direction::Older, i64::MAX, usize::MAX, words);
        let mut statement = self.connection.prepare(&sql)?;
        Ok(statement.query_row(params_from_iter(parameters), |row| Total::read(row, 0))?)
    }

    /// Returns the parameters of [`Self::sql`].
    fn parameters(
        &self,
        direction: Direction,
        position: i64,
        limit: usize,
        words: Vec<String>,
    ) -> impl Iterator<Item = Value> {
        // Days are almost in the order of positions, so that a range of days is a range of positions.
        let (first, last) = (self.filter.first_day, self.filter.last_day);
        let (lower, upper) = (
            first.map_or(i64::MIN, |day| self.position_of_day(day, -MAX_OFFSET)),
            last.and_then(|day| day.succ_opt())
                .map_or(i64::MAX, |day| self.position_of_day(day, MAX_OFFSET)),
        );
        let (lower, upper) = (lower.max(self.positions.0), upper.min(self.positions.1));
        let (lower, upper) = match direction {
            Direction::Older => (lower, upper.min(position)),
            Direction::Newer => (lower.max(position.saturating_add(1)), upper),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let numbers = [lower, upper, limit].map(Value::from);
        numbers.into_iter().chain(words.into_iter().map(Value::from))
    }

    /// Returns the SQL that merges the scans, and the queries of words from the fourth parameter on.
    fn sql(&self, direction: Direction, conditions: &str) -> (String, Vec<String>) {
        let mut words = Vec::new();
        let selects: Vec<_> =
            self.scans.iter().map(|scan| scan.sql(conditions, &mut words)).collect();
        let order = match direction {
            Direction::Older => "DESC",
            Direction::Newer => "ASC",
        };
        (format!("{} ORDER BY position {order} LIMIT ?3", selects.join(" UNION ALL ")), words)
    }

    /// Returns the position of the beginning of `day`, plus `shift` in milliseconds.
    fn position_of_day(&self, day: NaiveDate, shift: i128) -> i64 {
        position_of_start(
            i128::from(day_number(day)) * MILLIS_PER_DAY + self.day_start * 3_600_000 + shift,
        )
    }

    /// Returns the position of the newest row whose day is `day` or an earlier one.
    fn first_of(&self, day: NaiveDate) -> Result<Option<i64>, StoreError> {
        let before = day.succ_opt().map_or(i64::MAX, |next| self.position_of_day(next, MAX_OFFSET));
        let conditions = format!("{} AND day <= {}", self.filter.row_conditions(), day_number(day));
        Ok(self.select(Direction::Older, before, 1, &conditions)?.first().map(|row| row.position))
    }

    /// Counts the rows that are newer than `than`, or all; none if that would take long.
    fn count(&self, than: Option<&LogRow>) -> Result<Option<u32>, StoreError> {
        if !self.is_counted {
            return Ok(None);
        }
        // Local days of one moment differ by at most two: from this day on, every row is newer.
        let certain = than.map(|row| day_of_number(row.day + 3));
        let first = self.filter.first_day.max(certain);
        let mut counted = 0;
        for &owner in &self.owners {
            let labels = match self.filter.labels.is_empty() {
                true => String::new(),
                false => {
                    let labels = self.labels.ids(owner, &self.filter.labels);
                    format!(" AND label IN ({})", filter::list(labels))
                }
            };
            counted += self.count_days(owner, &labels, first, self.filter.last_day)?;
            let Some((than, certain)) = than.zip(certain) else { continue };
            let sql = format!(
                "SELECT count(*) FROM log_rows
                 WHERE owner = ?1 AND position > ?2 AND position < ?3 AND day < ?4 AND day BETWEEN ?5 AND ?6{labels}"
            );
            let end = self.position_of_day(certain, MAX_OFFSET);
            let (first, last) = (self.filter.first_day, self.filter.last_day);
            let days = (first.map_or(i64::MIN, day_number), last.map_or(i64::MAX, day_number));
            let near = (owner, than.position, end, day_number(certain), days.0, days.1);
            counted += self
                .connection
                .prepare_cached(&sql)?
                .query_row(near, |row| row.get::<_, i64>(0))?;
        }
        Ok(Some(u32::try_from(counted).unwrap_or(u32::MAX)))
    }

    /// Counts the rows of `owner` from the day `first` to the day `last`: whole years by their totals, and other days by
    /// theirs.
    fn count_days(
        &self,
        owner: i64,
        labels: &str,
        first: Option<NaiveDate>,
        last: Option<NaiveDate>,
    ) -> Result<i64, StoreError> {
        const DAYS: &str = "coalesce(sum(sits), 0) FROM day_totals WHERE day";
        const YEARS: &str = "coalesce(sum(sits), 0) FROM year_totals WHERE year";
        const NOT_OVER: &str = "count(*) FROM log_rows WHERE outcome = 0 AND day";
        let count = |sits: &str, from: i64, to: i64| {
            let sql = format!("SELECT {sits} BETWEEN ?1 AND ?2 AND owner = ?3{labels}");
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_row((from, to, owner), |row| row.get::<_, i64>(0))
        };
        let (from, to) = (first.map_or(i64::MIN, day_number), last.map_or(i64::MAX, day_number));
        let mut counted = count(NOT_OVER, from, to)?;
        counted += count(
            YEARS,
            first.map_or(i64::MIN, |day| i64::from(day.year()) + 1),
            last.map_or(i64::MAX, |day| i64::from(day.year()) - 1),
        )?;
        if let Some(first) = first {
            let end = NaiveDate::from_ymd_opt(first.year(), 12, 31).unwrap_or(NaiveDate::MAX);
            counted += count(DAYS, from, day_number(end).min(to))?;
        }
        if let Some(last) = last.filter(|last| first.is_none_or(|day| day.year() < last.year())) {
            let start = NaiveDate::from_ymd_opt(last.year(), 1, 1).unwrap_or(NaiveDate::MIN);
            counted += count(DAYS, day_number(start), to)?;
        }
        Ok(counted)
    }

    /// Returns the totals of the days of `rows`, newest first.
    fn days(&self, rows: &[LogRow]) -> Result<Vec<(NaiveDate, Total)>, StoreError> {
        let days: BTreeSet<_> = rows.iter().map(|row| row.day).collect();
        let mut statement = self.connection.prepare_cached(
            "SELECT coalesce(sum(sits), 0), coalesce(sum(seconds), 0) FROM day_totals
             WHERE owner = ?1 AND day = ?2",
        )?;
        let total = |day: i64| {
            let mut total = Total::default();
            for owner in &self.owners {
                total += statement.query_row((owner, day), |row| Total::read(row, 0))?;
            }
            Ok((day_of_number(day), total))
        };
        days.into_iter().rev().map(total).collect()
    }
}

impl Scan {
    /// Returns its SQL. The parameters are: 1: the smallest position, 2: the position after the largest one, 3: the limit, from 4
    /// on: the queries of words.
    fn sql(&self, conditions: &str, words: &mut Vec<String>) -> String {
        let owner = self.owner;
        // The plus keeps SQLite from searching each of many labels by its index, and sorting what it finds.
        let list = |labels: &BTreeSet<i64>| filter::list(labels.iter().copied());
        let label = match &self.labels {
            LabelScan::Any => String::new(),
            LabelScan::Kind(label, Kind { outcome, source }) => {
                format!(" AND label = {label} AND outcome = {outcome} AND source = {source}")
            }
            LabelScan::In(labels) => format!(" AND +label IN ({})", list(labels)),
            LabelScan::NotIn(labels) => format!(" AND +label NOT IN ({})", list(labels)),
        };
        let index = match self.labels {
            LabelScan::Kind(..) => "INDEXED BY log_rows_by_kind",
            _ => "",
        };
        match &self.words {
            None => format!(
                "SELECT position FROM log_rows {index}
                 WHERE owner = {owner} AND position >= ?1 AND position < ?2{label}{conditions}"
            ),
            Some(query) => {
                words.push(query.clone());
                let parameter = words.len() + 3;
                // A cross join reads the matches first, in their order. The plus keeps SQLite from searching each match by
                // the range of positions.
                format!(
                    "SELECT note_words.rowid AS position FROM note_words CROSS JOIN log_rows
                     WHERE note_words MATCH ?{parameter} AND note_words.rowid >= ?1 AND note_words.rowid < ?2
                       AND owner = {owner} AND position = +note_words.rowid{label}{conditions}"
                )
            }
        }
    }
}

/// How rows of labels are scanned.
struct ByKind {
    /// The kinds of rows that the filter selects.
    kinds: Vec<Kind>,
    /// The maximum number of labels that are scanned one by one.
    max: usize,
}

impl ByKind {
    /// Returns the scans of the rows with one of `labels`: one scan per label and kind if the labels are not too many.
    fn scans(&self, owner: i64, labels: BTreeSet<i64>) -> Vec<Scan> {
        if labels.len() > self.max {
            return vec![Scan { owner, labels: LabelScan::In(labels), words: None }];
        }
        let scans = labels.into_iter().flat_map(|label| {
            let labels = self.kinds.iter().map(move |&kind| LabelScan::Kind(label, kind));
            labels.map(|labels| Scan { owner, labels, words: None })
        });
        scans.collect()
    }
}

/// Returns the scans of the rows with each word in the note or in the name of the label. `named` has the positions of the
/// words in the names of labels, `selected` the labels that the filter selects.
fn by_words(
    owner: i64,
    search: &Search,
    mut named: BTreeMap<i64, BTreeSet<usize>>,
    selected: Option<BTreeSet<i64>>,
    by_kind: &ByKind,
) -> Vec<Scan> {
    if let Some(selected) = &selected {
        named.retain(|label, _| selected.contains(label));
    }
    let mut remaining: BTreeMap<_, BTreeSet<i64>> = BTreeMap::new();
    for (label, found) in &named {
        remaining.entry(search.without(found)).or_default().insert(*label);
    }
    let mut scans = Vec::new();
    for (words, labels) in remaining {
        match words {
            None => scans.extend(by_kind.scans(owner, labels)),
            words => scans.push(Scan { owner, labels: LabelScan::In(labels), words }),
        }
    }
    let named: BTreeSet<_> = named.into_keys().collect();
    let labels = match selected {
        None => LabelScan::NotIn(named),
        Some(selected) => LabelScan::In(selected.difference(&named).copied().collect()),
    };
    scans.push(Scan { owner, labels, words: search.without(&BTreeSet::new()) });
    scans
}

#[cfg(test)]
pub(super) fn sql(
    connection: &Connection,
    filter: &LogFilter,
    newer: bool,
) -> Result<String, StoreError> {
    let direction = if newer { Direction::Newer } else { Direction::Older };
    Ok(Scans::of(connection, filter)?.sql(direction, &filter.row_conditions()).0)
}
