//! A server in memory that obeys the contract of `supabase/migrations`: heads and marks, joins, one verdict for
//! each row, limits, erasure. It can be dumped and restored, and it can be told to fail.
//!
//! It speaks bytes, as the real one does, so that whatever is tested with it reads and writes the real wire.

mod keychain;

pub use keychain::Memory;

use crate::digest::Digest;
use crate::remote::{
    DigestResponse, Fault, Health, PullLimit, PullResponse, PushResponse, Remote, RemoteError,
};
use crate::wire::{self, HttpResponse};
use chrono::{DateTime, Datelike, Utc};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::{Builder, Uuid};
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::{MAX_REVISION, Session};
use zafu_store::{Cursor, Outgoing};

/// Limits of one push: `zafu.rows_per_push()`, `zafu.bytes_per_push()`.
const ROWS_A_PUSH: usize = 5000;
const BYTES_A_PUSH: usize = 4 << 20;
/// Limits of one sit, as `zafu.read_element` checks them.
const LONGEST_NOTE: usize = 131_072;
const LONGEST_LABEL: usize = 8192;
const LARGEST_OFFSET: u16 = 1439;
/// What a page holds unless it is asked otherwise, and what a sit in it weighs besides its texts.
const PAGE_ROWS: u64 = 2000;
const PAGE_BYTES: u64 = 1 << 20;
const ROW_WEIGHT: usize = 700;

/// What a client can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `push_sessions`.
    Push(Vec<u8>),
    /// `pull_sessions`.
    Pull(Vec<u8>),
    /// `digest_sessions`.
    Digest,
    /// `erase_account`.
    Erase,
    /// `zafu_health`.
    Health,
}

/// Names one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(u64);

/// How a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Valid,
    /// Another one can be had for it.
    Expired,
    /// Nothing can be had for it.
    Revoked,
}

/// What one account has.
#[derive(Clone, Debug)]
struct Home {
    sits: BTreeMap<SessionId, (Session, i64)>,
    head: Cursor,
    marks: Vec<Cursor>,
    /// The seq of the newest mark that was pruned.
    floor: i64,
    erasure_id: Option<Uuid>,
    /// All that was ever taken in, for [`Server::verify`].
    taken: Vec<Session>,
}

/// What a backup holds: all but tokens and chance.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    homes: BTreeMap<UserId, Home>,
    seq: i64,
}

/// How the server misbehaves.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Sits that fail every call they are in, with 22P02.
    pub poison: BTreeSet<SessionId>,
    /// Sits that are refused by a verdict.
    pub refuse: BTreeSet<SessionId>,
    /// Pushes of more sits than this run out of time.
    pub slow_above: Option<usize>,
    /// So many sits at the end of each push are passed over without a word.
    pub silent: usize,
    /// It says that it is not protected.
    pub unwell: bool,
    /// Its clock is behind the auth server's: no token is accepted, though it is good.
    pub refuses_tokens: bool,
    /// A trigger of its is disabled: whatever would be written fails with 23502.
    pub underived: bool,
    /// Sits that it answers as only a later version of Zafu can read them.
    pub newer: BTreeSet<SessionId>,
    /// It takes no more sits at once than this.
    pub rows_a_push: Option<usize>,
}

/// The server.
#[derive(Debug)]
pub struct Server {
    now: Dump,
    tokens: BTreeMap<Token, (UserId, Life)>,
    chance: Rng,
    /// How it misbehaves.
    pub faults: Faults,
    /// How many calls have reached it.
    pub calls: u64,
}

impl Server {
    /// An empty one. `seed` makes its marks.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            now: Dump::default(),
            tokens: BTreeMap::new(),
            chance: Rng::with_seed(seed),
            faults: Faults::default(),
            calls: 0,
        }
    }

    fn mark(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.chance.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Signs an account in; one that is new is made.
    pub fn sign_in(&mut self, account: UserId) -> Token {
        if !self.now.homes.contains_key(&account) {
            let head = Cursor { seq: 0, history_id: self.mark() };
            let (sits, taken) = (BTreeMap::new(), Vec::new());
            let home = Home { sits, head, marks: vec![head], floor: -1, erasure_id: None, taken };
            self.now.homes.insert(account, home);
        }
        let token = Token(self.chance.u64(..));
        self.tokens.insert(token, (account, Life::Valid));
        token
    }

    /// From now on, none of the tokens that there are is taken. If they are `revoked`, there are no new ones either.
    pub fn end_sessions(&mut self, revoked: bool) {
        for (_, life) in self.tokens.values_mut() {
            *life = match (revoked, *life) {
                (true, _) | (_, Life::Revoked) => Life::Revoked,
                (false, _) => Life::Expired,
            };
        }
    }

    /// A new token for an old one.
    ///
    /// # Errors
    /// As the auth server says it.
    pub fn refresh(&mut self, token: Token) -> Result<Token, HttpResponse> {
        self.calls += 1;
        match self.tokens.get(&token) {
            Some((account, Life::Valid | Life::Expired))
                if self.now.homes.contains_key(account) =>
            {
                Ok(self.sign_in(*account))
            }
            _ => {
                let body = json!({"code": 400, "error_code": "refresh_token_not_found"});
                Err(HttpResponse { status: 400, retry_after: None, body: body.to_string().into() })
            }
        }
    }

    /// Forgets all marks of an account but the last one.
    pub fn prune_marks(&mut self, account: UserId) {
        if let Some(home) = self.now.homes.get_mut(&account)
            && let Some(last) = home.marks.pop()
        {
            home.floor = home.marks.iter().map(|mark| mark.seq).max().unwrap_or(home.floor);
            home.marks = vec![last];
        }
    }

    /// Whether nothing can be had for a token.
    #[must_use]
    pub fn is_revoked(&self, token: Token) -> bool {
        !matches!(self.tokens.get(&token), Some((_, Life::Valid | Life::Expired)))
    }

    /// Changes nothing of an account's sits, and has every device read them again.
    pub fn touch(&mut self, account: UserId) {
        let Some(home) = self.now.homes.get(&account) else { return };
        let mut seq = self.now.seq;
        let ids: Vec<_> = home.sits.keys().copied().collect();
        let head = Cursor {
            seq: seq + 1 + i64::try_from(ids.len()).unwrap_or(0),
            history_id: self.mark(),
        };
        let home = self.home(account);
        for (_, at) in home.sits.values_mut() {
            seq += 1;
            *at = seq;
        }
        home.head = head;
        home.marks.push(head);
        self.now.seq = head.seq;
    }

    /// The account is deleted, and all of it; its tokens are still taken.
    pub fn delete_account(&mut self, account: UserId) {
        self.now.homes.remove(&account);
    }

    /// What a backup would hold.
    #[must_use]
    pub fn dump(&self) -> Dump {
        self.now.clone()
    }

    /// Goes back to what a backup holds. Accounts that it does not know stay, empty.
    pub fn restore(&mut self, dump: &Dump) {
        let accounts: Vec<_> = self.now.homes.keys().copied().collect();
        self.now = dump.clone();
        for account in accounts {
            self.sign_in(account);
        }
    }

    /// The sits of an account, by their ids.
    #[must_use]
    pub fn sits(&self, account: UserId) -> BTreeMap<SessionId, Session> {
        let home = self.now.homes.get(&account);
        let sits = home.into_iter().flat_map(|home| &home.sits);
        sits.map(|(id, (sit, _))| (*id, sit.clone())).collect()
    }

    /// How many sits of an account count: counted anew, never added to.
    #[must_use]
    pub fn counted(&self, account: UserId) -> usize {
        self.sits(account).values().filter(|sit| sit.counts()).count()
    }

    /// Says what does not hold inside: that each row is the join of all that was taken in.
    #[must_use]
    pub fn verify(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for home in self.now.homes.values() {
            for sit in &home.taken {
                match home.sits.get(&sit.id) {
                    None => wrong.push(format!("{} was taken in and is not there", sit.id)),
                    Some((row, _)) if row.clone().join(sit) != *row => {
                        wrong.push(format!("{} does not hold what was taken in", sit.id));
                    }
                    Some(_) => {}
                }
            }
            for (id, (_, seq)) in &home.sits {
                if *seq > home.head.seq {
                    wrong.push(format!("{id} is beyond the head"));
                }
            }
        }
        wrong
    }

    /// Answers a call.
    pub fn answer(&mut self, token: Option<Token>, call: &Call) -> HttpResponse {
        self.calls += 1;
        if *call == Call::Health {
            return self.health();
        }
        let account = match token.and_then(|token| self.tokens.get(&token)) {
            Some((_, Life::Valid)) if self.faults.refuses_tokens => {
                return error(401, "PGRST303");
            }
            Some((account, Life::Valid)) => *account,
            Some(_) => return error(401, "PGRST303"),
            None => return error(401, "42501"),
        };
        if !self.now.homes.contains_key(&account) {
            // Of nobody's sits there is a digest: that of nothing.
            return if *call == Call::Digest {
                digest_of(&BTreeMap::new())
            } else {
                error(410, "PT410")
            };
        }
        match call {
            Call::Push(body) => self.push(account, body),
            Call::Pull(body) => self.pull(account, body),
            Call::Digest => digest_of(&self.home(account).sits),
            Call::Erase => self.erase(account),
            Call::Health => self.health(),
        }
    }

    fn home(&mut self, account: UserId) -> &mut Home {
        self.now.homes.get_mut(&account).unwrap_or_else(|| unreachable!("it was looked for"))
    }

    fn push(&mut self, account: UserId, body: &[u8]) -> HttpResponse {
        if body.len() > BYTES_A_PUSH {
            return error(413, "PT413");
        }
        let Some((mut sent, erased)) = wire::read_push(body) else { return error(400, "PT400") };
        if sent.len() > ROWS_A_PUSH {
            return error(413, "PT413");
        }
        if self.faults.slow_above.is_some_and(|most| sent.len() > most) {
            return error(500, "57014");
        }
        if sent.iter().flatten().any(|sit| self.faults.poison.contains(&sit.id)) {
            return error(400, "22P02");
        }
        if self.faults.underived && sent.iter().flatten().any(|sit| self.would_write(account, sit))
        {
            return error(400, "23502");
        }
        sent.truncate(sent.len().saturating_sub(self.faults.silent));
        let (before, agreed) = (self.home(account).head, self.home(account).erasure_id);
        if agreed.is_some() && agreed != erased {
            return ok(json!({
                "state": "erased", "outcomes": [], "erasure_id": agreed,
                "before": place(before), "after": place(before),
            }));
        }
        for sit in sent.iter().flatten() {
            if self.reason(sit).is_some() {
                continue;
            }
            let next = self.now.seq + 1;
            let home = self.home(account);
            home.taken.push(sit.clone());
            match home.sits.get_mut(&sit.id) {
                None => _ = home.sits.insert(sit.id, (sit.clone(), next)),
                Some((known, seq)) => {
                    let joined = known.clone().join(sit);
                    if joined == *known {
                        continue;
                    }
                    (*known, *seq) = (joined, next);
                }
            }
            self.now.seq = next;
        }
        if self.home(account).sits.values().any(|(_, seq)| *seq > before.seq) {
            let head = Cursor { seq: self.now.seq, history_id: self.mark() };
            let home = self.home(account);
            home.head = head;
            home.marks.push(head);
        }
        let verdicts: Vec<_> =
            sent.iter().map(|sit| self.verdict(account, sit.as_ref(), before)).collect();
        ok(json!({
            "state": "ok", "outcomes": verdicts, "erasure_id": agreed,
            "before": place(before), "after": place(self.home(account).head),
        }))
    }

    fn would_write(&self, account: UserId, sit: &Session) -> bool {
        let known = self.now.homes.get(&account).and_then(|home| home.sits.get(&sit.id));
        known.is_none_or(|(known, _)| known.clone().join(sit) != *known)
    }

    /// A sit as it is answered.
    fn row(&self, sit: &Session) -> Value {
        let mut row = wire::row(sit);
        if self.faults.newer.contains(&sit.id) {
            row["source"] = "watch".into();
            row["mood"] = json!({"calm": 3});
        }
        row
    }

    /// Why a sit is not taken, if so.
    fn reason(&self, sit: &Session) -> Option<&'static str> {
        let (details, lifecycle) = (&sit.details.value, &sit.lifecycle);
        let unsayable = |at: &DateTime<Utc>| !(1..=9999).contains(&at.year());
        let says = |at: Option<DateTime<Utc>>| at.as_ref().is_some_and(unsayable);
        let rules = [
            (details.note.contains('\0') || details.label.contains('\0'), "bad_text"),
            (unsayable(&lifecycle.startedat), "bad_startedat"),
            (says(lifecycle.completedat()), "bad_completedat"),
            (says(lifecycle.endedat()), "bad_endedat"),
            (unsayable(&sit.createdat), "bad_createdat"),
            (sit.utcoffset.0.unsigned_abs() > LARGEST_OFFSET, "bad_utcoffset"),
            (details.note.len() > LONGEST_NOTE, "bad_note"),
            (details.label.len() > LONGEST_LABEL, "bad_label"),
            (says(details.corrected_start), "bad_correctedstart"),
            (sit.details.revision > MAX_REVISION, "bad_detailsrevision"),
            (says(sit.deletion.value), "bad_deletedat"),
            (sit.deletion.revision > MAX_REVISION, "bad_deletionrevision"),
            (self.faults.refuse.contains(&sit.id), "bad_note"),
        ];
        rules.into_iter().find_map(|(broken, reason)| broken.then_some(reason))
    }

    fn verdict(&mut self, account: UserId, sit: Option<&Session>, before: Cursor) -> Value {
        let Some(sit) = sit else {
            return json!({"id": null, "outcome": "rejected", "reason": "contradiction"});
        };
        if let Some(reason) = self.reason(sit) {
            return json!({"id": sit.id, "outcome": "rejected", "reason": reason});
        }
        match self.home(account).sits.get(&sit.id) {
            None => unreachable!("whatever is not refused is there now"),
            Some((known, _)) if known != sit => {
                let known = known.clone();
                json!({"id": sit.id, "outcome": "merged", "row": self.row(&known)})
            }
            Some((_, seq)) if *seq > before.seq => json!({"id": sit.id, "outcome": "accepted"}),
            Some(_) => json!({"id": sit.id, "outcome": "unchanged"}),
        }
    }

    fn pull(&mut self, account: UserId, body: &[u8]) -> HttpResponse {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let seq = asked["after_seq"].as_i64();
        let mark = asked["after_history_id"].as_str().and_then(|mark| mark.parse::<Uuid>().ok());
        let limit = |key: &str, usual, most: usize| {
            let asked = asked[key].as_u64().unwrap_or(usual);
            usize::try_from(asked).unwrap_or(most).clamp(1, most)
        };
        let most = limit("max_rows", PAGE_ROWS, ROWS_A_PUSH);
        let bytes = limit("max_bytes", PAGE_BYTES, BYTES_A_PUSH);
        let Home { sits, head, marks, floor, erasure_id, .. } =
            self.now.homes.get(&account).unwrap_or_else(|| unreachable!("it was looked for"));
        let has_been_at = |seq, mark| marks.iter().any(|m| m.history_id == mark && m.seq >= seq);
        let (start, compare) = match (seq, mark) {
            (None, None) => (0, false),
            (Some(seq), Some(mark)) if has_been_at(seq, mark) => (seq, false),
            (Some(seq), Some(_)) if seq <= *floor => (seq, true),
            _ => {
                return ok(json!({
                    "state": "diverged", "rows": [], "more": true, "next": null, "compare": false,
                    "head": place(*head), "erasure_id": erasure_id, "erasedat": null,
                }));
            }
        };
        let mut found: Vec<_> = sits.values().filter(|(_, seq)| *seq > start).collect();
        found.sort_by_key(|(_, seq)| *seq);
        found.truncate(most);
        let mut weight = 0;
        let fit = found.iter().take_while(|(sit, _)| {
            let details = &sit.details.value;
            weight += ROW_WEIGHT + details.note.len() + details.label.len();
            weight <= bytes
        });
        // One goes at least: a page of none would never end.
        let fit = fit.count().max(1);
        found.truncate(fit);
        let last = found.last().map_or(head.seq, |(_, seq)| *seq);
        ok(json!({
            "state": "ok",
            "rows": found.iter().map(|(sit, _)| self.row(sit)).collect::<Vec<_>>(),
            "next": {"seq": last, "history_id": head.history_id},
            "more": last < head.seq,
            "compare": compare,
            "head": place(*head), "erasure_id": erasure_id, "erasedat": null,
        }))
    }

    fn erase(&mut self, account: UserId) -> HttpResponse {
        self.now.seq += 1;
        let head = Cursor { seq: self.now.seq, history_id: self.mark() };
        let home = self.home(account);
        home.sits.clear();
        home.taken.clear();
        home.head = head;
        home.marks.push(head);
        home.erasure_id = Some(head.history_id);
        ok(json!({"erasure_id": head.history_id}))
    }

    fn health(&self) -> HttpResponse {
        let rows = self.faults.rows_a_push.unwrap_or(ROWS_A_PUSH);
        let unprotected: &[&str] = if self.faults.unwell { &["public.sessions"] } else { &[] };
        ok(json!({
            "schema": 1, "oldest_client": "0.1.0", "rls": !self.faults.unwell,
            "unprotected": unprotected, "surplus": [], "missing": [],
            "limits": {
                "rows_per_push": rows, "bytes_per_push": BYTES_A_PUSH, "new_ids_per_day": 250_000,
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

fn place(cursor: Cursor) -> Value {
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

/// One device's way to a [`Server`].
#[derive(Clone, Debug)]
pub struct FakeRemote {
    server: Arc<Mutex<Server>>,
    /// Whose token it has.
    token: Arc<Mutex<Option<(UserId, Token)>>>,
}

impl FakeRemote {
    /// A way to `server` without a token.
    #[must_use]
    pub fn new(server: Arc<Mutex<Server>>) -> Self {
        Self { server, token: Arc::default() }
    }

    /// Gets a token for `account`.
    pub fn sign_in(&self, account: UserId) {
        let token = self.with(|server| server.sign_in(account));
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some((account, token));
    }

    /// Does something to the server.
    pub fn with<T>(&self, what: impl FnOnce(&mut Server) -> T) -> T {
        what(&mut self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn token(&self, account: UserId) -> Result<Token, RemoteError> {
        match *self.token.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((whose, token)) if whose == account => Ok(token),
            Some(_) => Err(Fault::OtherAccount.into()),
            None => Err(HttpResponse { status: 401, retry_after: None, body: Vec::new() }.error()),
        }
    }

    fn call(&self, account: UserId, call: &Call) -> Result<HttpResponse, RemoteError> {
        let token = self.token(account)?;
        Ok(self.with(|server| server.answer(Some(token), call)))
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

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
        self.call(account, &Call::Digest)?.digest()
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.call(account, &Call::Erase)?.erase()
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        let old = self.token(account)?;
        let new = self.with(|server| server.refresh(old)).map_err(|came| came.error())?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some((account, new));
        Ok(())
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.with(|server| server.answer(None, &Call::Health)).health()
    }
}
