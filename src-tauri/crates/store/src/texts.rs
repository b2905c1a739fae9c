//! Notes and labels that stay on this device, if the user of an account does not want them on its server.
//!
//! A session of such an account has two notes and two labels: the displayed ones, in the table of sessions, and the shared
//! ones, which are those that the server has. Only the shared ones are sent and merged, so that revisions, digests and
//! merges are the same on the server and on every device; the displayed ones follow the shared ones only where this
//! device has not set others. A session that the server has never had shares empty texts.
//!
//! The choice is a register of the account that all its devices share. A device reads it with every pull, which precedes the
//! pushes after a start, a sign-in and an outage, and then is repeated every ten minutes: until then, a running device may
//! still send a text after another one has begun to keep them. That texts are kept, every device obeys; that they are sent,
//! only the device on which the user has chosen so.

use crate::device::{self, Lineage};
use crate::outbox::{self, Edited};
use crate::sessions::{Record, SessionKey};
use crate::text::Id;
use crate::{StoreError, labels, reconcile};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;
use zafu_core::ids::{DeviceId, UserId};
use zafu_core::session::{Details, Register, Session};

/// The SQL condition that the displayed texts of a row of `sessions` differ from the shared ones, which a `LEFT JOIN` of
/// `shared_texts` has found; those that are not known differ.
const DIFFER: &str = "(sessions.note, sessions.label) IS NOT (
    iif(shared_texts.session_key IS NULL, '', shared_texts.note),
    iif(shared_texts.session_key IS NULL, '', shared_texts.label)
  )";

/// The note and the label of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Texts {
    note: String,
    label: String,
}

impl Texts {
    fn of(details: &Details) -> Self {
        Self { note: details.note.clone(), label: details.label.clone() }
    }

    /// Returns `session` with these texts.
    fn in_session(self, mut session: Session) -> Session {
        let Self { note, label } = self;
        session.details.value = Details { note, label, ..session.details.value };
        session
    }
}

/// Returns `session` with its shared texts, which are the columns `sharednote` and `sharedlabel` of `row`.
pub(crate) fn with_shared(session: Session, row: &Row<'_>) -> rusqlite::Result<Session> {
    let shared = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    Ok(Texts { note: shared("sharednote")?, label: shared("sharedlabel")? }.in_session(session))
}

/// Returns whether two states of a session differ in nothing but their texts.
pub(crate) fn differ_only(before: &Session, after: &Session) -> bool {
    *after == Texts::of(&after.details.value).in_session(before.clone())
}

/// Returns a note with all of both notes.
pub(crate) fn combine(first: &str, second: &str) -> String {
    if first.contains(second) {
        first.to_owned()
    } else if second.contains(first) {
        second.to_owned()
    } else {
        format!("{first}\n\n{second}")
    }
}

/// Returns whether the texts of the sessions of `owner` stay on this device.
pub(crate) fn are_kept(connection: &Connection, owner: Option<UserId>) -> Result<bool, StoreError> {
    let Some(owner) = owner else { return Ok(false) };
    let mut statement =
        connection.prepare_cached("SELECT keeps_texts FROM accounts WHERE id = ?1")?;
    let kept = statement.query_row([Id(owner)], |row| row.get(0)).optional()?;
    Ok(kept.unwrap_or(false))
}

/// A row of the table of shared texts.
struct Shared {
    /// `None`: not known yet.
    texts: Option<Texts>,
    has_diverged: bool,
    was_kept: bool,
}

impl Shared {
    const fn of(texts: Option<Texts>) -> Self {
        Self { texts, has_diverged: false, was_kept: false }
    }
}

fn find(connection: &Connection, key: SessionKey) -> Result<Option<Shared>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT note, label, has_diverged, was_kept FROM shared_texts WHERE session_key = ?1",
    )?;
    let found = statement.query_row([key], |row| {
        let texts = row.get::<_, Option<String>>(0)?.zip(row.get::<_, Option<String>>(1)?);
        let texts = texts.map(|(note, label)| Texts { note, label });
        Ok(Shared { texts, has_diverged: row.get(2)?, was_kept: row.get(3)? })
    });
    Ok(found.optional()?)
}

fn put(
    connection: &Connection,
    key: SessionKey,
    texts: &Texts,
    has_diverged: bool,
    was_kept: bool,
) -> Result<(), StoreError> {
    if *texts == Texts::default() && !has_diverged && !was_kept {
        return forget(connection, key);
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO shared_texts VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((key, &texts.note, &texts.label, has_diverged, was_kept))?;
    Ok(())
}

/// Forgets the shared texts of a session.
pub(crate) fn forget(connection: &Connection, key: SessionKey) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM shared_texts WHERE session_key = ?1")?.execute([key])?;
    Ok(())
}

/// Records the texts of a session that the server has and this device had not.
pub(crate) fn receive(
    connection: &Connection,
    key: SessionKey,
    theirs: &Session,
) -> Result<(), StoreError> {
    put(connection, key, &Texts::of(&theirs.details.value), false, false)
}

/// A session of this device, merged with the state of it that the server has.
pub(crate) struct Joined {
    /// The result, with the texts that this device displays.
    pub session: Session,
    /// The parts whose revision was raised above that of the server.
    pub raised: Edited,
    /// Whether the server has the result.
    pub is_confirmed: bool,
}

/// Merges a session as [`reconcile::join`], with the shared texts if the texts of its account `are_kept`.
pub(crate) fn join(
    connection: &Connection,
    lineage: &mut Lineage,
    are_kept: bool,
    record: &Record,
    theirs: &Session,
    edited: Edited,
    now: DateTime<Utc>,
) -> Result<Joined, StoreError> {
    if are_kept {
        return join_shared(connection, lineage, record, theirs, edited, now);
    }
    let ours = &record.session;
    let (mut joined, mut raised) = reconcile::join(connection, lineage, ours, theirs, edited, now)?;
    if was_emptied(ours, theirs) {
        joined.details = theirs.details.set(ours.details.value.clone(), lineage.current());
        raised.details = true;
    }
    if joined.details != ours.details && find(connection, record.key)?.is_some() {
        let (own, other) = (&ours.details, &theirs.details);
        if replaces_concurrent_note(ours, theirs) {
            let note = combine(&other.value.note, &own.value.note);
            let value = Details { note, ..other.value.clone() };
            joined.details = other.set(value, lineage.current());
            raised.details = true;
        }
        forget(connection, record.key)?;
    }
    let is_confirmed = joined == *theirs;
    Ok(Joined { session: joined, raised, is_confirmed })
}

/// Returns whether `theirs` has no texts under the same revision: after an erasure, a device that keeps them has sent it again.
fn was_emptied(ours: &Session, theirs: &Session) -> bool {
    let (own, other) = (&ours.details, &theirs.details);
    (own.revision, own.deviceid) == (other.revision, other.deviceid)
        && Texts::of(&other.value) == Texts::default()
        && Texts::of(&own.value) != Texts::default()
}

/// Returns whether `theirs` would replace a note that was set at the same time: both devices had one of their own until the
/// user chose to send notes.
fn replaces_concurrent_note(ours: &Session, theirs: &Session) -> bool {
    let (own, other) = (&ours.details, &theirs.details);
    own.revision == other.revision
        && other.deviceid > own.deviceid
        && !other.value.note.contains(&own.value.note)
}

fn join_shared(
    connection: &Connection,
    lineage: &mut Lineage,
    Record { key, session: ours, owner }: &Record,
    theirs: &Session,
    edited: Edited,
    now: DateTime<Utc>,
) -> Result<Joined, StoreError> {
    let displayed = Texts::of(&ours.details.value);
    let Shared { texts: before, mut has_diverged, mut was_kept } =
        match (owner, find(connection, *key)?) {
            // Whether the server has the texts of an ownerless session was not known until now.
            (None, _) => Shared::of(None),
            (Some(_), Some(shared)) => shared,
            (Some(_), None) => Shared::of(Some(Texts::default())),
        };
    let is_concurrent = was_kept && replaces_concurrent_note(ours, theirs);
    let is_same_register = (ours.details.revision, ours.details.deviceid)
        == (theirs.details.revision, theirs.details.deviceid);
    // This device never sets shared texts: what the server has under the same revision is right.
    let shared = match &before {
        Some(texts) if !is_same_register => texts.clone(),
        _ => Texts::of(&theirs.details.value),
    };
    let ours = shared.in_session(ours.clone());
    let (mut joined, raised) = reconcile::join(connection, lineage, &ours, theirs, edited, now)?;
    if raised.details {
        joined = Texts::of(&theirs.details.value).in_session(joined);
    }
    let is_confirmed = joined == *theirs;
    let after = Texts::of(&joined.details.value);
    let follow = |shown: &str, before: Option<&str>, after: &str| {
        let is_own = before.map_or(!shown.is_empty(), |before| shown != before);
        if is_own { shown.to_owned() } else { after.to_owned() }
    };
    let known = before.as_ref();
    let shown = Texts {
        note: follow(&displayed.note, known.map(|it| it.note.as_str()), &after.note),
        label: follow(&displayed.label, known.map(|it| it.label.as_str()), &after.label),
    };
    let shown = if is_concurrent { Texts { note: displayed.note, ..shown } } else { shown };
    let is_own = shown.note != after.note && !shown.note.is_empty();
    has_diverged |= is_own && known.is_none_or(|known| known.note != after.note || is_concurrent);
    was_kept &= joined.details.revision == ours.details.revision
        && joined.details.deviceid == ours.details.deviceid;
    put(connection, *key, &after, has_diverged, was_kept)?;
    Ok(Joined { session: shown.in_session(joined), raised, is_confirmed })
}

/// Makes the texts that were kept of sessions of `source`, which the current transaction moves to another account, new changes
/// of their sessions.
pub(crate) fn leave_moved(connection: &Connection, source: UserId) -> Result<(), StoreError> {
    if are_kept(connection, Some(source))? {
        let sql = format!(
            "UPDATE sessions SET detailsrevision = min(detailsrevision + 1, 4294967295), detailsdevice = ?1
             WHERE key IN (
               SELECT key FROM owner_moves JOIN sessions ON key = owner_moves.session_key
               LEFT JOIN shared_texts ON shared_texts.session_key = key
               WHERE {DIFFER}
             )"
        );
        connection.execute(&sql, [Id(device::current(connection)?)])?;
    }
    Ok(())
}

/// Marks the shared texts of the sessions that the current transaction moves to the account `target` as not known, if that
/// account keeps its texts; forgets those of the account that had the sessions.
pub(crate) fn enter_moved(connection: &Connection, target: UserId) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM shared_texts WHERE session_key IN (SELECT session_key FROM owner_moves)",
        [],
    )?;
    if are_kept(connection, Some(target))? {
        connection.execute(
            "INSERT INTO shared_texts (session_key) SELECT session_key FROM owner_moves
             WHERE session_key IN (SELECT session_key FROM outbox)",
            [],
        )?;
    }
    Ok(())
}

/// Marks the shared texts of all ownerless sessions as not known, if the account `target`, whose they become, keeps its
/// texts.
pub(crate) fn enter_ownerless(connection: &Connection, target: UserId) -> Result<(), StoreError> {
    if are_kept(connection, Some(target))? {
        connection.execute(
            "INSERT OR REPLACE INTO shared_texts (session_key) SELECT key FROM sessions
             WHERE owner IS NULL AND key IN (SELECT session_key FROM outbox)",
            [],
        )?;
    }
    Ok(())
}

/// Records that everything was read from the server of `account`: it has no texts of the sessions that it has not returned.
pub(crate) fn all_read(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
             "UPDATE shared_texts SET note = '', label = '' WHERE note IS NULL AND session_key IN (
               SELECT key FROM sessions WHERE owner = ?1 AND NOT EXISTS (
                 SELECT 1 FROM unreadable_rows WHERE unreadable_rows.owner = ?1 AND unreadable_rows.id = sessions.id
               )
             )",
        )?
        .execute([Id(account)])?;
    Ok(())
}

/// Records that the data of `account` were erased on its server: it has no texts any more. Those that are kept stay here.
pub(crate) fn record_erasure(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    if are_kept(connection, Some(account))? {
        connection.execute(
            "DELETE FROM shared_texts WHERE session_key IN (SELECT key FROM sessions WHERE owner = ?1)",
            [Id(account)],
        )?;
    }
    Ok(())
}

/// Returns the register of the choice of `account`.
fn choice(connection: &Connection, account: UserId) -> Result<Register<bool>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT keeps_texts, keeps_texts_revision, keeps_texts_device FROM accounts WHERE id = ?1",
    )?;
    let found = statement.query_row([Id(account)], |row| {
        let deviceid = row.get::<_, Option<Id<DeviceId>>>(2)?.map(|id| id.0);
        let deviceid = deviceid.unwrap_or(DeviceId(Uuid::nil()));
        Ok(Register { value: row.get(0)?, revision: row.get(1)?, deviceid })
    });
    found.optional()?.ok_or(StoreError::NoSuchAccount { id: account })
}

/// Stores the register of the choice, and carries out a change of its value. Returns whether everything must be read from
/// the server again.
fn write(
    connection: &Connection,
    account: UserId,
    chosen: &Register<bool>,
    is_pending: bool,
) -> Result<bool, StoreError> {
    let before = choice(connection, account)?.value;
    connection.execute(
        "UPDATE accounts SET keeps_texts = ?2, keeps_texts_revision = ?3, keeps_texts_device = ?4,
           keeps_texts_pending = ?5 WHERE id = ?1",
        (Id(account), chosen.value, chosen.revision, Id(chosen.deviceid), is_pending),
    )?;
    match (before, chosen.value) {
        (false, true) => keep(connection, account),
        (true, false) => send(connection, account).map(|()| false),
        _ => Ok(false),
    }
}

/// Chooses whether notes and labels of `account` stay on the device that has them: on all its devices, or no longer on this
/// one.
pub(crate) fn set_kept(
    connection: &Connection,
    account: UserId,
    are_kept: bool,
) -> Result<(), StoreError> {
    let known = choice(connection, account)?;
    if known.value == are_kept && known.revision > 0 {
        return Ok(());
    }
    let chosen = known.set(are_kept, device::current(connection)?);
    write(connection, account, &chosen, true).map(drop)
}

/// Records the choice that the server of `account` has; `None` if it cannot store one. A device that keeps its texts goes on
/// keeping them, whatever the server returns: its owner could write there that they are to be sent. Returns whether
/// everything must be read from the server again.
pub(crate) fn record_server_choice(
    connection: &Connection,
    account: UserId,
    theirs: Option<&Register<bool>>,
) -> Result<bool, StoreError> {
    connection
        .prepare_cached("UPDATE accounts SET server_stores_keeps_texts = ?2 WHERE id = ?1")?
        .execute((Id(account), theirs.is_some()))?;
    let Some(theirs) = theirs else { return Ok(false) };
    let ours = choice(connection, account)?;
    let order = (theirs.revision, theirs.deviceid).cmp(&(ours.revision, ours.deviceid));
    if theirs.revision > 0 && order.is_ge() {
        let value = ours.value || theirs.value;
        let is_unsent = connection
            .prepare_cached("SELECT keeps_texts_pending FROM accounts WHERE id = ?1")?
            .query_row([Id(account)], |row| row.get(0))?;
        if order.is_gt() && ours.value && !theirs.value && is_unsent {
            // The user has just chosen on this device, for all devices.
            let chosen = theirs.set(true, device::current(connection)?);
            return write(connection, account, &chosen, true);
        }
        return write(connection, account, &Register { value, ..theirs.clone() }, false);
    }
    let is_pending = ours.revision > 0;
    connection
        .prepare_cached("UPDATE accounts SET keeps_texts_pending = ?2 WHERE id = ?1")?
        .execute((Id(account), is_pending))?;
    Ok(false)
}

/// Returns the choice of `account`, if it is to be sent.
pub(crate) fn outgoing(
    connection: &Connection,
    account: UserId,
) -> Result<Option<Register<bool>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT keeps_texts_pending AND server_stores_keeps_texts FROM accounts WHERE id = ?1",
    )?;
    let is_due = statement.query_row([Id(account)], |row| row.get(0)).optional()?;
    if is_due.unwrap_or(false) { choice(connection, account).map(Some) } else { Ok(None) }
}

/// Records that the server of `account` has answered the choice that was sent.
pub(crate) fn record_sent(
    connection: &Connection,
    account: UserId,
    sent: &Register<bool>,
) -> Result<(), StoreError> {
    if choice(connection, account)? == *sent {
        connection
            .execute("UPDATE accounts SET keeps_texts_pending = 0 WHERE id = ?1", [Id(account)])?;
    }
    Ok(())
}

/// Keeps the texts of `account` from now on. What the server has of sessions in the outbox is not known, so that they are
/// sent only after everything was read again; of all others it has what is displayed. Returns whether it must be read again.
fn keep(connection: &Connection, account: UserId) -> Result<bool, StoreError> {
    connection.execute(
        "INSERT INTO shared_texts (session_key, note, label) SELECT key, note, label FROM sessions
         WHERE owner = ?1 AND (note, label) <> ('', '') AND key NOT IN (SELECT session_key FROM outbox)
           AND key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1)
         ON CONFLICT (session_key) DO UPDATE SET note = excluded.note, label = excluded.label",
        [Id(account)],
    )?;
    let unknown = connection.execute(
        "INSERT INTO shared_texts (session_key) SELECT key FROM sessions
         WHERE owner = ?1 AND key IN (SELECT session_key FROM outbox)
         ON CONFLICT (session_key) DO UPDATE SET note = NULL, label = NULL",
        [Id(account)],
    )?;
    if unknown == 0 {
        return Ok(false);
    }
    connection.execute(
        "UPDATE accounts SET seq = NULL, history_id = NULL WHERE id = ?1",
        [Id(account)],
    )?;
    Ok(true)
}

/// Sends the texts of `account` from now on: those that the server does not have become new changes of their sessions.
fn send(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    combine_diverged(connection, account)?;
    let sql = format!(
        "SELECT key FROM sessions LEFT JOIN shared_texts ON session_key = key
         WHERE owner = ?1 AND key NOT IN (SELECT session_key FROM open_sits WHERE preparing = 1) AND {DIFFER}"
    );
    let keys: Vec<SessionKey> = connection
        .prepare(&sql)?
        .query_map([Id(account)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let device = device::current(connection)?;
    connection.execute(
        "UPDATE shared_texts SET note = '', label = '', has_diverged = 0
         WHERE session_key IN (SELECT key FROM sessions WHERE owner = ?1)",
        [Id(account)],
    )?;
    connection.execute(
        "DELETE FROM shared_texts WHERE was_kept = 0 AND session_key IN (SELECT key FROM sessions WHERE owner = ?1)",
        [Id(account)],
    )?;
    for key in keys {
        connection
            .prepare_cached(
                "UPDATE sessions SET detailsrevision = min(detailsrevision + 1, 4294967295), detailsdevice = ?2
                 WHERE key = ?1",
            )?
            .execute((key, Id(device)))?;
        connection
            .prepare_cached("INSERT OR REPLACE INTO shared_texts VALUES (?1, '', '', 0, 1)")?
            .execute([key])?;
        outbox::enqueue(connection, key, Edited { details: true, deletion: false })?;
    }
    labels::restart_sync(connection, account)
}

/// Adds the notes of the server to the displayed ones where both this device and another one have changed a note.
fn combine_diverged(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT key, shared_texts.note, sessions.note FROM shared_texts JOIN sessions ON key = session_key
         WHERE owner = ?1 AND has_diverged = 1 AND shared_texts.note IS NOT NULL AND sessions.note <> ''",
    )?;
    let rows = statement.query_map([Id(account)], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    for (key, shared, displayed) in rows.collect::<Result<Vec<(SessionKey, _, _)>, _>>()? {
        let note = combine(&shared, &displayed);
        connection.execute("UPDATE sessions SET note = ?2 WHERE key = ?1", (key, note))?;
    }
    Ok(())
}
