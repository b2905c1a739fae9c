//! The outbox: sessions whose current state the server has not confirmed. An entry has the key of a session and the
//! generation of its last change. A push sends the session as it is then, so that any number of offline changes become
//! one row.

use crate::StoreError;
use crate::sessions::{self, SessionKey};
use crate::text::Id;
use crate::texts;
use rusqlite::{Connection, OptionalExtension, named_params};
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;

/// A pending entry of the outbox, of any account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The session.
    pub session: SessionId,
    /// The generation of its last change. An acknowledgement counts only for this generation.
    pub generation: i64,
}

/// A row to be sent, or in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The session, as it was when it was read from the outbox.
    pub session: Session,
    /// The generation of its last change.
    pub generation: i64,
}

/// A session that the server rejected for good. It stays on this device with all its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The session.
    pub session: Session,
    /// The reason code of the server.
    pub code: String,
}

/// Counts the sessions and labels of an account whose current state the server does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Pending rows, to be pushed.
    pub pending: u32,
    /// Dead letters.
    pub rejected: u32,
    /// Rows that stay on this device only, by decision of the user.
    pub local_only: u32,
    /// Rows of the server that this version of Zafu cannot read.
    pub unreadable: u32,
    /// Labels that the server has rejected.
    pub rejected_labels: u32,
}

/// The parts of a session that the user has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edited {
    pub details: bool,
    pub deletion: bool,
}

impl Edited {
    /// No changes by the user.
    pub const NOTHING: Self = Self { details: false, deletion: false };

    fn bits(self) -> u8 {
        u8::from(self.details) | u8::from(self.deletion) << 1
    }

    fn from_bits(bits: u8) -> Self {
        Self { details: bits & 1 != 0, deletion: bits & 2 != 0 }
    }
}

/// Selects dead letters to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeadLetters<'a> {
    All,
    /// Dead letters for which a whole request failed.
    FromFailedRequests,
    /// Dead letters of a server whose health check had a fingerprint other than this.
    FromOtherServer(&'a str),
}

/// Estimated size of a row without its texts, in bytes.
const ROW_WEIGHT: usize = 700;

/// Reserves the next `count` generations. Returns the one before the first of them.
pub(crate) fn generations(connection: &Connection, count: u32) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("UPDATE outbox_generation SET last = last + ?1 RETURNING last - ?1")?
        .query_row([count], |row| row.get(0))?)
}

/// What follows an INSERT of changed sessions: a dead letter becomes pending again; a local-only session stays local only.
pub(crate) const ON_CONFLICT: &str =
    "ON CONFLICT (session_key) DO UPDATE SET generation = excluded.generation, last_code = NULL,
       edited = outbox.edited | excluded.edited,
       state = CASE state WHEN 'local_only' THEN 'local_only' ELSE 'pending' END";

/// Enqueues a session, in the transaction that changes it. A dead letter becomes pending again; a local-only session
/// stays local only. `edited` is added to the recorded changes by the user.
pub(crate) fn enqueue(
    connection: &Connection,
    session: SessionKey,
    edited: Edited,
) -> Result<(), StoreError> {
    let generation = generations(connection, 1)? + 1;
    connection
        .prepare_cached(&format!(
            "INSERT INTO outbox (session_key, generation, state, edited) VALUES (?1, ?2, 'pending', ?3) {ON_CONFLICT}"
        ))?
        .execute((session, generation, edited.bits()))?;
    Ok(())
}

/// Makes one session local only: it is not sent.
pub(crate) fn keep_local(connection: &Connection, session: SessionKey) -> Result<(), StoreError> {
    enqueue(connection, session, Edited::NOTHING)?;
    connection
        .prepare_cached("UPDATE outbox SET state = 'local_only' WHERE session_key = ?1")?
        .execute([session])?;
    Ok(())
}

/// Moves a pending session behind all others, unless it has changed since `generation`.
pub(crate) fn defer(
    connection: &Connection,
    session: SessionKey,
    generation: i64,
    code: &str,
) -> Result<(), StoreError> {
    let last = generations(connection, 1)? + 1;
    connection
        .prepare_cached(
            "UPDATE outbox SET generation = ?3, last_code = ?4
             WHERE session_key = ?1 AND generation = ?2 AND state = 'pending'",
        )?
        .execute((session, generation, last, code))?;
    Ok(())
}

// Selects the sessions of `:owner` that have started, except dead letters and local-only ones.
macro_rules! to_be_enqueued {
    () => {
        "FROM sessions WHERE owner = :owner
           AND key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1)
           AND key NOT IN (SELECT session_key FROM outbox WHERE state <> 'pending')"
    };
}

/// Enqueues all sessions of `owner` again with new generations, so that no acknowledgement in flight counts; except
/// dead letters and local-only ones.
pub(crate) fn enqueue_all(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    const COUNT: &str = concat!("SELECT count(*) ", to_be_enqueued!());
    const ENQUEUE: &str = concat!(
        "INSERT INTO outbox (session_key, generation, state)
         SELECT key, :last + row_number() OVER (ORDER BY startedat, id), 'pending' ",
        to_be_enqueued!(),
        " ON CONFLICT (session_key) DO UPDATE SET generation = excluded.generation, last_code = NULL"
    );
    let owner = Id(owner);
    let count = connection.query_row(COUNT, named_params! { ":owner": owner }, |row| row.get(0))?;
    let last = generations(connection, count)?;
    connection.execute(ENQUEUE, named_params! { ":owner": owner, ":last": last })?;
    Ok(())
}

/// Enqueues the sessions that the current transaction moves to another account, each with a new generation and in any
/// state: the new account's server has none of them. Sits in their preparation are not enqueued.
pub(crate) fn enqueue_moved(connection: &Connection) -> Result<(), StoreError> {
    const MOVED: &str = "FROM sessions WHERE key IN (SELECT session_key FROM owner_moves)
        AND key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1)";
    let count = connection.query_row(&format!("SELECT count(*) {MOVED}"), [], |row| row.get(0))?;
    let last = generations(connection, count)?;
    let enqueue = format!(
        "INSERT INTO outbox (session_key, generation, state)
         SELECT key, ?1 + row_number() OVER (ORDER BY startedat, id), 'pending' {MOVED}
         ON CONFLICT (session_key) DO UPDATE SET generation = excluded.generation, last_code = NULL,
           state = 'pending'"
    );
    connection.execute(&enqueue, [last])?;
    Ok(())
}

/// Ends the local-only state of the sessions of `owner`.
pub(crate) fn release(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM outbox WHERE state = 'local_only'
        AND session_key IN (SELECT key FROM sessions WHERE owner = ?1)";
    connection.execute(SQL, [Id(owner)])?;
    Ok(())
}

/// Makes all sessions of `owner` local only.
pub(crate) fn keep_all_local(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    enqueue_all(connection, owner)?;
    const SQL: &str = "UPDATE outbox SET state = 'local_only', last_code = NULL
        WHERE session_key IN (SELECT key FROM sessions WHERE owner = ?1)";
    connection.execute(SQL, [Id(owner)])?;
    Ok(())
}

/// Excludes sessions of which it is not known yet which texts the server has.
macro_rules! knows_shared_texts {
    () => {
        "NOT EXISTS (
           SELECT 1 FROM shared_texts AS unknown WHERE unknown.session_key = key AND unknown.note IS NULL
         )"
    };
}

/// Returns the first `limit` pending entries of all accounts, those with the oldest change first.
pub(crate) fn pending(connection: &Connection, limit: u32) -> Result<Vec<Pending>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, generation FROM outbox CROSS JOIN sessions ON key = session_key
         WHERE state = 'pending' ORDER BY generation LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Pending { session: row.get::<_, Id<_>>(0)?.0, generation: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the first pending rows of `owner` with a generation after `after`: at most `rows`, of about `bytes`
/// together, and at least one if there is any. If the owner keeps notes and labels on this device, they have those that
/// the server has.
pub(crate) fn outgoing(
    connection: &Connection,
    owner: UserId,
    after: i64,
    rows: u32,
    bytes: usize,
) -> Result<Vec<Outgoing>, StoreError> {
    // A cross join keeps the join order, so that SQLite uses the index of generations.
    const SQL: &str = concat!(
        "SELECT generation, sessions.*, shared_texts.note AS sharednote, shared_texts.label AS sharedlabel
         FROM outbox CROSS JOIN sessions ON key = outbox.session_key
         LEFT JOIN shared_texts ON shared_texts.session_key = key
         WHERE state = 'pending' AND generation > ?3 AND owner = ?1 AND ",
        knows_shared_texts!(),
        " ORDER BY generation LIMIT ?2"
    );
    let keeps_texts = texts::are_kept(connection, Some(owner))?;
    let mut statement = connection.prepare_cached(SQL)?;
    let mut found = statement.query((Id(owner), rows, after))?;
    let (mut outgoing, mut weight) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        let mut session = sessions::from_row(row)?;
        if keeps_texts {
            session = texts::with_shared(session, row)?;
        }
        weight += ROW_WEIGHT + session.details.value.note.len() + session.details.value.label.len();
        if weight > bytes && !outgoing.is_empty() {
            break;
        }
        outgoing.push(Outgoing { session, generation: row.get("generation")? });
    }
    Ok(outgoing)
}

/// Returns whether anything of `owner` is pending.
pub(crate) fn has_outgoing(connection: &Connection, owner: UserId) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        "SELECT EXISTS (SELECT 1 FROM outbox CROSS JOIN sessions ON key = session_key
         WHERE state = 'pending' AND owner = ?1 AND ",
        knows_shared_texts!(),
        ")"
    );
    Ok(connection.prepare_cached(SQL)?.query_row([Id(owner)], |row| row.get(0))?)
}

/// The state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Rejected,
    LocalOnly,
}

/// An entry of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub state: State,
    pub generation: i64,
    /// The changes by the user since the server last confirmed the session.
    pub edited: Edited,
}

/// Returns the entry of a session; `None` if the server has its current state.
pub(crate) fn entry(
    connection: &Connection,
    session: SessionKey,
) -> Result<Option<Entry>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT state, generation, edited FROM outbox WHERE session_key = ?1")?;
    let found = statement.query_row([session], |row| {
        let state = match row.get_ref(0)?.as_str()? {
            "pending" => State::Pending,
            "rejected" => State::Rejected,
            _ => State::LocalOnly,
        };
        Ok(Entry { state, generation: row.get(1)?, edited: Edited::from_bits(row.get(2)?) })
    });
    Ok(found.optional()?)
}

/// Removes the entry of a session whose current state the server has.
pub(crate) fn remove(connection: &Connection, session: SessionKey) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM outbox WHERE session_key = ?1")?.execute([session])?;
    Ok(())
}

/// Acknowledges that the server has a session as of `generation`. Returns whether the entry was removed: a later change
/// stays pending.
pub(crate) fn acknowledge(
    connection: &Connection,
    session: SessionKey,
    generation: i64,
) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached(
            "DELETE FROM outbox WHERE session_key = ?1 AND generation = ?2 AND state = 'pending'",
        )?
        .execute((session, generation))?;
    Ok(removed == 1)
}

/// Makes a session a dead letter, unless it has changed since `generation`. With `request_failed`, the whole request
/// failed instead of an outcome for the row. Returns whether the session became a dead letter.
pub(crate) fn reject(
    connection: &Connection,
    session: SessionKey,
    generation: i64,
    code: &str,
    request_failed: bool,
) -> Result<bool, StoreError> {
    let rejected = connection
        .prepare_cached(
            "UPDATE outbox SET state = 'rejected', last_code = ?3, request_failed = ?4, health = (
               SELECT accounts.health FROM sessions JOIN accounts ON accounts.id = sessions.owner
               WHERE sessions.key = ?1
             )
             WHERE session_key = ?1 AND generation = ?2 AND state = 'pending'",
        )?
        .execute((session, generation, code, request_failed))?;
    Ok(rejected == 1)
}

/// Counts the sessions and labels of `owner` whose current state the server does not have.
pub(crate) fn backlog(connection: &Connection, owner: UserId) -> Result<Backlog, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'rejected'),
           count(*) FILTER (WHERE state = 'local_only'),
           (SELECT count(*) FROM unreadable_rows WHERE owner = ?1),
           (SELECT count(*) FROM labels WHERE labels.owner = ?1 AND labels.state = 'rejected')
         FROM outbox CROSS JOIN sessions ON key = session_key WHERE owner = ?1",
    )?;
    Ok(statement.query_row([Id(owner)], |row| {
        let (pending, rejected, local_only) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (unreadable, rejected_labels) = (row.get(3)?, row.get(4)?);
        Ok(Backlog { pending, rejected, local_only, unreadable, rejected_labels })
    })?)
}

/// Returns the first `limit` dead letters of `owner`, those with the oldest change first.
pub(crate) fn dead_letters(
    connection: &Connection,
    owner: UserId,
    limit: u32,
) -> Result<Vec<DeadLetter>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT last_code, sessions.* FROM outbox CROSS JOIN sessions ON key = session_key
         WHERE state = 'rejected' AND owner = ?1 ORDER BY generation LIMIT ?2",
    )?;
    let rows = statement.query_map((Id(owner), limit), |row| {
        Ok(DeadLetter { session: sessions::from_row(row)?, code: row.get("last_code")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes the selected dead letters of `owner` pending again. Returns their number.
pub(crate) fn retry_dead_letters(
    connection: &Connection,
    owner: UserId,
    letters: DeadLetters<'_>,
) -> Result<u32, StoreError> {
    macro_rules! dead {
        () => {
            "FROM outbox JOIN sessions ON key = session_key
             WHERE state = 'rejected' AND owner = :owner
               AND (:which = 0 OR (:which = 1 AND request_failed = 1) OR (:which = 2 AND health IS NOT :health))"
        };
    }
    const COUNT: &str = concat!("SELECT count(*) ", dead!());
    const RETRY: &str = concat!(
        "UPDATE outbox SET state = 'pending', last_code = NULL, request_failed = 0, health = NULL,
           generation = :last + place
         FROM (SELECT session_key AS it, row_number() OVER (ORDER BY generation) AS place ",
        dead!(),
        ") WHERE session_key = it"
    );
    let (which, health) = match letters {
        DeadLetters::All => (0, None),
        DeadLetters::FromFailedRequests => (1, None),
        DeadLetters::FromOtherServer(health) => (2, Some(health)),
    };
    let owner = Id(owner);
    let named = named_params! { ":owner": owner, ":which": which, ":health": health };
    let count = connection.query_row(COUNT, named, |row| row.get(0))?;
    let last = generations(connection, count)?;
    connection.execute(
        RETRY,
        named_params! { ":owner": owner, ":which": which, ":health": health, ":last": last },
    )?;
    Ok(count)
}
