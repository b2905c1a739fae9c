//! Sends what the user has changed about the partner, and applies what the server responds.

use super::invitation::{keep_invitation, note_news};
use super::records::{
    BOW, LEAVE, PRIVACY, PROFILE, Record, TARGET, find, remove_privacy, remove_request, request,
    view, write,
};
use super::{
    Bow, PartOutcome, PartnerApplied, PartnerChanges, PartnerRequest, PartnerUpdate,
    PartnershipPrivacy, SettingState,
};
use crate::device::Lineage;
use crate::text::{Id, Json, Stamp};
use crate::{StoreError, connection, reconcile, texts};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use uuid::Uuid;
use zafu_core::ids::{PartnershipId, UserId};
use zafu_core::partnership::Privacy;
use zafu_core::session::Register;

/// Returns what is to be sent about the partner of `account`.
pub(crate) fn outgoing(
    connection: &Connection,
    account: UserId,
) -> Result<PartnerChanges, StoreError> {
    fn pending<T>(record: Option<Record<T>>) -> Option<Register<T>> {
        record.filter(|it| it.state == SettingState::Pending).map(|it| it.register)
    }
    let owner = Some(account);
    let waiting = |kind| {
        let request = request(connection, account, kind)?;
        Ok::<_, StoreError>(request.filter(|(request, _)| request.refusal.is_none()))
    };
    Ok(PartnerChanges {
        profile: pending(find(connection, owner, PROFILE)?),
        target: pending(find(connection, owner, TARGET)?),
        privacy: pending(find(connection, owner, PRIVACY)?),
        bow: waiting(BOW)?.and_then(|(PartnerRequest { partnership, .. }, id)| {
            id.map(|id| Bow { id, partnership })
        }),
        leave: waiting(LEAVE)?.map(|(request, _)| request.partnership),
        keeps_texts: texts::outgoing(connection, account)?,
    })
}

/// Returns the number of the state of the server of `account` that was last read.
pub(crate) fn known_seq(
    connection: &Connection,
    account: UserId,
) -> Result<Option<i64>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT partner_seq FROM accounts WHERE id = ?1")?;
    Ok(statement.query_row([Id(account)], |row| row.get(0))?)
}

/// Returns whether there is something to send or to read about the partner of `account`. Never, if its server does not know
/// partners. An account that never set anything and has no partner has the number 0, and needs no view.
pub(crate) fn is_due(connection: &Connection, account: UserId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT EXISTS (
           SELECT 1 FROM accounts WHERE id = ?1 AND server_partner_seq IS NOT NULL AND (
             coalesce(partner_seq, 0) <> server_partner_seq
             OR (partner_seq IS NULL AND EXISTS (SELECT 1 FROM partner_views WHERE owner = ?1))
             OR EXISTS (SELECT 1 FROM partner_registers WHERE coalesce(owner, '') = ?1 AND state = 'pending')
             OR EXISTS (SELECT 1 FROM partner_requests WHERE owner = ?1 AND refusal IS NULL)
             OR (keeps_texts_pending = 1 AND server_stores_keeps_texts = 1)
           )
         )";
    Ok(connection.prepare_cached(SQL)?.query_row([Id(account)], |row| row.get(0))?)
}

/// Records the number of the state of the server that a pull of `account` returned.
pub(crate) fn record_server_seq(
    connection: &Connection,
    account: UserId,
    partner_seq: Option<i64>,
) -> Result<(), StoreError> {
    connection
        // An account with the number 0 has no news.
        .prepare_cached(
            "UPDATE accounts SET server_partner_seq = ?2,
               announced_news = CASE WHEN ?2 = 0 THEN coalesce(announced_news, 0) ELSE announced_news END
             WHERE id = ?1",
        )?
        .execute((Id(account), partner_seq))?;
    Ok(())
}

/// Applies the response to a request about the partner of `account`.
pub(crate) fn apply(
    connection: &Connection,
    account: UserId,
    response: &PartnerUpdate,
) -> Result<PartnerApplied, StoreError> {
    let PartnerUpdate { sent, outcomes, at, .. } = response;
    let mut merge =
        Merge { connection, account, lineage: Lineage::of(connection, account)?, at: *at };
    let parts = (sent.profile.as_ref(), outcomes.profile.as_ref());
    let mut changed = merge.register(PROFILE, response.profile.as_ref(), parts, |_, _| false)?;
    let parts = (sent.target.as_ref(), outcomes.target.as_ref());
    changed |= merge.register(TARGET, response.target.as_ref(), parts, |_, _| false)?;
    if let Some(now) = &response.view {
        let partnership = now.partnership.as_ref();
        let id = partnership.map(|it| it.id);
        let known = find::<PartnershipPrivacy>(connection, Some(account), PRIVACY)?;
        if known.is_some_and(|known| Some(known.register.value.partnership) != id) {
            remove_privacy(connection, account)?;
        }
        let theirs = partnership.map(|it| {
            let value = PartnershipPrivacy { partnership: it.id, level: it.privacy.value };
            Register { value, revision: it.privacy.revision, deviceid: it.privacy.deviceid }
        });
        let parts = (sent.privacy.as_ref(), outcomes.privacy.as_ref());
        let shows_less = |one: &PartnershipPrivacy, other: &PartnershipPrivacy| {
            one.level == Privacy::Counts && other.level != Privacy::Counts
        };
        changed |= merge.register(PRIVACY, theirs.as_ref(), parts, shows_less)?;
        changed |= view(connection, account)?.is_none_or(|(before, _)| before != *now);
        erasing(connection, || {
            connection.execute(
                "INSERT OR REPLACE INTO partner_views (owner, body, readat) VALUES (?1, ?2, ?3)",
                (Id(account), Json(now), Stamp(*at)),
            )
        })?;
        note_news(connection, account, now)?;
        if id.is_some() {
            // An invitation has been accepted.
            keep_invitation(connection, account, None)?;
        }
        // Nobody is there to bow to after a partnership, and what was refused in it, or a bow, has been shown until now.
        connection.execute(
            "DELETE FROM partner_requests WHERE owner = ?1
             AND (partnership IS NOT ?2 AND (kind = 'bow' OR refusal IS NOT NULL)
               OR kind = 'bow' AND refusal IS NOT NULL)",
            (Id(account), id.map(Id)),
        )?;
    } else {
        connection.execute(
            "UPDATE partner_views SET readat = ?2 WHERE owner = ?1",
            (Id(account), Stamp(*at)),
        )?;
    }
    let bow = sent.bow.map(|bow| (Some(bow.id), bow.partnership));
    let may_bow =
        response.view.as_ref().and_then(|now| now.partnership.as_ref()).map(|it| it.may_bow);
    let bowed = match &outcomes.bow {
        // Another device has bowed, or there is nothing to bow to any more: nothing is left to be told.
        Some(PartOutcome::Rejected(code)) if code == "not_yet" && may_bow == Some(false) => {
            Some(&PartOutcome::Done)
        }
        outcome => outcome.as_ref(),
    };
    changed |= merge.request(BOW, bow, bowed)?;
    let leave = sent.leave.map(|partnership| (None, partnership));
    changed |= merge.request(LEAVE, leave, outcomes.leave.as_ref())?;
    // Whether the server has stored the choice or has a later one, the next pull tells.
    if let (Some(chosen), Some(_)) = (&sent.keeps_texts, &outcomes.keeps_texts) {
        texts::record_sent(connection, account, chosen)?;
    }
    connection
        .prepare_cached(
            "UPDATE accounts SET partner_seq = ?2, server_partner_seq = ?2 WHERE id = ?1",
        )?
        .execute((Id(account), response.partner_seq))?;
    let waiting = outgoing(connection, account)?;
    let is_same = sent.profile.is_some() && sent.profile == waiting.profile
        || sent.target.is_some() && sent.target == waiting.target
        || sent.privacy.is_some() && sent.privacy == waiting.privacy
        || sent.bow.is_some() && sent.bow == waiting.bow
        || sent.leave.is_some() && sent.leave == waiting.leave
        || sent.keeps_texts.is_some() && sent.keeps_texts == waiting.keeps_texts;
    Ok(PartnerApplied { changed, resolved: !is_same })
}

/// Runs `change`, which overwrites what it removes: what a partner shows no longer must not stay in unused parts of the file.
pub(super) fn erasing<T>(
    connection: &Connection,
    change: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let set =
        |is_on: bool| connection.pragma_update_and_check(None, "secure_delete", is_on, |_| Ok(()));
    set(true)?;
    let changed = change();
    // Not for all changes, because an import and its undoing would write more.
    set(false)?;
    changed
}

/// Merges a response with what is stored for its account.
struct Merge<'a> {
    connection: &'a Connection,
    account: UserId,
    lineage: Lineage,
    at: DateTime<Utc>,
}

impl Merge<'_> {
    /// Merges a register. `theirs` is what the server has, if this version can read it; the parts are what was sent and its
    /// outcome. Of equal revisions the value wins that `shows_less` than the other one, whichever device has set it. Returns
    /// whether the value, or what its user is told about its state, is new or changed on this device.
    fn register<T: Clone + PartialEq + Serialize + DeserializeOwned>(
        &mut self,
        kind: &str,
        theirs: Option<&Register<T>>,
        (sent, outcome): (Option<&Register<T>>, Option<&PartOutcome>),
        shows_less: impl Fn(&T, &T) -> bool,
    ) -> Result<bool, StoreError> {
        let Self { connection, account, at, .. } = *self;
        let owner = Some(account);
        let Some(Record { register: ours, state }) = find::<T>(connection, owner, kind)? else {
            let Some(theirs) = theirs.filter(|theirs| theirs.revision > 0) else {
                return Ok(false);
            };
            self.lineage.meet_unknown(connection, theirs.deviceid, at)?;
            write(connection, owner, kind, theirs, &SettingState::Synced)?;
            return Ok(true);
        };
        let is_sent = |register: &Register<T>| sent == Some(register);
        let before = state.clone();
        let (register, state) = match theirs {
            Some(theirs) => {
                let is_edited = state == SettingState::Pending;
                let lineage = &mut self.lineage;
                let (mut joined, mut is_raised) =
                    reconcile::join_register(connection, lineage, &ours, theirs, is_edited, at)?;
                if ours.revision == theirs.revision {
                    if shows_less(&ours.value, &theirs.value) {
                        // A server of an older version has decided by the device ids.
                        joined = theirs.set(ours.value.clone(), lineage.current());
                        is_raised = true;
                    } else if shows_less(&theirs.value, &ours.value) {
                        (joined, is_raised) = (theirs.clone(), false);
                    }
                }
                let state = if joined == *theirs {
                    SettingState::Synced
                } else {
                    match state {
                        SettingState::Rejected(_) if is_raised => SettingState::Pending,
                        // The server has lost it.
                        SettingState::Synced => SettingState::Pending,
                        state => state,
                    }
                };
                (joined, state)
            }
            // A later version of Zafu has set it since.
            None if outcome == Some(&PartOutcome::Done) && is_sent(&ours) => {
                (ours.clone(), SettingState::Synced)
            }
            None => (ours.clone(), state),
        };
        let state = match outcome {
            // A later change may be accepted.
            Some(PartOutcome::Rejected(code)) if is_sent(&register) => {
                SettingState::Rejected(code.clone())
            }
            _ => state,
        };
        if register != ours || state != before {
            write(connection, owner, kind, &register, &state)?;
        }
        Ok(register.value != ours.value || state != before)
    }

    /// Applies the outcome of a request, if it is still the one that was sent. Returns whether there was an outcome.
    fn request(
        &self,
        kind: &str,
        sent: Option<(Option<Uuid>, PartnershipId)>,
        outcome: Option<&PartOutcome>,
    ) -> Result<bool, StoreError> {
        let (Some((id, partnership)), Some(outcome)) = (sent, outcome) else { return Ok(false) };
        let waiting = request(self.connection, self.account, kind)?;
        if !waiting.is_some_and(|(it, of)| of == id && it.partnership == partnership) {
            return Ok(false);
        }
        match outcome {
            PartOutcome::Done => remove_request(self.connection, self.account, kind)?,
            PartOutcome::Rejected(code) => {
                self.connection.execute(
                    "UPDATE partner_requests SET refusal = ?3 WHERE owner = ?1 AND kind = ?2",
                    (Id(self.account), kind, code),
                )?;
            }
        }
        Ok(true)
    }
}

/// Removes the last responses of servers from `backup`, a database of any format, in which they would outlive what a partner shows.
/// After a restore, they are read again.
pub(crate) fn remove_views_of_backup(backup: &Path) -> Result<(), StoreError> {
    let connection = connection::writing(backup, connection::BUSY_TIMEOUT)?;
    if !connection.table_exists(None, "partner_views")? {
        return Ok(());
    }
    // A journal is a file beside the backup, with what is removed.
    connection.pragma_update_and_check(None, "journal_mode", "memory", |_| Ok(()))?;
    erasing(&connection, || {
        connection.execute_batch(
            "BEGIN;
             DELETE FROM partner_views;
             UPDATE accounts SET partner_seq = NULL;
             COMMIT;",
        )
    })?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Forgets which state of the server of `account` was read.
fn forget_read(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute("UPDATE accounts SET partner_seq = NULL WHERE id = ?1", [Id(account)])?;
    Ok(())
}

/// Makes the registers of `account` due to be sent and read again, except local-only ones.
pub(crate) fn restart_sync(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE partner_registers SET state = 'pending', reason = NULL
         WHERE owner = ?1 AND state IS NOT 'local_only'",
        [Id(account)],
    )?;
    forget_read(connection, account)
}

/// Removes what an erasure has ended: the partnership with everything that belongs to it.
fn remove_partnership(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    remove_privacy(connection, account)?;
    keep_invitation(connection, account, None)?;
    connection.execute("DELETE FROM partner_requests WHERE owner = ?1", [Id(account)])?;
    erasing(connection, || {
        connection.execute("DELETE FROM partner_views WHERE owner = ?1", [Id(account)])
    })?;
    forget_read(connection, account)
}

/// Sends the registers of `account` again, after its data were erased from the server.
pub(crate) fn upload_erased(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    remove_partnership(connection, account)?;
    connection.execute(
        "UPDATE partner_registers SET state = 'pending', reason = NULL WHERE owner = ?1",
        [Id(account)],
    )?;
    Ok(())
}

/// Makes the registers of `account` local only, until the user changes them.
pub(crate) fn keep_all_local(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    remove_partnership(connection, account)?;
    connection.execute(
        "UPDATE partner_registers SET state = 'local_only', reason = NULL WHERE owner = ?1",
        [Id(account)],
    )?;
    Ok(())
}

/// Makes the registers of `account` that the server has rejected pending again.
pub(crate) fn retry_rejected(connection: &Connection, account: UserId) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE partner_registers SET state = 'pending', reason = NULL
         WHERE owner = ?1 AND state = 'rejected'",
        [Id(account)],
    )?;
    Ok(())
}
