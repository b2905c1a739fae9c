//! Carries out the plan over the store and a server.
//!
//! One sync runs at a time, and between two steps it can be left alone or dropped: a [`Ticket`] that is never
//! answered has changed nothing, and whatever it carried goes on waiting. Whoever drives this contains its panics;
//! after one, a new [`Carrier`] knows all that the store knows.
//!
//! While all goes well, a [`Carrier`] has two pushes out, see [`Out`]: one is on its way, or waits at the server, while the
//! other is carried out or written down. They are written down in the order in which they were asked.

use crate::digest::Digest;
use crate::out::{Asking, Out};
use crate::plan::{Finding, Hold, Known, Plan, Sent, Step, Trigger, Verdict, Wait};
use crate::remote::{
    DigestAnswer, Health, Judged, Page, PullAnswer, PushAnswer, Remote, RemoteError, Word,
};
use crate::wire;
use chrono::{DateTime, Utc};
use fastrand::Rng;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_core::time::{BootTime, Moment};
use zafu_store::{
    Account, Backlog, Cursor, Outgoing, Pull, Pulled, Push, Said, ServerRow, Store, StoreError,
};

/// Both sides are compared as a whole no more often than this.
const COMPARE_EVERY: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// Carries what the outbox of one store holds.
pub struct Carrier {
    store: Store,
    plan: Plan,
    /// This version of Zafu.
    version: String,
    chance: Rng,
    /// Whether a ticket is out.
    asked: bool,
    /// Whether this version has tried to read what others could not, and how many sits that changed, until it is said.
    reread: Option<u32>,
}

/// What to do now.
#[derive(Debug)]
pub enum Next {
    /// Ask the server this.
    Ask(Ticket),
    /// Nothing.
    Wait(Wait),
}

/// One question to the server. It is answered once, or never.
#[derive(Debug)]
pub struct Ticket {
    account: UserId,
    asked: BootTime,
    question: Question,
}

/// What is asked.
#[derive(Debug)]
pub enum Question {
    /// For a new token.
    Refresh,
    /// How it is.
    Health,
    /// To take these.
    Push {
        /// The sits, as they are now.
        sits: Vec<Session>,
        /// The generation of each.
        generations: Vec<i64>,
        /// The last erasure that this device knows of.
        erased: Option<Uuid>,
    },
    /// For what it has.
    Pull {
        /// From where.
        after: Option<Cursor>,
        /// How much.
        page: Page,
        /// The id of the last erasure that this device had agreed to.
        erased: Option<Uuid>,
    },
    /// For a digest of what it has.
    Digest {
        /// How far it was read.
        cursor: Option<Cursor>,
    },
}

/// An answer, beside its question.
#[derive(Debug)]
pub struct Answered {
    ticket: Ticket,
    answer: Answer,
    /// What was asked before it, and was still out when it was asked, has failed.
    pub(crate) beside_a_failure: bool,
}

/// A push that was answered.
struct Sending<'a> {
    account: UserId,
    sits: &'a [Session],
    generations: &'a [i64],
    beside_a_failure: bool,
}

#[derive(Debug)]
enum Answer {
    Refresh(Result<(), RemoteError>),
    Health(Result<Health, RemoteError>),
    Push(Result<PushAnswer, RemoteError>),
    Pull(Result<PullAnswer, RemoteError>),
    Digest(Result<DigestAnswer, RemoteError>),
}

/// What one answer brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Sits that the server has since then as they are here.
    pub pushed: u32,
    /// Sits that are new or changed here.
    pub pulled: u32,
    /// Sits that the server will not have.
    pub refused: u32,
}

impl Report {
    /// What both brought together.
    pub const fn add(&mut self, more: Self) {
        self.pushed += more.pushed;
        self.pulled += more.pulled;
        self.refused += more.refused;
    }
}

/// How the sync is, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The account that is signed in, or was last.
    pub account: Option<Account>,
    /// What is not on the server as it is here.
    pub backlog: Backlog,
    /// What the person, or whoever keeps the server, must do.
    pub hold: Option<Hold>,
    /// Why the last call failed, while nothing has succeeded since.
    pub last_failure: Option<RemoteError>,
}

impl Ticket {
    /// In whose name to ask.
    #[must_use]
    pub const fn account(&self) -> UserId {
        self.account
    }

    /// What to ask.
    #[must_use]
    pub const fn question(&self) -> &Question {
        &self.question
    }

    /// Asks `remote`.
    pub async fn ask<R: Remote>(self, remote: &R) -> Answered {
        let account = self.account;
        let answer = match &self.question {
            Question::Refresh => Answer::Refresh(remote.refresh(account).await),
            Question::Health => Answer::Health(remote.health().await),
            Question::Push { sits, erased, .. } => {
                Answer::Push(remote.push(account, sits, *erased).await)
            }
            Question::Pull { after, page, .. } => {
                Answer::Pull(remote.pull(account, *after, *page).await)
            }
            Question::Digest { .. } => Answer::Digest(remote.digest(account).await),
        };
        Answered { ticket: self, answer, beside_a_failure: false }
    }
}

impl Answered {
    /// Whether nothing came of it.
    pub(crate) fn failed(&self) -> bool {
        match &self.answer {
            Answer::Refresh(answer) => answer.is_err(),
            Answer::Health(answer) => answer.is_err(),
            Answer::Push(answer) => answer.is_err(),
            Answer::Pull(answer) => answer.is_err(),
            Answer::Digest(answer) => answer.is_err(),
        }
    }
}

impl Carrier {
    /// For the sits in `store`. `seed` is where its chances come from, `version` is this version of Zafu.
    #[must_use]
    pub fn new(store: Store, seed: u64, version: &str) -> Self {
        let chance = Rng::with_seed(seed);
        Self {
            store,
            plan: Plan::new(),
            version: version.into(),
            chance,
            asked: false,
            reread: None,
        }
    }

    /// Returns why nothing is done although something waits, if so.
    #[must_use]
    pub const fn hold(&self) -> Option<&Hold> {
        self.plan.hold()
    }

    /// Takes note of something that happened. What is to be done then, [`Carrier::next`] says.
    pub fn trigger(&mut self, trigger: Trigger, now: BootTime) {
        self.plan.trigger(trigger, now);
    }

    /// What to do now. While a question is out, nothing; one that will never be answered is
    /// [dropped](Carrier::dropped).
    ///
    /// # Errors
    /// What the disk says. The same is asked again later.
    pub fn next(&mut self, now: Moment) -> Result<Next, StoreError> {
        if self.asked {
            return Ok(Next::Wait(Wait::ForTrigger));
        }
        let next = self.decide(now);
        match &next {
            Ok(Next::Ask(_)) => self.asked = true,
            Ok(Next::Wait(_)) => {}
            Err(_) => self.plan.store_failed(now.boot, self.chance.u32(..)),
        }
        next
    }

    fn decide(&mut self, now: Moment) -> Result<Next, StoreError> {
        self.reread(now)?;
        let account = self.store.signed_in()?;
        let known = match &account {
            None => Known { account: None, cursor: None, outgoing: false, comparable: false },
            Some(account) => self.known(account, now.wall.utc)?,
        };
        let step = self.plan.next(known, now.boot);
        let Some(account) = account else { return Ok(Next::Wait(Wait::ForTrigger)) };
        let question = match step {
            Step::Wait(wait) => return Ok(Next::Wait(wait)),
            Step::Refresh => Question::Refresh,
            Step::Health => Question::Health,
            Step::Pull(page) => {
                Question::Pull { after: account.cursor, page, erased: account.erasure_id }
            }
            Step::Digest => Question::Digest { cursor: account.cursor },
            Step::Push { rows, bytes } => {
                push(self.store.outgoing(account.id, rows, bytes as usize)?, account.erasure_id)
            }
        };
        Ok(Next::Ask(Ticket { account: account.id, asked: now.boot, question }))
    }

    /// Reads what another version of Zafu could not read, once.
    fn reread(&mut self, now: Moment) -> Result<(), StoreError> {
        if self.reread.is_some() {
            return Ok(());
        }
        let rows = self.store.unreadable_by_other_versions(&self.version)?;
        let mut changed = 0;
        if !rows.is_empty() {
            let readable = rows
                .into_iter()
                .filter_map(|(account, row)| {
                    wire::read_row(&row.body)
                        .filter(|session| session.id.0 == row.id)
                        .map(|it| (account, it))
                })
                .collect();
            changed = self.store.reread(readable, &self.version, now.wall.utc)?;
        }
        self.reread = Some(changed);
        Ok(())
    }

    /// What to send beside a push that is out: what waits behind its last change. Nothing, unless all goes well.
    fn beside(&mut self, last: i64, now: Moment) -> Result<Option<Ticket>, StoreError> {
        if !self.plan.flows() {
            return Ok(None);
        }
        let Some(account) = self.store.signed_in()? else {
            return Ok(None);
        };
        let known = Known {
            account: Some(account.id),
            cursor: account.cursor,
            outgoing: true,
            comparable: false,
        };
        let Step::Push { rows, bytes } = self.plan.next(known, now.boot) else { return Ok(None) };
        let outgoing = self.store.outgoing_after(account.id, last, rows, bytes as usize)?;
        let question = push(outgoing, account.erasure_id);
        let is_empty = matches!(&question, Question::Push { sits, .. } if sits.is_empty());
        let ticket = Ticket { account: account.id, asked: now.boot, question };
        Ok((!is_empty).then_some(ticket))
    }

    fn known(&self, account: &Account, now: DateTime<Utc>) -> Result<Known, StoreError> {
        let outgoing = self.store.has_outgoing(account.id)?;
        // A clock that was once wrong must not put it off for a year.
        let due = account.compared_at.is_none_or(|at| (now - at).abs() >= COMPARE_EVERY);
        let comparable = due && !outgoing && {
            let backlog = self.store.backlog(account.id)?;
            backlog.pending == 0 && backlog.rejected == 0
        };
        Ok(Known { account: Some(account.id), cursor: account.cursor, outgoing, comparable })
    }

    /// The question that is out will never be answered.
    pub fn dropped(&mut self) {
        self.asked = false;
    }

    /// Writes down an answer.
    ///
    /// # Errors
    /// What the disk says. Then nothing of the answer is written down, and the same is asked again later.
    pub fn done(&mut self, answered: Answered, now: Moment) -> Result<Report, StoreError> {
        self.asked = false;
        let chance = self.chance.u32(..);
        let mut report = self.take(answered, now, chance);
        match &mut report {
            Ok(report) => report.pulled += self.reread.replace(0).unwrap_or_default(),
            Err(_) => self.plan.store_failed(now.boot, chance),
        }
        report
    }

    fn take(&mut self, answered: Answered, now: Moment, chance: u32) -> Result<Report, StoreError> {
        let Answered { ticket: Ticket { account, asked, question }, answer, beside_a_failure } =
            answered;
        let took = now.boot.since(asked);
        let at = now.boot;
        match (question, answer) {
            (_, Answer::Refresh(Ok(()))) => self.plan.refreshed(at),
            (_, Answer::Refresh(Err(error))) => self.plan.refresh_failed(error, at, chance),
            (_, Answer::Health(Ok(health))) => {
                let retried = self.store.record_health(account, &health.fingerprint)?;
                if retried > 0 {
                    tracing::info!(
                        retried,
                        "the server was changed: what it rejected is sent again"
                    );
                }
                let too_old = is_older(&self.version, &health.oldest_client);
                self.plan.limit(health.rows_a_push);
                self.plan.asked(
                    health.findings,
                    too_old.then_some(health.oldest_client),
                    at,
                    chance,
                );
            }
            (Question::Push { sits, generations, .. }, Answer::Push(answer)) => {
                let about =
                    Sending { account, sits: &sits, generations: &generations, beside_a_failure };
                return self.pushed(about, answer, now, took, chance);
            }
            (Question::Pull { erased, .. }, Answer::Pull(Ok(answer))) => {
                // Read before an erasure that this device has agreed to since: none of it is on the server any more.
                if self.store.signed_in()?.is_some_and(|known| known.erasure_id != erased) {
                    return Ok(Report::default());
                }
                return self.pulled(account, answer, now, took);
            }
            (_, Answer::Pull(Err(error))) => self.plan.pull_failed(error, at, chance),
            (Question::Digest { cursor }, Answer::Digest(Ok(theirs))) => {
                self.compared(account, cursor, &theirs, now)?;
            }
            (_, Answer::Health(Err(error)) | Answer::Digest(Err(error))) => {
                self.plan.failed(error, at, chance);
            }
            (_, Answer::Push(_) | Answer::Pull(Ok(_)) | Answer::Digest(_)) => {
                unreachable!("an answer is made beside its question")
            }
        }
        Ok(Report::default())
    }

    fn pushed(
        &mut self,
        Sending { account, sits, generations, beside_a_failure }: Sending<'_>,
        answer: Result<PushAnswer, RemoteError>,
        now: Moment,
        took: Duration,
        chance: u32,
    ) -> Result<Report, StoreError> {
        let rows = u32::try_from(sits.len()).unwrap_or(u32::MAX);
        let (verdicts, before, after) = match answer {
            Ok(PushAnswer::Taken { verdicts, before, after }) => (verdicts, before, after),
            Ok(PushAnswer::Erased(erasure_id)) => {
                self.plan.erased(erasure_id);
                return Ok(Report::default());
            }
            Err(error) => {
                let (Some(sit), Some(generation)) = (sits.first(), generations.first()) else {
                    self.plan.failed(error, now.boot, chance);
                    return Ok(Report::default());
                };
                let texts = sit.details.value.note.len() + sit.details.value.label.len();
                let code = error.to_string();
                let said = match self.plan.push_failed(error, rows, texts, now.boot, chance) {
                    Verdict::Wait => return Ok(Report::default()),
                    Verdict::Release => {
                        self.store.retry_failed_requests(account)?;
                        return Ok(Report::default());
                    }
                    Verdict::Condemn => Said::Unjudged(code),
                    Verdict::Defer => Said::Deferred(code),
                };
                return self.settle_one(account, sit.id, *generation, said, now);
            }
        };
        // Only an id that was sent counts, and only once.
        let mut said = verdicts;
        said.sort_by_key(|judged| judged.id);
        said.dedup_by_key(|judged| judged.id);
        let mut verdicts = Vec::with_capacity(sits.len());
        for (sit, generation) in sits.iter().zip(generations) {
            let Ok(place) = said.binary_search_by_key(&sit.id, |judged| judged.id) else {
                continue;
            };
            let Judged { id, word } = &said[place];
            let said = match word {
                Word::There => Said::There,
                Word::Merged(theirs) => Said::Merged(theirs.clone()),
                Word::Unreadable(row) => {
                    Said::Unreadable { row: row.clone(), version: self.version.clone() }
                }
                Word::Refused(reason) => Said::Refused(reason.clone()),
            };
            verdicts.push(zafu_store::Verdict { session: *id, generation: *generation, said });
        }
        let moved = (verdicts.len() == sits.len()).then_some((before, after));
        let push = Push { verdicts, moved, at: now.wall.utc };
        let pushed = self.store.settle(account, push)?;
        let sent =
            Sent { rows, settled: pushed.settled, caught_up: pushed.caught_up, beside_a_failure };
        self.plan.sent(sent, took, now.boot, chance);
        Ok(Report { pushed: pushed.acknowledged, refused: pushed.refused, pulled: 0 })
    }

    /// Writes down what a request that failed shows of its only sit.
    fn settle_one(
        &mut self,
        account: UserId,
        session: SessionId,
        generation: i64,
        said: Said,
        now: Moment,
    ) -> Result<Report, StoreError> {
        let verdicts = vec![zafu_store::Verdict { session, generation, said }];
        let push = Push { verdicts, moved: None, at: now.wall.utc };
        let refused = self.store.settle(account, push)?.refused;
        Ok(Report { refused, ..Report::default() })
    }

    fn pulled(
        &mut self,
        account: UserId,
        answer: PullAnswer,
        now: Moment,
        took: Duration,
    ) -> Result<Report, StoreError> {
        let PullAnswer::Page { rows, unreadable, next, more, erased, compare } = answer else {
            self.store.restart_sync(account)?;
            self.plan.begun_again(now.boot);
            return Ok(Report::default());
        };
        if compare {
            // Before the cursor moves: if the rest fails, the same page comes again.
            self.store.request_comparison(account)?;
        }
        let count = u32::try_from(rows.len() + unreadable.len()).unwrap_or(u32::MAX);
        if !unreadable.is_empty() {
            tracing::warn!(rows = unreadable.len(), "some sits need a newer Zafu: they are kept");
        }
        let pull = Pull {
            rows,
            unreadable,
            version: self.version.clone(),
            cursor: next,
            last: !more,
            erased,
            at: now.wall.utc,
        };
        match self.store.merge(account, pull)? {
            Pulled::Erased { erasure_id } => {
                self.plan.erased(erasure_id);
                Ok(Report::default())
            }
            Pulled::Merged { changed, of_other_accounts } => {
                if of_other_accounts > 0 {
                    tracing::warn!(
                        of_other_accounts,
                        "sessions were left on the server: another account has their ids on this device"
                    );
                }
                if self.plan.read(count, more, next, took, now.boot) == Finding::Differs {
                    tracing::warn!("this device and the server differ: all is sent and read again");
                    self.store.restart_sync(account)?;
                    self.store.record_comparison(account, now.wall.utc)?;
                    self.plan.begun_again(now.boot);
                }
                Ok(Report { pulled: changed, ..Report::default() })
            }
        }
    }

    fn compared(
        &mut self,
        account: UserId,
        cursor: Option<Cursor>,
        theirs: &DigestAnswer,
        now: Moment,
    ) -> Result<(), StoreError> {
        let (mut digest, mut is_whole) = (Digest::default(), true);
        let backlog = self.store.for_each_server_row(account, |row| match row {
            ServerRow::Session(session) => digest.add(session),
            ServerRow::Unreadable(row) => is_whole &= digest.add_unreadable(row),
        })?;
        let (count, digest) = digest.finish();
        // Where a row says nothing that could be compared, reading it again would not help.
        let same = !is_whole || (count == theirs.count && digest == theirs.digest);
        if !same && (backlog.pending > 0 || backlog.rejected > 0) {
            // Something changed here meanwhile: that is sent first, and then compared anew.
            return Ok(());
        }
        match self.plan.compared(same, cursor, now.boot) {
            Finding::Compared => self.store.record_comparison(account, now.wall.utc),
            Finding::Nothing | Finding::Differs => Ok(()),
        }
    }

    /// Asks what there is to ask, beside what is out. Says until when there is nothing to ask, once nothing is out.
    /// `ask` puts a question to the server.
    ///
    /// # Errors
    /// What the disk says.
    pub fn ask<'a>(
        &mut self,
        out: &mut Out<'a>,
        ask: impl Fn(Ticket) -> Asking<'a>,
        now: Moment,
    ) -> Result<Option<Wait>, StoreError> {
        if out.is_empty() {
            // What was out before may have been dropped while it waited.
            self.dropped();
            match self.next(now)? {
                Next::Wait(wait) => return Ok(Some(wait)),
                Next::Ask(ticket) => out.put(ticket, &ask),
            }
        }
        if let Some(last) = out.alone()
            && let Some(ticket) = self.beside(last, now)?
        {
            out.put(ticket, &ask);
        }
        Ok(None)
    }

    /// Writes down what was answered, while `out` is still out.
    ///
    /// # Errors
    /// As [`Carrier::done`].
    pub fn landed(
        &mut self,
        answered: Answered,
        out: &mut Out<'_>,
        now: Moment,
    ) -> Result<Report, StoreError> {
        if answered.failed() {
            out.first_failed();
        }
        let report = if answered.failed() && answered.beside_a_failure {
            // Both were on one way: it has been said once.
            Ok(Report::default())
        } else {
            self.done(answered, now)
        };
        self.asked = !out.is_empty();
        report
    }

    /// Asks and writes down until there is nothing to do for now. `now` tells the time.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn run<R: Remote>(
        &mut self,
        remote: &R,
        mut now: impl FnMut() -> Moment,
    ) -> Result<(Report, Wait), StoreError> {
        let (mut total, mut out) = (Report::default(), Out::default());
        loop {
            if let Some(wait) = self.ask(&mut out, |ticket| Box::pin(ticket.ask(remote)), now())? {
                return Ok((total, wait));
            }
            let answered = out.land().await;
            total.add(self.landed(answered, &mut out, now())?);
        }
    }

    /// How it is.
    ///
    /// # Errors
    /// What the disk says.
    pub fn status(&self) -> Result<Status, StoreError> {
        let account = self.store.account()?;
        let backlog = match &account {
            Some(account) => self.store.backlog(account.id)?,
            None => Backlog::default(),
        };
        Ok(Status {
            account,
            backlog,
            hold: self.plan.hold().cloned(),
            last_failure: self.plan.last_failure().cloned(),
        })
    }
}

/// The question that sends these.
fn push(outgoing: Vec<Outgoing>, erased: Option<Uuid>) -> Question {
    let sits = outgoing.into_iter().map(|Outgoing { session, generation }| (session, generation));
    let (sits, generations) = sits.unzip();
    Question::Push { sits, generations, erased }
}

/// Whether the version `ours` is older than `oldest`. What cannot be read as a version stops nobody.
fn is_older(ours: &str, oldest: &str) -> bool {
    let numbers = |version: &str| {
        let release = version.split(['-', '+']).next().unwrap_or_default();
        let numbers: Result<Vec<u32>, _> = release.split('.').map(str::parse).collect();
        numbers.ok().filter(|numbers| numbers.len() == 3)
    };
    matches!((numbers(ours), numbers(oldest)), (Some(ours), Some(oldest)) if ours < oldest)
}

#[cfg(feature = "fake")]
impl Ticket {
    /// Answers it with what came over the wire, or with what happened instead.
    #[must_use]
    pub fn read(self, came: Result<crate::wire::Response, RemoteError>) -> Answered {
        let answer = match &self.question {
            Question::Refresh => Answer::Refresh(came.and_then(|came| match came.status {
                200 => Ok(()),
                _ => Err(came.refusal()),
            })),
            Question::Health => Answer::Health(came.and_then(|came| came.health())),
            Question::Push { .. } => Answer::Push(came.and_then(|came| came.push())),
            Question::Pull { .. } => Answer::Pull(came.and_then(|came| came.pull())),
            Question::Digest { .. } => Answer::Digest(came.and_then(|came| came.digest())),
        };
        Answered { ticket: self, answer, beside_a_failure: false }
    }
}
