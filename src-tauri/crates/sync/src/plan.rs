//! What to do next, decided from what is known. Pure: time and chance are arguments.
//!
//! Nothing here throws anything away. Whatever fails goes on waiting; only a sit that fails alone, while others
//! pass, is put aside as refused, and kept.

use crate::class::{Class, class};
use crate::remote::{Fault, Page, RemoteError};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::time::BootTime;
use zafu_store::Cursor;

/// Other devices' sits are looked for this often, if nothing else asks for it.
pub const POLL_EVERY: Duration = Duration::from_secs(600);
/// Whatever happens by itself asks no more often than this.
const ASK_AT_MOST_EVERY: Duration = Duration::from_secs(60);
/// After a failure, whatever happens by itself tries again no sooner than this.
const TRY_AT_MOST_EVERY: Duration = Duration::from_secs(5);
/// The longest time that chance can make of a failure.
const LONGEST_BACKOFF: Duration = Duration::from_secs(300);
/// A server that wants to be left alone for longer is asked after this time.
const LONGEST_REQUEST: Duration = Duration::from_secs(3600);
/// How soon and how late a server that is not as it must be is asked again.
const PROBE: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(3600));
/// How long a server that was well is believed to be.
const WELL_FOR: Duration = Duration::from_secs(86_400);
/// An answer that came within this time lets more be sent the next time.
const FAST: Duration = Duration::from_secs(2);
/// How many sits go first, and at most; and about how many bytes.
const ROWS: (u32, u32) = (100, 2000);
const BYTES: u32 = 512 * 1024;
/// How much is read at once.
const PAGE: (u32, u32) = (100, 2000);
const PAGE_BYTES: u32 = 1 << 20;
/// More consecutive single-row failures than this indicate a server fault.
const CONDEMNED_AT_MOST: u32 = 3;
/// A hold that a server can lift is tried again no sooner than this, whatever happens.
const PROBE_AT_MOST_EVERY: Duration = Duration::from_secs(60);
/// At most this many new tokens in an hour.
const REFRESHES_AN_HOUR: usize = 6;
const HOUR: Duration = Duration::from_secs(3600);
/// A new token that is not accepted may be so later: its server's clock may be behind. Another one is had no sooner than
/// this.
const REFRESH_AGAIN_AFTER: Duration = Duration::from_secs(600);
/// A sit of which the texts are no longer than this is never too large.
const SMALL_SIT: usize = 64 * 1024;
/// How often a comparison is begun anew because another device has sent something meanwhile.
const COMPARE_AT_MOST: u32 = 3;

/// Why there may be something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A sit was begun, ended or changed here.
    Changed,
    /// There is another network.
    Network,
    /// The computer was suspended.
    Woke,
    /// The person looks at the window.
    Focused,
    /// The person wants it now.
    Asked,
    /// Someone has signed in.
    SignedIn,
    /// The person has said what is to become of erased sits.
    Answered,
}

/// What is known from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who is signed in.
    pub account: Option<UserId>,
    /// How far the server was read.
    pub cursor: Option<Cursor>,
    /// Whether anything waits that could be sent.
    pub outgoing: bool,
    /// Whether all could be compared: nothing waits, nothing was refused, and it was not done today.
    pub comparable: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Get a new token.
    Refresh,
    /// Ask the server how it is.
    Health,
    /// Send some sits.
    Push {
        /// How many at most.
        rows: u32,
        /// How large together, in bytes.
        bytes: u32,
    },
    /// Read what there is.
    Pull(Page),
    /// Compare all.
    Digest,
    /// Nothing for now.
    Wait(Wait),
}

/// Until when nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until then, or a trigger.
    Until(BootTime),
    /// Until a trigger.
    ForTrigger,
}

/// Why nothing is done although something waits. Everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// There will be no new token: the person must sign in.
    SignIn,
    /// The account is blocked.
    Blocked,
    /// The project's key is not accepted.
    Key,
    /// The account is gone.
    Account,
    /// The account's sits were erased: the person must say what becomes of those here.
    Erased(Uuid),
    /// The server refuses what it must not.
    Configuration(RemoteError),
    /// The server says that it is not as it must be.
    Unwell(Vec<String>),
    /// The server serves only newer versions of Zafu.
    TooOld(String),
}

impl Hold {
    /// Whether the server can lift it by itself.
    const fn passes(&self) -> bool {
        match self {
            Self::SignIn | Self::Erased(_) => false,
            Self::Blocked
            | Self::Key
            | Self::Account
            | Self::Configuration(_)
            | Self::Unwell(_)
            | Self::TooOld(_) => true,
        }
    }
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Sits that were sent.
    pub rows: u32,
    /// Those that the server spoke of, and that are not to be sent again as they were.
    pub settled: u32,
    /// Whether all that the server has was read.
    pub caught_up: bool,
    /// Another push, which went before it, has failed.
    pub beside_a_failure: bool,
}

/// What to do with a push that failed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its sits go on waiting.
    Wait,
    /// It was one sit, and it can never be stored: it is to be put aside.
    Condemn,
    /// It was one sit, and what fails is not the sit's: it is to wait behind all others.
    Defer,
    /// What fails is the server: what was put aside for such failures goes on waiting too.
    Release,
}

/// What a comparison or a reading shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nothing that asks for anything.
    Nothing,
    /// It is done for today: both sides are the same, or change too fast for that to be seen.
    Compared,
    /// Both sides differ, and nothing explains it: all is to be sent and read again.
    Differs,
}

/// How much goes at once: more while answers come fast, less when they do not.
#[derive(Clone, Copy, Debug)]
struct Batch {
    rows: u32,
    most: u32,
}

impl Batch {
    fn grow(&mut self, sent: u32, took: Duration) {
        if took <= FAST && sent >= self.rows {
            self.rows = self.rows.saturating_mul(2).min(self.most);
        }
    }

    fn halve(&mut self, sent: u32) {
        self.rows = (sent.min(self.rows) / 2).max(1);
    }
}

/// How a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// As far as is known it is taken.
    Good,
    /// It was not taken.
    Stale,
    /// It was not taken; this is a new one, of then.
    Renewed(BootTime),
}

/// What is remembered between two steps. It is for one account, and lost with the process.
#[derive(Clone, Debug)]
pub struct Plan {
    account: Option<UserId>,
    batch: Batch,
    page: Batch,
    token: Token,
    /// When the new tokens of the last hour were had.
    refreshes: Vec<BootTime>,
    /// Whether the token for a new token was called spent, and not accepted since.
    spent: bool,
    hold: Option<Hold>,
    /// Whether it was a push that showed `hold`: then only a push shows that it is over.
    held_by_push: bool,
    /// When the server is asked again in spite of `hold`.
    probe: Option<BootTime>,
    probes: u32,
    failures: u32,
    last_failure: Option<RemoteError>,
    failed_at: BootTime,
    /// Nothing before this, whatever happens.
    floor: BootTime,
    /// Nothing before this, unless something happens.
    until: BootTime,
    well_until: Option<BootTime>,
    pulled_at: Option<BootTime>,
    pull_at: BootTime,
    condemned: u32,
    /// Whether the last push was of one sit that was deferred.
    has_deferred: bool,
    /// Whether the last push was answered fast, and as a whole.
    flows: bool,
    /// Both sides differed while the server was read up to here.
    differed_at: Option<Cursor>,
    compared: u32,
}

impl Plan {
    /// A plan that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            account: None,
            batch: Batch { rows: ROWS.0, most: ROWS.1 },
            page: Batch { rows: PAGE.0, most: PAGE.1 },
            token: Token::Good,
            refreshes: Vec::new(),
            spent: false,
            hold: None,
            held_by_push: false,
            probe: None,
            probes: 0,
            failures: 0,
            last_failure: None,
            failed_at: BootTime::default(),
            floor: BootTime::default(),
            until: BootTime::default(),
            well_until: None,
            pulled_at: None,
            pull_at: BootTime::default(),
            condemned: 0,
            has_deferred: false,
            flows: false,
            differed_at: None,
            compared: 0,
        }
    }

    /// Why nothing is done, if so.
    #[must_use]
    pub const fn hold(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// The last failure, while it was not followed by a success.
    #[must_use]
    pub const fn last_failure(&self) -> Option<&RemoteError> {
        self.last_failure.as_ref()
    }

    /// Whether the server was read and nothing is known to follow.
    #[must_use]
    pub fn has_read_all(&self, now: BootTime) -> bool {
        self.pulled_at.is_some() && now < self.pull_at
    }

    /// Whether all goes so well that a push may go beside one that is out.
    #[must_use]
    pub fn flows(&self) -> bool {
        self.flows && self.hold.is_none() && self.last_failure.is_none()
    }

    /// Takes note of something that happened.
    pub fn trigger(&mut self, trigger: Trigger, now: BootTime) {
        let by_hand = match trigger {
            // What waits is seen in the store; a failure is not undone by more to send.
            Trigger::Changed => return,
            Trigger::Network | Trigger::Woke | Trigger::Focused => false,
            Trigger::Asked | Trigger::SignedIn | Trigger::Answered => true,
        };
        let soonest = if by_hand { now } else { self.failed_at + TRY_AT_MOST_EVERY };
        self.until = self.until.min(soonest);
        let soonest = match self.pulled_at {
            Some(at) if !by_hand => (at + ASK_AT_MOST_EVERY).max(now),
            _ => now,
        };
        self.pull_at = self.pull_at.min(soonest);
        if by_hand {
            // The person sees for themselves: whatever was in the way may be out of it.
            self.hold = None;
            self.token = Token::Good;
            self.refreshes.clear();
            self.well_until = None;
        } else if let Some(probe) = &mut self.probe {
            *probe = (*probe).min((self.failed_at + PROBE_AT_MOST_EVERY).max(now));
        }
    }

    /// What to do now.
    pub fn next(&mut self, known: Known, now: BootTime) -> Step {
        if known.account != self.account {
            *self = Self { account: known.account, floor: self.floor, ..Self::new() };
        }
        if known.account.is_none() {
            return Step::Wait(Wait::ForTrigger);
        }
        if self.held_by_push && !known.outgoing {
            (self.hold, self.held_by_push) = (None, false);
        }
        if self.hold.is_some() {
            match self.probe {
                Some(at) if at <= now => {}
                Some(at) => return Step::Wait(Wait::Until(at)),
                None => return Step::Wait(Wait::ForTrigger),
            }
        }
        let free = self.floor.max(self.until);
        if now < free {
            return Step::Wait(Wait::Until(free));
        }
        if self.token == Token::Stale {
            return Step::Refresh;
        }
        if self.well_until.is_none_or(|until| until <= now) {
            return Step::Health;
        }
        // A device reads before it sends: only then does it know of an erasure, and what need not be sent.
        if known.cursor.is_none() || (self.pull_at <= now && !self.is_sending(known, now)) {
            return Step::Pull(Page { rows: self.page.rows, bytes: PAGE_BYTES });
        }
        if known.outgoing {
            return Step::Push { rows: self.batch.rows, bytes: BYTES };
        }
        if known.comparable {
            return Step::Digest;
        }
        Step::Wait(Wait::Until(self.pull_at))
    }

    /// Whether a backlog goes first: what others have sent can wait for a minute more.
    fn is_sending(&self, known: Known, now: BootTime) -> bool {
        known.outgoing && self.pulled_at.is_some_and(|at| now < at + ASK_AT_MOST_EVERY)
    }

    /// The server is well, or says why not. `too_old`: it does not serve this version.
    pub fn asked(
        &mut self,
        findings: Vec<String>,
        too_old: Option<String>,
        now: BootTime,
        chance: u32,
    ) {
        if let Some(oldest) = too_old {
            self.stop(Hold::TooOld(oldest), now, chance);
        } else if findings.is_empty() {
            self.well_until = Some(now + WELL_FOR);
            if matches!(self.hold, Some(Hold::Unwell(_) | Hold::TooOld(_) | Hold::Key)) {
                self.hold = None;
            }
        } else {
            self.stop(Hold::Unwell(findings), now, chance);
        }
    }

    /// The server takes only so many sits at once.
    pub fn limit(&mut self, rows: u32) {
        self.batch.most = ROWS.1.min(rows).max(1);
        self.batch.rows = self.batch.rows.min(self.batch.most);
    }

    /// There is a new token.
    pub fn refreshed(&mut self, now: BootTime) {
        self.token = Token::Renewed(now);
        self.refreshes.push(now);
        self.spent = false;
        self.last_failure = None;
    }

    /// A push was answered and written down.
    pub fn sent(&mut self, sent: Sent, took: Duration, now: BootTime, chance: u32) {
        if !sent.caught_up {
            self.pull_at = self.pull_at.min(now);
        }
        if sent.beside_a_failure {
            // What the failure has brought about stands: this one was out before.
            return;
        }
        (self.condemned, self.has_deferred) = (0, false);
        self.flows = sent.settled == sent.rows && took <= FAST;
        if sent.settled > 0 {
            self.held_by_push = false;
            self.succeeded();
        }
        if sent.settled < sent.rows {
            // Fewer verdicts than sits: what was left out goes again, but not at once.
            self.back_off(Fault::Unreadable.into(), now, chance);
        } else {
            self.batch.grow(sent.rows, took);
        }
    }

    /// A part of what the server has was read and written down.
    pub fn read(
        &mut self,
        rows: u32,
        more: bool,
        cursor: Cursor,
        took: Duration,
        now: BootTime,
    ) -> Finding {
        self.succeeded();
        self.page.grow(rows, took);
        if more {
            self.pull_at = now;
            return Finding::Nothing;
        }
        self.pulled_at = Some(now);
        self.pull_at = now + POLL_EVERY;
        match self.differed_at.take() {
            Some(at) if at == cursor => Finding::Differs,
            _ => Finding::Nothing,
        }
    }

    /// The server does not know the cursor. Everything is read anew.
    pub fn begun_again(&mut self, now: BootTime) {
        self.succeeded();
        self.differed_at = None;
        self.pull_at = now;
    }

    /// Both sides were compared, with the server read up to `cursor`.
    pub fn compared(&mut self, same: bool, cursor: Option<Cursor>, now: BootTime) -> Finding {
        self.succeeded();
        self.compared += 1;
        if same || self.compared > COMPARE_AT_MOST {
            self.compared = 0;
            return Finding::Compared;
        }
        // Another device may have sent something since: a reading tells.
        self.differed_at = cursor;
        self.pull_at = now;
        Finding::Nothing
    }

    /// The account's sits were erased, and this device has not agreed to it.
    pub fn erased(&mut self, erasure_id: Uuid) {
        self.succeeded();
        self.hold = Some(Hold::Erased(erasure_id));
        self.held_by_push = false;
        self.probe = None;
    }

    /// The disk did not take what was to be written: the same is asked again later.
    pub fn store_failed(&mut self, now: BootTime, chance: u32) {
        self.failures = self.failures.saturating_add(1);
        self.delay(now, chance);
    }

    /// A push of `rows` sits failed as a whole, the first of them with texts of `texts` bytes.
    pub fn push_failed(
        &mut self,
        error: RemoteError,
        rows: u32,
        texts: usize,
        now: BootTime,
        chance: u32,
    ) -> Verdict {
        let class = class(&error);
        match class {
            // One of them, or all together: half of them will tell.
            Class::Row | Class::Derived | Class::TooLarge if rows > 1 => {
                self.batch.halve(rows);
                self.last_failure = Some(error);
                return Verdict::Wait;
            }
            Class::Row | Class::TooLarge => {
                let its_own = class == Class::Row || texts > SMALL_SIT;
                if its_own && self.condemned < CONDEMNED_AT_MOST {
                    self.condemned += 1;
                    return Verdict::Condemn;
                }
                self.condemned = 0;
                self.stop_pushing(error, now, chance);
                return if its_own { Verdict::Release } else { Verdict::Wait };
            }
            Class::Derived => {
                // Two in a row tell it from a sit that only meets something odd; after that, one does.
                if self.has_deferred {
                    self.stop_pushing(error, now, chance);
                } else {
                    self.has_deferred = true;
                    self.last_failure = Some(error);
                    // The server may know what is wrong with it.
                    self.well_until = None;
                }
                return Verdict::Defer;
            }
            Class::Configuration => {
                self.stop_pushing(error, now, chance);
                return Verdict::Wait;
            }
            Class::TooSlow => self.batch.halve(rows),
            _ => {}
        }
        self.failed(error, now, chance);
        Verdict::Wait
    }

    /// A reading failed.
    pub fn pull_failed(&mut self, error: RemoteError, now: BootTime, chance: u32) {
        if matches!(class(&error), Class::TooSlow | Class::TooLarge) {
            self.page.halve(self.page.rows);
        }
        self.failed(error, now, chance);
    }

    /// There is no new token. Only a refusal that is about this session means that the person has to sign in.
    pub fn refresh_failed(&mut self, error: RemoteError, now: BootTime, chance: u32) {
        match class(&error) {
            Class::Session => self.back_off(error, now, chance),
            // Another process may just have had the next one.
            Class::SignIn if is_spent(&error) && !self.spent => {
                self.spent = true;
                self.back_off(error, now, chance);
            }
            _ => self.failed(error, now, chance),
        }
    }

    /// Whether a new token may help where this one was not accepted.
    fn may_refresh(&mut self, now: BootTime) -> bool {
        self.refreshes.retain(|at| now.since(*at) < HOUR);
        let is_worth_it = match self.token {
            Token::Good => true,
            Token::Stale => false,
            Token::Renewed(at) => now.since(at) >= REFRESH_AGAIN_AFTER,
        };
        is_worth_it && self.refreshes.len() < REFRESHES_AN_HOUR
    }

    /// Any call failed.
    pub fn failed(&mut self, error: RemoteError, now: BootTime, chance: u32) {
        match class(&error) {
            Class::Session if self.may_refresh(now) => {
                self.token = Token::Stale;
                self.last_failure = Some(error);
            }
            Class::SignIn => self.stop(Hold::SignIn, now, chance),
            Class::Blocked => self.stop(Hold::Blocked, now, chance),
            Class::Key => self.stop(Hold::Key, now, chance),
            Class::Account => self.stop(Hold::Account, now, chance),
            Class::Configuration => self.stop(Hold::Configuration(error), now, chance),
            // A new token that is not accepted is good: the server's clock is behind, or its keys are not fresh.
            Class::Session
            | Class::Transient
            | Class::TooSlow
            | Class::TooLarge
            | Class::Row
            | Class::Derived
            | Class::Unknown => self.back_off(error, now, chance),
        }
    }

    fn succeeded(&mut self) {
        self.failures = 0;
        self.last_failure = None;
        self.token = Token::Good;
        if !self.held_by_push {
            self.hold = None;
            self.probes = 0;
        }
    }

    fn back_off(&mut self, error: RemoteError, now: BootTime, chance: u32) {
        self.failures = self.failures.saturating_add(1);
        if let Some(alone) = error.retry_after {
            self.floor = self.floor.max(now + alone.min(LONGEST_REQUEST));
        }
        self.last_failure = Some(error);
        self.delay(now, chance);
    }

    /// Full jitter: anything from nothing to twice as long as the last time.
    fn delay(&mut self, now: BootTime, chance: u32) {
        let doublings = self.failures.min(16);
        let longest = LONGEST_BACKOFF.min(Duration::from_secs(1 << doublings));
        self.failed_at = now;
        self.until = now + part(longest, chance);
    }

    /// A push shows that the server is not as it must be.
    fn stop_pushing(&mut self, error: RemoteError, now: BootTime, chance: u32) {
        self.stop(Hold::Configuration(error), now, chance);
        self.held_by_push = true;
    }

    fn stop(&mut self, hold: Hold, now: BootTime, chance: u32) {
        let longest = PROBE.1.min(PROBE.0 * (1 << self.probes.min(8)));
        self.probes = self.probes.saturating_add(1);
        // No sooner than half of it: this is no crowd that must be scattered, but a server that is wrong.
        self.probe = hold.passes().then(|| now + longest / 2 + part(longest / 2, chance));
        self.last_failure = None;
        self.failed_at = now;
        // What was found may be repaired: that is asked first.
        self.well_until = None;
        // Where nothing waits to be sent, reading shows whether it is over.
        self.pull_at = self.pull_at.min(now);
        self.hold = Some(hold);
        self.held_by_push = false;
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a token for a new token was used before.
fn is_spent(error: &RemoteError) -> bool {
    matches!(&error.fault, Fault::Answer { code: Some(code), .. } if code == "refresh_token_already_used")
}

/// A part of `longest`, as chance has it.
fn part(longest: Duration, chance: u32) -> Duration {
    longest.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests;
