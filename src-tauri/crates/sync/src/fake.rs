//! A server in memory that follows the contract of `supabase/migrations`: history ids, merging, one outcome for each
//! row, limits, erasure. It can be dumped and restored, and it can inject faults.
//!
//! Requests and responses are bytes, as those of the real server, so that tests cover the real wire format.

mod keychain;
mod partner;

pub use keychain::Memory;

use crate::digest::Digest;
use crate::remote::{
    Answer, DigestResponse, Fault, Health, Invitations, Inviter, LabelsResponse, PartnerResponse,
    PullLimit, PullResponse, PushResponse, Remote, RemoteError,
};
use crate::wire::{self, HttpResponse};
use chrono::{DateTime, Datelike, Utc};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::{Builder, Uuid};
use zafu_core::day::DayStart;
use zafu_core::ids::{PartnershipId, SessionId, UserId};
use zafu_core::invitation::InvitationCode;
use zafu_core::label::{Label, LabelKey};
use zafu_core::session::{MAX_REVISION, Session};
use zafu_core::time::UtcOffset;
use zafu_store::{Cursor, Outgoing, PartnerChanges};

/// Limits of one push, in rows and bytes: `zafu.rows_per_push()`, `zafu.bytes_per_push()`.
const ROWS_PER_PUSH: usize = 5000;
const BYTES_PER_PUSH: usize = 4 << 20;
/// Limits of one session, as `zafu.read_element` checks them: texts in bytes, UTC offset in minutes.
const MAX_NOTE_BYTES: usize = 131_072;
const MAX_LABEL_BYTES: usize = 8192;
const MAX_UTC_OFFSET: u16 = 1439;
/// Limit of one account and of one request, in labels: `zafu.labels_per_account()`.
const LABELS_PER_ACCOUNT: usize = 2000;
/// Default limits of one pull, in rows and bytes, and the size of a row in bytes without its texts.
const PAGE_ROWS: u64 = 2000;
const PAGE_BYTES: u64 = 1 << 20;
const ROW_BYTES: usize = 700;

/// A request of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `push_sessions`.
    Push(Vec<u8>),
    /// `pull_sessions`.
    Pull(Vec<u8>),
    /// `sync_labels`.
    Labels(Vec<u8>),
    /// `sync_partner`.
    Partner(Vec<u8>),
    /// `create_invitation`.
    Invite(Vec<u8>),
    /// `preview_invitation`.
    Preview(Vec<u8>),
    /// `accept_invitation`.
    Accept(Vec<u8>),
    /// `withdraw_invitation`.
    Withdraw,
    /// `digest_sessions`.
    Digest,
    /// `erase_account`.
    Erase,
    /// `zafu_health`.
    Health,
}

/// Identifies a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(u64);

/// The state of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenState {
    Valid,
    /// It can be refreshed.
    Expired,
    /// It cannot be refreshed.
    Revoked,
}

/// The data of one account.
#[derive(Clone, Debug)]
struct AccountData {
    sits: BTreeMap<SessionId, (Session, i64)>,
    head: Cursor,
    cursors: Vec<Cursor>,
    /// The sequence number of the newest pruned cursor in `cursors`.
    pruned_seq: i64,
    erasure_id: Option<Uuid>,
    labels: BTreeMap<LabelKey, Label>,
    /// The sequence number of the last change of the labels.
    labels_seq: i64,
    /// Every label that was ever accepted, for [`Server::verify`].
    accepted_labels: Vec<Label>,
    /// Every session that was ever accepted, for [`Server::verify`].
    accepted: Vec<Session>,
}

/// A backup of the server: everything except tokens and the random number generator.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    accounts: BTreeMap<UserId, AccountData>,
    partners: partner::Partners,
    seq: i64,
}

/// Faults that the server injects.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Sessions that make every push with them fail with 22P02.
    pub poison: BTreeSet<SessionId>,
    /// Sessions that are rejected by their row outcome.
    pub reject: BTreeSet<SessionId>,
    /// Pushes of more rows than this time out on the server.
    pub slow_above_rows: Option<usize>,
    /// The number of rows at the end of each push that are ignored and have no outcome.
    pub missing_outcomes: usize,
    /// The health check reports that the tables are not protected.
    pub unhealthy: bool,
    /// The server's clock is behind that of the auth server, so that it rejects valid tokens.
    pub rejects_tokens: bool,
    /// A trigger is disabled, so that every write fails with 23502.
    pub trigger_disabled: bool,
    /// Sessions that are sent in a form that only a later version of Zafu can read.
    pub unreadable: BTreeSet<SessionId>,
    /// Every request about labels fails.
    pub labels_fail: bool,
    /// The server is of an older version, which does not know labels.
    pub without_labels: bool,
    /// Every request about the partner fails.
    pub partner_fails: bool,
    /// The server is of an older version, which does not know partners.
    pub without_partners: bool,
    /// The server is of an older version, which does not store whether notes and labels stay on the devices.
    pub without_keeps_texts: bool,
    /// The maximum number of rows in one push that the health check reports, if not the real limit.
    pub rows_per_push: Option<usize>,
}

/// A server in memory.
#[derive(Debug)]
pub struct Server {
    contents: Dump,
    tokens: BTreeMap<Token, (UserId, TokenState)>,
    rng: Rng,
    /// The faults that it injects.
    pub faults: Faults,
    /// The number of calls that have reached it.
    pub calls: u64,
    /// Its clock, which only tests move.
    pub now: DateTime<Utc>,
}

impl Server {
    /// Creates an empty server. `seed` determines its history ids and tokens.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            contents: Dump::default(),
            tokens: BTreeMap::new(),
            rng: Rng::with_seed(seed),
            faults: Faults::default(),
            calls: 0,
            now: partner::start_of_time(),
        }
    }

    fn new_history_id(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.rng.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Signs an account in, and creates it first if it does not exist. Returns a token.
    pub fn sign_in(&mut self, account: UserId) -> Token {
        if !self.contents.accounts.contains_key(&account) {
            let head = Cursor { seq: 0, history_id: self.new_history_id() };
            let (sits, accepted) = (BTreeMap::new(), Vec::new());
            let data = AccountData {
                sits,
                head,
                cursors: vec![head],
                pruned_seq: -1,
                erasure_id: None,
                labels: BTreeMap::new(),
                labels_seq: 0,
                accepted_labels: Vec::new(),
                accepted,
            };
            self.contents.accounts.insert(account, data);
        }
        let token = Token(self.rng.u64(..));
        self.tokens.insert(token, (account, TokenState::Valid));
        token
    }

    /// Makes all existing tokens invalid. If `revoked`, they cannot be refreshed either.
    pub fn expire_tokens(&mut self, revoked: bool) {
        for (_, state) in self.tokens.values_mut() {
            *state = match (revoked, *state) {
                (true, _) | (_, TokenState::Revoked) => TokenState::Revoked,
                (false, _) => TokenState::Expired,
            };
        }
    }

    /// Refreshes a token. Returns the new one.
    ///
    /// # Errors
    /// Returns the error response of the auth server if the token is revoked or unknown.
    pub fn refresh(&mut self, token: Token) -> Result<Token, HttpResponse> {
        self.calls += 1;
        match self.tokens.get(&token) {
            Some((account, TokenState::Valid | TokenState::Expired))
                if self.contents.accounts.contains_key(account) =>
            {
                Ok(self.sign_in(*account))
            }
            _ => {
                let body = json!({"code": 400, "error_code": "refresh_token_not_found"});
                Err(HttpResponse { status: 400, retry_after: None, body: body.to_string().into() })
            }
        }
    }

    /// Removes all known cursors of an account except the last one.
    pub fn prune_cursors(&mut self, account: UserId) {
        if let Some(data) = self.contents.accounts.get_mut(&account)
            && let Some(last) = data.cursors.pop()
        {
            data.pruned_seq =
                data.cursors.iter().map(|cursor| cursor.seq).max().unwrap_or(data.pruned_seq);
            data.cursors = vec![last];
        }
    }

    /// Returns whether a token cannot be refreshed.
    #[must_use]
    pub fn is_revoked(&self, token: Token) -> bool {
        !matches!(self.tokens.get(&token), Some((_, TokenState::Valid | TokenState::Expired)))
    }

    /// Gives all sessions of an account new sequence numbers, so that every device pulls them again unchanged.
    pub fn touch(&mut self, account: UserId) {
        let Some(data) = self.contents.accounts.get(&account) else { return };
        let mut seq = self.contents.seq;
        let ids: Vec<_> = data.sits.keys().copied().collect();
        let head = Cursor {
            seq: seq + 1 + i64::try_from(ids.len()).unwrap_or(0),
            history_id: self.new_history_id(),
        };
        let data = self.data(account);
        for (_, at) in data.sits.values_mut() {
            seq += 1;
            *at = seq;
        }
        data.head = head;
        data.cursors.push(head);
        self.contents.seq = head.seq;
    }

    /// Deletes an account with all its data. Its tokens stay valid.
    pub fn delete_account(&mut self, account: UserId) {
        self.leave_partner(account);
        self.contents.accounts.remove(&account);
    }

    /// Returns a backup of the server.
    #[must_use]
    pub fn dump(&self) -> Dump {
        self.contents.clone()
    }

    /// Restores a backup. Accounts that it does not have stay, without sessions.
    pub fn restore(&mut self, dump: &Dump) {
        let accounts: Vec<_> = self.contents.accounts.keys().copied().collect();
        self.contents = dump.clone();
        for account in accounts {
            self.sign_in(account);
        }
    }

    /// Returns the sessions of an account by id.
    #[must_use]
    pub fn sits(&self, account: UserId) -> BTreeMap<SessionId, Session> {
        let data = self.contents.accounts.get(&account);
        let sits = data.into_iter().flat_map(|data| &data.sits);
        sits.map(|(id, (sit, _))| (*id, sit.clone())).collect()
    }

    /// Returns the labels of an account by key.
    #[must_use]
    pub fn labels(&self, account: UserId) -> BTreeMap<LabelKey, Label> {
        self.contents.accounts.get(&account).map(|data| data.labels.clone()).unwrap_or_default()
    }

    /// Returns the number of sessions of an account that count, from the sessions and not from a running total.
    #[must_use]
    pub fn count_of_sessions(&self, account: UserId) -> usize {
        self.sits(account).values().filter(|sit| sit.counts()).count()
    }

    /// Checks that each row is the merge of all accepted sessions with its id, and each label likewise. Returns the
    /// violations.
    #[must_use]
    pub fn verify(&self) -> Vec<String> {
        let mut violations = Vec::new();
        for data in self.contents.accounts.values() {
            for sit in &data.accepted {
                match data.sits.get(&sit.id) {
                    None => violations.push(format!("{} was accepted and is missing", sit.id)),
                    Some((row, _)) if row.clone().join(sit) != *row => {
                        violations.push(format!("{} lacks a change that was accepted", sit.id));
                    }
                    Some(_) => {}
                }
            }
            for label in &data.accepted_labels {
                match data.labels.get(&label.key) {
                    Some(row) if row.clone().join(label) == *row => {}
                    _ => violations.push(format!("{} lacks a change that was accepted", label.key)),
                }
            }
            for (id, (_, seq)) in &data.sits {
                if *seq > data.head.seq {
                    violations.push(format!("{id} is beyond the head"));
                }
            }
        }
        violations
    }

    /// Handles a call and returns the response.
    pub fn respond(&mut self, token: Option<Token>, call: &Call) -> HttpResponse {
        self.calls += 1;
        if *call == Call::Health {
            return self.health();
        }
        if let (None, Call::Preview(body)) = (token, call)
            && !self.faults.without_partners
        {
            return self.preview_without_account(&parsed(body));
        }
        let account = match token.and_then(|token| self.tokens.get(&token)) {
            Some((_, TokenState::Valid)) if self.faults.rejects_tokens => {
                return error(401, "PGRST303");
            }
            Some((account, TokenState::Valid)) => *account,
            Some(_) => return error(401, "PGRST303"),
            None => return error(401, "42501"),
        };
        if !self.contents.accounts.contains_key(&account) {
            // As in the real database, a deleted account has the digest of no rows.
            return if *call == Call::Digest {
                digest_of(&BTreeMap::new())
            } else {
                error(410, "PT410")
            };
        }
        match call {
            Call::Push(body) => self.push(account, body),
            Call::Pull(body) => self.pull(account, body),
            Call::Labels(body) => self.sync_labels(account, body),
            Call::Partner(_)
            | Call::Invite(_)
            | Call::Preview(_)
            | Call::Accept(_)
            | Call::Withdraw
                if self.faults.without_partners =>
            {
                error(404, "PGRST202")
            }
            Call::Partner(_) if self.faults.partner_fails => error(500, "XX000"),
            Call::Partner(body) => self.sync_partner(account, &parsed(body)),
            Call::Invite(body) => self.create_invitation(account, &parsed(body)),
            Call::Preview(body) => self.preview_invitation(account, &parsed(body)),
            Call::Accept(body) => self.accept_invitation(account, &parsed(body)),
            Call::Withdraw => self.withdraw_invitation(account),
            Call::Digest => digest_of(&self.data(account).sits),
            Call::Erase => self.erase(account),
            Call::Health => self.health(),
        }
    }

    fn data(&mut self, account: UserId) -> &mut AccountData {
        self.contents
            .accounts
            .get_mut(&account)
            .unwrap_or_else(|| unreachable!("the caller has checked that the account exists"))
    }

    fn push(&mut self, account: UserId, body: &[u8]) -> HttpResponse {
        if body.len() > BYTES_PER_PUSH {
            return error(413, "PT413");
        }
        let Some((mut sent, erased)) = wire::read_push(body) else { return error(400, "PT400") };
        if sent.len() > ROWS_PER_PUSH {
            return error(413, "PT413");
        }
        if self.faults.slow_above_rows.is_some_and(|max| sent.len() > max) {
            return error(500, "57014");
        }
        if sent.iter().flatten().any(|sit| self.faults.poison.contains(&sit.id)) {
            return error(400, "22P02");
        }
        if self.faults.trigger_disabled
            && sent.iter().flatten().any(|sit| self.would_write(account, sit))
        {
            return error(400, "23502");
        }
        sent.truncate(sent.len().saturating_sub(self.faults.missing_outcomes));
        let (before, agreed) = (self.data(account).head, self.data(account).erasure_id);
        if agreed.is_some() && agreed != erased {
            return ok(json!({
                "state": "erased", "outcomes": [], "erasure_id": agreed,
                "before": cursor_json(before), "after": cursor_json(before),
            }));
        }
        for sit in sent.iter().flatten() {
            if self.reason(sit).is_some() {
                continue;
            }
            let next = self.contents.seq + 1;
            let data = self.data(account);
            data.accepted.push(sit.clone());
            match data.sits.get_mut(&sit.id) {
                None => _ = data.sits.insert(sit.id, (sit.clone(), next)),
                Some((known, seq)) => {
                    let merged = known.clone().join(sit);
                    if merged == *known {
                        continue;
                    }
                    (*known, *seq) = (merged, next);
                }
            }
            self.contents.seq = next;
        }
        if self.data(account).sits.values().any(|(_, seq)| *seq > before.seq) {
            let head = Cursor { seq: self.contents.seq, history_id: self.new_history_id() };
            let data = self.data(account);
            data.head = head;
            data.cursors.push(head);
            self.note_sits(account);
        }
        let outcomes: Vec<_> =
            sent.iter().map(|sit| self.outcome(account, sit.as_ref(), before)).collect();
        ok(json!({
            "state": "ok", "outcomes": outcomes, "erasure_id": agreed,
            "before": cursor_json(before), "after": cursor_json(self.data(account).head),
        }))
    }

    fn would_write(&self, account: UserId, sit: &Session) -> bool {
        let known = self.contents.accounts.get(&account).and_then(|data| data.sits.get(&sit.id));
        known.is_none_or(|(known, _)| known.clone().join(sit) != *known)
    }

    /// Returns the row of a session as it is sent to clients.
    fn row(&self, sit: &Session) -> Value {
        let mut row = wire::row(sit);
        if self.faults.unreadable.contains(&sit.id) {
            row["source"] = format!("watch {}", row["source"].as_str().unwrap_or_default()).into();
            row["mood"] = json!({"calm": 3});
        }
        row
    }

    /// Returns the reason for which a session is rejected, if any.
    fn reason(&self, sit: &Session) -> Option<&'static str> {
        let (details, lifecycle) = (&sit.details.value, &sit.lifecycle);
        let is_out_of_range = |at: &DateTime<Utc>| !(1..=9999).contains(&at.year());
        let has_out_of_range = |at: Option<DateTime<Utc>>| at.as_ref().is_some_and(is_out_of_range);
        let rules = [
            (details.note.contains('\0') || details.label.contains('\0'), "bad_text"),
            (is_out_of_range(&lifecycle.startedat), "bad_startedat"),
            (has_out_of_range(lifecycle.completedat()), "bad_completedat"),
            (has_out_of_range(lifecycle.endedat()), "bad_endedat"),
            (is_out_of_range(&sit.createdat), "bad_createdat"),
            (sit.utcoffset.0.unsigned_abs() > MAX_UTC_OFFSET, "bad_utcoffset"),
            (details.note.len() > MAX_NOTE_BYTES, "bad_note"),
            (details.label.len() > MAX_LABEL_BYTES, "bad_label"),
            (has_out_of_range(details.corrected_start), "bad_correctedstart"),
            (
                details.corrected_offset.is_some_and(|it| it.0.unsigned_abs() > MAX_UTC_OFFSET),
                "bad_correctedoffset",
            ),
            (sit.details.revision > MAX_REVISION, "bad_detailsrevision"),
            (has_out_of_range(sit.deletion.value), "bad_deletedat"),
            (sit.deletion.revision > MAX_REVISION, "bad_deletionrevision"),
            (self.faults.reject.contains(&sit.id), "bad_note"),
        ];
        rules.into_iter().find_map(|(broken, reason)| broken.then_some(reason))
    }

    fn outcome(&mut self, account: UserId, sit: Option<&Session>, before: Cursor) -> Value {
        let Some(sit) = sit else {
            return json!({"id": null, "outcome": "rejected", "reason": "contradiction"});
        };
        if let Some(reason) = self.reason(sit) {
            return json!({"id": sit.id, "outcome": "rejected", "reason": reason});
        }
        match self.data(account).sits.get(&sit.id) {
            None => unreachable!("a session that is not rejected is stored"),
            Some((known, _)) if known != sit => {
                let known = known.clone();
                json!({"id": sit.id, "outcome": "merged", "row": self.row(&known)})
            }
            Some((_, seq)) if *seq > before.seq => json!({"id": sit.id, "outcome": "accepted"}),
            Some(_) => json!({"id": sit.id, "outcome": "unchanged"}),
        }
    }

    fn pull(&mut self, account: UserId, body: &[u8]) -> HttpResponse {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let seq = request["after_seq"].as_i64();
        let history_id =
            request["after_history_id"].as_str().and_then(|id| id.parse::<Uuid>().ok());
        let limit = |key: &str, default, max: usize| {
            let requested = request[key].as_u64().unwrap_or(default);
            usize::try_from(requested).unwrap_or(max).clamp(1, max)
        };
        let max = limit("max_rows", PAGE_ROWS, ROWS_PER_PUSH);
        let bytes = limit("max_bytes", PAGE_BYTES, BYTES_PER_PUSH);
        let AccountData { sits, head, cursors, pruned_seq, erasure_id, labels_seq, .. } = self
            .contents
            .accounts
            .get(&account)
            .unwrap_or_else(|| unreachable!("the caller has checked that the account exists"));
        let labels_seq = (!self.faults.without_labels).then_some(labels_seq);
        let partner_seq = (!self.faults.without_partners).then(|| self.partner_seq(account));
        let keeps_texts = self.keeps_texts(account);
        let has_been_at =
            |seq, id| cursors.iter().any(|cursor| cursor.history_id == id && cursor.seq >= seq);
        let (start, compare) = match (seq, history_id) {
            (None, None) => (0, false),
            (Some(seq), Some(id)) if has_been_at(seq, id) => (seq, false),
            (Some(seq), Some(_)) if seq <= *pruned_seq => (seq, true),
            _ => {
                return ok(json!({
                    "state": "diverged", "rows": [], "more": true, "next": null, "compare": false,
                    "head": cursor_json(*head), "erasure_id": erasure_id, "erasedat": null,
                    "labels_seq": labels_seq, "partner_seq": partner_seq, "keeps_texts": keeps_texts,
                }));
            }
        };
        let mut found: Vec<_> = sits.values().filter(|(_, seq)| *seq > start).collect();
        found.sort_by_key(|(_, seq)| *seq);
        found.truncate(max);
        let mut size = 0;
        let fitting = found.iter().take_while(|(sit, _)| {
            let details = &sit.details.value;
            size += ROW_BYTES + details.note.len() + details.label.len();
            size <= bytes
        });
        // At least one row: a response without rows would never reach the end.
        let fitting = fitting.count().max(1);
        found.truncate(fitting);
        let last = found.last().map_or(head.seq, |(_, seq)| *seq);
        ok(json!({
            "state": "ok",
            "rows": found.iter().map(|(sit, _)| self.row(sit)).collect::<Vec<_>>(),
            "next": {"seq": last, "history_id": head.history_id},
            "more": last < head.seq,
            "compare": compare,
            "head": cursor_json(*head), "erasure_id": erasure_id, "erasedat": null,
            "labels_seq": labels_seq, "partner_seq": partner_seq, "keeps_texts": keeps_texts,
        }))
    }

    fn sync_labels(&mut self, account: UserId, body: &[u8]) -> HttpResponse {
        if self.faults.without_labels {
            return error(404, "PGRST202");
        }
        if self.faults.labels_fail {
            return error(500, "XX000");
        }
        if body.len() > BYTES_PER_PUSH {
            return error(413, "PT413");
        }
        let Some((sent, erasure_id)) = wire::read_labels(body) else { return error(400, "PT400") };
        if sent.len() > LABELS_PER_ACCOUNT {
            return error(413, "PT413");
        }
        let data = self.data(account);
        let (before, agreed) = (data.head, data.erasure_id);
        if agreed.is_some() && agreed != erasure_id {
            return ok(json!({
                "state": "erased", "labels": [], "rejected": [], "labels_seq": data.labels_seq,
                "before": cursor_json(before), "after": cursor_json(before), "erasure_id": agreed,
            }));
        }
        let (mut rejected, mut changed) = (Vec::new(), false);
        for label in sent {
            let label = match label {
                Ok(label) => label,
                Err((key, reason)) => {
                    rejected.push(json!({"key": key, "reason": reason}));
                    continue;
                }
            };
            if label.details.revision > MAX_REVISION {
                rejected.push(json!({"key": label.key, "reason": "bad_revision"}));
                continue;
            }
            let data = self.data(account);
            let joined = match data.labels.get(&label.key) {
                Some(known) => known.clone().join(&label),
                None if data.labels.len() >= LABELS_PER_ACCOUNT => {
                    rejected.push(json!({"key": label.key, "reason": "too_many_labels"}));
                    continue;
                }
                None => label.clone(),
            };
            changed |= data.labels.insert(label.key.clone(), joined.clone()) != Some(joined);
            data.accepted_labels.push(label);
        }
        if changed {
            self.contents.seq += 1;
            let head = Cursor { seq: self.contents.seq, history_id: self.new_history_id() };
            let data = self.data(account);
            (data.head, data.labels_seq) = (head, head.seq);
            data.cursors.push(head);
        }
        let data = self.data(account);
        ok(json!({
            "state": "ok", "labels": data.labels.values().map(wire::label_row).collect::<Vec<_>>(),
            "rejected": rejected, "labels_seq": data.labels_seq,
            "before": cursor_json(before), "after": cursor_json(data.head), "erasure_id": agreed,
        }))
    }

    fn erase(&mut self, account: UserId) -> HttpResponse {
        self.contents.seq += 1;
        let head = Cursor { seq: self.contents.seq, history_id: self.new_history_id() };
        let data = self.data(account);
        data.sits.clear();
        data.accepted.clear();
        data.labels.clear();
        data.labels_seq = 0;
        data.accepted_labels.clear();
        data.head = head;
        data.cursors.push(head);
        data.erasure_id = Some(head.history_id);
        self.erase_partner(account);
        ok(json!({"erasure_id": head.history_id}))
    }

    fn health(&self) -> HttpResponse {
        let rows = self.faults.rows_per_push.unwrap_or(ROWS_PER_PUSH);
        let unprotected: &[&str] = if self.faults.unhealthy { &["public.sessions"] } else { &[] };
        ok(json!({
            "schema": 1, "oldest_client": "0.1.0", "rls": !self.faults.unhealthy,
            "unprotected": unprotected, "surplus": [], "missing": [],
            "limits": {
                "rows_per_push": rows, "bytes_per_push": BYTES_PER_PUSH, "new_ids_per_day": 250_000,
            },
        }))
    }
}

fn digest_of(sits: &BTreeMap<SessionId, (Session, i64)>) -> HttpResponse {
    let mut digest = Digest::default();
    sits.values().for_each(|(sit, _)| digest.add(sit));
    let (count, digest) = digest.finish();
    ok(json!({"count": count, "digest": digest}))
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

fn cursor_json(cursor: Cursor) -> Value {
    json!({"seq": cursor.seq, "history_id": cursor.history_id})
}

fn ok(body: Value) -> HttpResponse {
    HttpResponse { status: 200, retry_after: None, body: body.to_string().into() }
}

/// Returns an error with a code, as PostgREST writes it.
#[must_use]
pub fn error(status: u16, code: &str) -> HttpResponse {
    let body = json!({"code": code, "message": "", "details": null, "hint": null});
    HttpResponse { status, retry_after: None, body: body.to_string().into() }
}

/// The connection of one device to a [`Server`].
#[derive(Clone, Debug)]
pub struct FakeRemote {
    server: Arc<Mutex<Server>>,
    /// The account that is signed in, and its token.
    token: Arc<Mutex<Option<(UserId, Token)>>>,
}

impl FakeRemote {
    /// Creates a connection to `server` without a token.
    #[must_use]
    pub fn new(server: Arc<Mutex<Server>>) -> Self {
        Self { server, token: Arc::default() }
    }

    /// Signs in `account` and stores its token.
    pub fn sign_in(&self, account: UserId) {
        let token = self.with(|server| server.sign_in(account));
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some((account, token));
    }

    /// Calls `run` with the locked server and returns its result.
    pub fn with<T>(&self, run: impl FnOnce(&mut Server) -> T) -> T {
        run(&mut self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn token(&self, account: UserId) -> Result<Token, RemoteError> {
        match *self.token.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((signed_in, token)) if signed_in == account => Ok(token),
            Some(_) => Err(Fault::OtherAccount.into()),
            None => Err(HttpResponse { status: 401, retry_after: None, body: Vec::new() }.error()),
        }
    }

    fn call(&self, account: UserId, call: &Call) -> Result<HttpResponse, RemoteError> {
        let token = self.token(account)?;
        Ok(self.with(|server| server.respond(Some(token), call)))
    }
}

impl Remote for FakeRemote {
    async fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> Result<PushResponse, RemoteError> {
        let body = wire::push_body(rows.iter().map(|row| &row.session), erasure_id);
        self.call(account, &Call::Push(body))?.push()
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        limit: PullLimit,
    ) -> Result<PullResponse, RemoteError> {
        self.call(account, &Call::Pull(wire::pull_body(after, limit)))?.pull()
    }

    async fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> Result<LabelsResponse, RemoteError> {
        self.call(account, &Call::Labels(wire::labels_body(labels, erasure_id)))?.labels()
    }

    async fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> Result<PartnerResponse, RemoteError> {
        let body = wire::partner_body(changes, known_seq, erasure_id);
        self.call(account, &Call::Partner(body))?.partner()
    }

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
        self.call(account, &Call::Digest)?.digest()
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.call(account, &Call::Erase)?.erase()
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        let old = self.token(account)?;
        let new = self.with(|server| server.refresh(old)).map_err(|response| response.error())?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some((account, new));
        Ok(())
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.with(|server| server.respond(None, &Call::Health)).health()
    }
}

impl Invitations for FakeRemote {
    async fn create_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
        utc_offset: UtcOffset,
        day_start: DayStart,
    ) -> Answer<DateTime<Utc>> {
        let body = wire::invitation_body(code, utc_offset, day_start);
        self.call(account, &Call::Invite(body))?.created_invitation()
    }

    async fn preview_invitation(&self, account: UserId, code: &InvitationCode) -> Answer<Inviter> {
        self.call(account, &Call::Preview(wire::code_body(code)))?.inviter()
    }

    async fn preview_invitation_without_account(&self, code: &InvitationCode) -> Answer<Inviter> {
        let call = Call::Preview(wire::code_body(code));
        self.with(|server| server.respond(None, &call)).inviter()
    }

    async fn accept_invitation(
        &self,
        account: UserId,
        code: &InvitationCode,
    ) -> Answer<PartnershipId> {
        self.call(account, &Call::Accept(wire::code_body(code)))?.accepted_invitation()
    }

    async fn withdraw_invitation(&self, account: UserId) -> Result<(), RemoteError> {
        self.call(account, &Call::Withdraw)?.withdrawn_invitation()
    }
}
