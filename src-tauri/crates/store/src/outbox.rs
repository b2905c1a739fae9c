//! What is to be sent. A row says "this sit has changed, at generation g"; the sit itself is what is sent, so
//! that any number of changes made offline become one row.

use crate::text::Id;
use crate::{StoreError, sessions};
use rusqlite::{Connection, OptionalExtension, named_params};
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;

/// A sit that waits to be sent, whosever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub session: SessionId,
    /// Its last change. To be given back with the acknowledgement.
    pub generation: i64,
}

/// A sit to be sent, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The sit.
    pub session: Session,
    /// Its last change.
    pub generation: i64,
}

/// A sit that the server will not have. It is kept whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The sit.
    pub session: Session,
    /// What the server says of it.
    pub code: String,
}

/// How many sits of an account are not on the server as they are here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// To be sent.
    pub pending: u32,
    /// Rejected by the server: dead letters.
    pub rejected: u32,
    /// Stored on this device only, by the user's decision.
    pub local_only: u32,
    /// Rows of the server that this version of Zafu cannot read.
    pub unreadable: u32,
}

/// What the user has changed of a sit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edited {
    pub details: bool,
    pub deletion: bool,
}

impl Edited {
    /// Only the timer, or nobody, has changed it.
    pub const NOTHING: Self = Self { details: false, deletion: false };

    fn bits(self) -> u8 {
        u8::from(self.details) | u8::from(self.deletion) << 1
    }

    fn from_bits(bits: u8) -> Self {
        Self { details: bits & 1 != 0, deletion: bits & 2 != 0 }
    }
}

/// Which dead letters are to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeadLetters<'a> {
    /// All of them.
    All,
    /// Those with which a whole request failed.
    FromFailedRequests,
    /// Those that a server rejected which was not as this fingerprint says.
    FromOtherServer(&'a str),
}

/// What a row of [`Outgoing`] weighs besides its texts, in bytes.
const ROW_WEIGHT: usize = 700;

/// The next `count` generations: the one before the first of them.
fn generations(connection: &Connection, count: u32) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("UPDATE outbox_generation SET last = last + ?1 RETURNING last - ?1")?
        .query_row([count], |row| row.get(0))?)
}

/// Enqueues a sit, within the transaction that changes it. What was refused before deserves another try;
/// what is kept here only stays so. `edited` is added to what the user has changed before.
pub(crate) fn enqueue(
    connection: &Connection,
    session: SessionId,
    edited: Edited,
) -> Result<(), StoreError> {
    let generation = generations(connection, 1)? + 1;
    connection
        .prepare_cached(
            "INSERT INTO outbox (session_id, generation, state, edited) VALUES (?1, ?2, 'pending', ?3)
             ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, last_code = NULL,
               edited = outbox.edited | excluded.edited,
               state = CASE state WHEN 'local_only' THEN 'local_only' ELSE 'pending' END",
        )?
        .execute((Id(session), generation, edited.bits()))?;
    Ok(())
}

/// Keeps one sit on this device, and sends nothing of it.
pub(crate) fn keep_local(connection: &Connection, session: SessionId) -> Result<(), StoreError> {
    enqueue(connection, session, Edited::NOTHING)?;
    connection
        .prepare_cached("UPDATE outbox SET state = 'local_only' WHERE session_id = ?1")?
        .execute([Id(session)])?;
    Ok(())
}

/// Puts a sit that waits as it was at `generation` behind all others.
pub(crate) fn defer(
    connection: &Connection,
    session: SessionId,
    generation: i64,
    code: &str,
) -> Result<(), StoreError> {
    let last = generations(connection, 1)? + 1;
    connection
        .prepare_cached(
            "UPDATE outbox SET generation = ?3, last_code = ?4
             WHERE session_id = ?1 AND generation = ?2 AND state = 'pending'",
        )?
        .execute((Id(session), generation, last, code))?;
    Ok(())
}

/// The sits of `:owner` that have begun, but for those that are not to be sent.
macro_rules! to_be_enqueued {
    () => {
        "FROM sessions WHERE owner = :owner
           AND id NOT IN (SELECT session_id FROM open_sits WHERE preparing = 1)
           AND id NOT IN (SELECT session_id FROM outbox WHERE state <> 'pending')"
    };
}

/// Enqueues all sits of `owner` again, so that no acknowledgement on its way counts, but for those that were refused
/// or are kept here.
pub(crate) fn enqueue_all(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    const COUNT: &str = concat!("SELECT count(*) ", to_be_enqueued!());
    const ENQUEUE: &str = concat!(
        "INSERT INTO outbox (session_id, generation, state)
         SELECT id, :last + row_number() OVER (ORDER BY startedat, id), 'pending' ",
        to_be_enqueued!(),
        " ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, last_code = NULL"
    );
    let owner = Id(owner);
    let count = connection.query_row(COUNT, named_params! { ":owner": owner }, |row| row.get(0))?;
    let last = generations(connection, count)?;
    connection.execute(ENQUEUE, named_params! { ":owner": owner, ":last": last })?;
    Ok(())
}

/// Enqueues the sits that the current transaction moves to another account, each with a new generation and whatever
/// its state was: the new account's server has none of them. A preparation is not a sit yet.
pub(crate) fn enqueue_moved(connection: &Connection) -> Result<(), StoreError> {
    const MOVED: &str = "FROM sessions WHERE id IN (SELECT session_id FROM owner_moves)
        AND id NOT IN (SELECT session_id FROM open_sits WHERE preparing = 1)";
    let count = connection.query_row(&format!("SELECT count(*) {MOVED}"), [], |row| row.get(0))?;
    let last = generations(connection, count)?;
    let enqueue = format!(
        "INSERT INTO outbox (session_id, generation, state)
         SELECT id, ?1 + row_number() OVER (ORDER BY startedat, id), 'pending' {MOVED}
         ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, last_code = NULL,
           state = 'pending'"
    );
    connection.execute(&enqueue, [last])?;
    Ok(())
}

/// Lets what is kept here be sent again.
pub(crate) fn release(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM outbox WHERE state = 'local_only'
        AND session_id IN (SELECT id FROM sessions WHERE owner = ?1)";
    connection.execute(SQL, [Id(owner)])?;
    Ok(())
}

/// Keeps all that `owner` has on this device, and sends nothing of it.
pub(crate) fn keep_all_local(connection: &Connection, owner: UserId) -> Result<(), StoreError> {
    enqueue_all(connection, owner)?;
    const SQL: &str = "UPDATE outbox SET state = 'local_only', last_code = NULL
        WHERE session_id IN (SELECT id FROM sessions WHERE owner = ?1)";
    connection.execute(SQL, [Id(owner)])?;
    Ok(())
}

/// The first `limit` sits that wait to be sent, whosever they are, those first that have waited longest since
/// their last change.
pub(crate) fn pending(connection: &Connection, limit: u32) -> Result<Vec<Pending>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT session_id, generation FROM outbox
         WHERE state = 'pending' ORDER BY generation LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Pending { session: row.get::<_, Id<_>>(0)?.0, generation: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The first sits of `owner` that wait to be sent and were changed after the generation `after`: at most `rows`, of
/// about `bytes` together, and at least one if there is any.
pub(crate) fn outgoing(
    connection: &Connection,
    owner: UserId,
    after: i64,
    rows: u32,
    bytes: usize,
) -> Result<Vec<Outgoing>, StoreError> {
    // Along the index of generations: a cross join keeps its order.
    const SQL: &str =
        "SELECT generation, sessions.* FROM outbox CROSS JOIN sessions ON id = session_id
         WHERE state = 'pending' AND generation > ?3 AND owner = ?1 ORDER BY generation LIMIT ?2";
    let mut statement = connection.prepare_cached(SQL)?;
    let mut found = statement.query((Id(owner), rows, after))?;
    let (mut outgoing, mut weight) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        let session = sessions::from_row(row)?;
        weight += ROW_WEIGHT + session.details.value.note.len() + session.details.value.label.len();
        if weight > bytes && !outgoing.is_empty() {
            break;
        }
        outgoing.push(Outgoing { session, generation: row.get("generation")? });
    }
    Ok(outgoing)
}

/// Whether anything of `owner` waits that could be sent now.
pub(crate) fn has_outgoing(connection: &Connection, owner: UserId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT EXISTS (SELECT 1 FROM outbox CROSS JOIN sessions ON id = session_id
         WHERE state = 'pending' AND owner = ?1)";
    Ok(connection.prepare_cached(SQL)?.query_row([Id(owner)], |row| row.get(0))?)
}

/// How a sit stands in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Rejected,
    LocalOnly,
}

/// A sit that is not on the server as it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub state: State,
    pub generation: i64,
    /// What the user has changed since the server had it.
    pub edited: Edited,
}

/// How a sit stands in the outbox; none: the server has it as it is here.
pub(crate) fn entry(
    connection: &Connection,
    session: SessionId,
) -> Result<Option<Entry>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT state, generation, edited FROM outbox WHERE session_id = ?1")?;
    let found = statement.query_row([Id(session)], |row| {
        let state = match row.get_ref(0)?.as_str()? {
            "pending" => State::Pending,
            "rejected" => State::Rejected,
            _ => State::LocalOnly,
        };
        Ok(Entry { state, generation: row.get(1)?, edited: Edited::from_bits(row.get(2)?) })
    });
    Ok(found.optional()?)
}

/// The server has the sit as it is here now.
pub(crate) fn is_there(connection: &Connection, session: SessionId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM outbox WHERE session_id = ?1")?
        .execute([Id(session)])?;
    Ok(())
}

/// The server has the sit as it was at `generation`. Says whether nothing is left to send of it: a change made
/// in the meantime stays.
pub(crate) fn acknowledge(
    connection: &Connection,
    session: SessionId,
    generation: i64,
) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached(
            "DELETE FROM outbox WHERE session_id = ?1 AND generation = ?2 AND state = 'pending'",
        )?
        .execute((Id(session), generation))?;
    Ok(removed == 1)
}

/// The server will not have the sit as it was at `generation`; `request_failed`: it gave no row outcome, but the whole request
/// failed. Says whether it was still so.
pub(crate) fn reject(
    connection: &Connection,
    session: SessionId,
    generation: i64,
    code: &str,
    request_failed: bool,
) -> Result<bool, StoreError> {
    let rejected = connection
        .prepare_cached(
            "UPDATE outbox SET state = 'rejected', last_code = ?3, request_failed = ?4, health = (
               SELECT accounts.health FROM sessions JOIN accounts ON accounts.id = sessions.owner
               WHERE sessions.id = ?1
             )
             WHERE session_id = ?1 AND generation = ?2 AND state = 'pending'",
        )?
        .execute((Id(session), generation, code, request_failed))?;
    Ok(rejected == 1)
}

/// How many sits of `owner` are not on the server as they are here.
pub(crate) fn backlog(connection: &Connection, owner: UserId) -> Result<Backlog, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'rejected'),
           count(*) FILTER (WHERE state = 'local_only'),
           (SELECT count(*) FROM unreadable_rows AS u WHERE u.owner = ?1)
         FROM outbox CROSS JOIN sessions ON id = session_id WHERE owner = ?1",
    )?;
    Ok(statement.query_row([Id(owner)], |row| {
        let (pending, rejected) = (row.get(0)?, row.get(1)?);
        Ok(Backlog { pending, rejected, local_only: row.get(2)?, unreadable: row.get(3)? })
    })?)
}

/// What the server will not have of `owner`, those first that have waited longest.
pub(crate) fn dead_letters(
    connection: &Connection,
    owner: UserId,
    limit: u32,
) -> Result<Vec<DeadLetter>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT last_code, sessions.* FROM outbox CROSS JOIN sessions ON id = session_id
         WHERE state = 'rejected' AND owner = ?1 ORDER BY generation LIMIT ?2",
    )?;
    let rows = statement.query_map((Id(owner), limit), |row| {
        Ok(DeadLetter { session: sessions::from_row(row)?, code: row.get("last_code")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Has dead letters of `owner` sent again. Says how many sits that are.
pub(crate) fn retry(
    connection: &Connection,
    owner: UserId,
    letters: DeadLetters<'_>,
) -> Result<u32, StoreError> {
    macro_rules! dead {
        () => {
            "FROM outbox JOIN sessions ON id = session_id
             WHERE state = 'rejected' AND owner = :owner
               AND (:which = 0 OR (:which = 1 AND request_failed = 1) OR (:which = 2 AND health IS NOT :health))"
        };
    }
    const COUNT: &str = concat!("SELECT count(*) ", dead!());
    const RETRY: &str = concat!(
        "UPDATE outbox SET state = 'pending', last_code = NULL, request_failed = 0, health = NULL,
           generation = :last + place
         FROM (SELECT session_id AS it, row_number() OVER (ORDER BY generation) AS place ",
        dead!(),
        ") WHERE session_id = it"
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
