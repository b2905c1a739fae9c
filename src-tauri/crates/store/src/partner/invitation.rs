//! The open invitation of an account, and the news that were announced.

use super::records::view;
use super::sync::erasing;
use crate::text::{Id, Stamp};
use crate::{StoreError, accounts};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use zafu_core::ids::UserId;
use zafu_core::invitation::InvitationCode;
use zafu_core::partnership::{News, PartnerView};

/// An invitation whose code this device keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptInvitation {
    /// Its code.
    pub code: InvitationCode,
    /// When it expires; none: the server has not confirmed it yet.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Returns the invitation of `account` that this device keeps.
pub(crate) fn kept_invitation(
    connection: &Connection,
    account: UserId,
) -> Result<Option<KeptInvitation>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT invitation_code, invitation_expiresat FROM accounts WHERE id = ?1",
    )?;
    let (code, expires_at): (Option<String>, Option<Stamp>) =
        statement.query_row([Id(account)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let code = code.and_then(|code| InvitationCode::parse(&code).ok());
    Ok(code.map(|code| KeptInvitation { code, expires_at: expires_at.map(|Stamp(at)| at) }))
}

/// Keeps `invitation` of `account` in place of the last one; none: forgets it.
pub(crate) fn keep_invitation(
    connection: &Connection,
    account: UserId,
    invitation: Option<&KeptInvitation>,
) -> Result<(), StoreError> {
    let code = invitation.map(|invitation| invitation.code.as_str());
    let expires_at = invitation.and_then(|invitation| invitation.expires_at).map(Stamp);
    const SQL: &str =
        "UPDATE accounts SET invitation_code = ?2, invitation_expiresat = ?3 WHERE id = ?1";
    erasing(connection, || connection.execute(SQL, (Id(account), code, expires_at)))?;
    Ok(())
}

/// Notes which news `view` has: all of them were announced, if it is the first that was read. A server that was restored
/// from a backup counts from an earlier number again.
pub(super) fn note_news(
    connection: &Connection,
    account: UserId,
    view: &PartnerView,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE accounts SET announced_news = min(coalesce(announced_news, ?2), ?2) WHERE id = ?1",
        )?
        .execute((Id(account), newest(&view.news)))?;
    Ok(())
}

fn newest(news: &[News]) -> i64 {
    news.iter().map(|news| news.seq).max().unwrap_or(0)
}

/// Returns the news of the shown account that were not announced, the oldest first.
pub(crate) fn unannounced_news(connection: &Connection) -> Result<Vec<News>, StoreError> {
    let Some(account) = accounts::shown(connection)? else { return Ok(Vec::new()) };
    let Some((view, _)) = view(connection, account.id)? else { return Ok(Vec::new()) };
    let mut statement =
        connection.prepare_cached("SELECT announced_news FROM accounts WHERE id = ?1")?;
    let announced: Option<i64> = statement.query_row([Id(account.id)], |row| row.get(0))?;
    let Some(announced) = announced else { return Ok(Vec::new()) };
    Ok(view.news.into_iter().filter(|news| news.seq > announced).collect())
}

/// Records that `news` of the shown account are announced. Returns false if another process has announced them.
pub(crate) fn record_announced(connection: &Connection, news: &[News]) -> Result<bool, StoreError> {
    let recorded = connection.execute(
        "UPDATE accounts SET announced_news = ?1 WHERE shown = 1 AND announced_news < ?1",
        [newest(news)],
    )?;
    Ok(recorded == 1)
}
