//! A model of all partnerships of a project: what inviting, accepting, withdrawing and leaving do, and what the weeks count.
//!
//! It is plain and slow on purpose: tests hold the server to it.

use super::{
    INVITATION_VALID, MAX_ATTEMPTS_PER_HOUR, Refusal, Role, Tally, Week, first_week_at,
    week_number, week_start,
};
use crate::day::DayStart;
use crate::ids::{PartnershipId, SessionId, UserId};
use crate::profile::{DEFAULT_TARGET, WeeklyTarget};
use crate::time::{UtcOffset, WallTime};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// All users, invitations and partnerships of a project.
#[derive(Clone, Debug, Default)]
pub struct Model {
    users: BTreeMap<UserId, User>,
    /// By the hash of the code.
    invitations: BTreeMap<String, Invitation>,
    /// In the order in which they began.
    partnerships: Vec<Membership>,
}

#[derive(Clone, Debug, Default)]
struct User {
    /// When each target was set.
    targets: Vec<(DateTime<Utc>, WeeklyTarget)>,
    /// The starts of the sits that count.
    sits: BTreeMap<SessionId, DateTime<Utc>>,
    /// When the user was refused with [`Refusal::NotOpen`].
    refused_at: Vec<DateTime<Utc>>,
}

impl User {
    fn target_at(&self, moment: DateTime<Utc>) -> WeeklyTarget {
        let set = self.targets.iter().rev().find(|(since, _)| *since <= moment);
        set.map_or(DEFAULT_TARGET, |(_, target)| *target)
    }
}

/// An invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The user who invites.
    pub inviter: UserId,
    /// After this moment it is not open any more.
    pub expires_at: DateTime<Utc>,
    /// The UTC offset of the inviter.
    offset: UtcOffset,
    /// The start of the inviter's day.
    starts: DayStart,
    is_withdrawn: bool,
    accepted: Option<(UserId, PartnershipId)>,
}

/// A partnership of two users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: PartnershipId,
    /// The user who invited.
    pub inviter: UserId,
    /// The user who accepted.
    pub invitee: UserId,
    /// When it was accepted.
    pub accepted_at: DateTime<Utc>,
    /// The start of the first week.
    pub first_week_at: DateTime<Utc>,
    /// The sits from this moment on count: those of the whole first day, unless one of the two users was in another
    /// partnership then.
    pub started_at: DateTime<Utc>,
    /// When one of the two left.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Membership {
    /// Returns the role of `user`, if they are one of the two.
    #[must_use]
    pub fn role(&self, user: UserId) -> Option<Role> {
        if user == self.inviter {
            Some(Role::Inviter)
        } else {
            (user == self.invitee).then_some(Role::Invitee)
        }
    }

    fn contains(&self, moment: DateTime<Utc>) -> bool {
        self.started_at <= moment && self.ended_at.is_none_or(|end| moment < end)
    }
}

impl Model {
    /// Returns all partnerships that ever began.
    #[must_use]
    pub fn partnerships(&self) -> &[Membership] {
        &self.partnerships
    }

    /// Returns the current partnership of `user`.
    #[must_use]
    pub fn current(&self, user: UserId) -> Option<&Membership> {
        self.partnerships.iter().find(|it| it.ended_at.is_none() && it.role(user).is_some())
    }

    /// Returns the invitation with this hash, if it can be accepted at `now`.
    #[must_use]
    pub fn open(&self, code_hash: &str, now: DateTime<Utc>) -> Option<&Invitation> {
        self.invitations.get(code_hash).filter(|invitation| {
            !invitation.is_withdrawn
                && invitation.accepted.is_none()
                && now < invitation.expires_at
                && self.current(invitation.inviter).is_none()
        })
    }

    /// Returns whether the invitation with this hash can be accepted at `now`.
    #[must_use]
    pub fn is_open(&self, code_hash: &str, now: DateTime<Utc>) -> bool {
        self.open(code_hash, now).is_some()
    }

    /// Creates an invitation of `user` and withdraws their last one. The same hash again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::InPartnership`], or [`Refusal::NotOpen`] if the invitation with this hash is not open any more.
    pub fn invite(
        &mut self,
        user: UserId,
        code_hash: &str,
        now: WallTime,
        starts: DayStart,
    ) -> Result<(), Refusal> {
        if self.current(user).is_some() {
            return Err(Refusal::InPartnership);
        }
        if self.invitations.contains_key(code_hash) {
            return self.open(code_hash, now.utc).map(drop).ok_or(Refusal::NotOpen);
        }
        self.withdraw(user);
        let invitation = Invitation {
            inviter: user,
            expires_at: now.utc + INVITATION_VALID,
            offset: now.offset,
            starts,
            is_withdrawn: false,
            accepted: None,
        };
        self.invitations.insert(code_hash.to_owned(), invitation);
        Ok(())
    }

    /// Withdraws the open invitation of `user`, if there is one.
    pub fn withdraw(&mut self, user: UserId) {
        let of_user = |it: &&mut Invitation| it.inviter == user && it.accepted.is_none();
        self.invitations.values_mut().filter(of_user).for_each(|it| it.is_withdrawn = true);
    }

    /// Accepts an invitation: `user` is a partner of its inviter from now on, with the new id `id`. Returns the id of the
    /// partnership; for the user who has accepted the invitation before, also after leaving, the id of that one.
    ///
    /// # Errors
    /// The refusal. [`Refusal::NotOpen`] is counted as an attempt.
    pub fn accept(
        &mut self,
        user: UserId,
        code_hash: &str,
        id: PartnershipId,
        now: DateTime<Utc>,
    ) -> Result<PartnershipId, Refusal> {
        let accepted = self.invitations.get(code_hash).and_then(|it| it.accepted);
        if let Some((_, partnership)) = accepted.filter(|(accepter, _)| *accepter == user) {
            return Ok(partnership);
        }
        let Invitation { inviter, offset, starts, .. } = self.preview(user, code_hash, now)?;
        let first_week_at = first_week_at(WallTime { utc: now, offset }, starts);
        let earlier = self
            .partnerships
            .iter()
            .filter(|it| it.role(user).is_some() || it.role(inviter).is_some())
            .filter_map(|it| it.ended_at);
        self.partnerships.push(Membership {
            id,
            inviter,
            invitee: user,
            accepted_at: now,
            first_week_at,
            started_at: earlier.fold(first_week_at, DateTime::max),
            ended_at: None,
        });
        self.withdraw(user);
        if let Some(invitation) = self.invitations.get_mut(code_hash) {
            invitation.accepted = Some((user, id));
        }
        Ok(id)
    }

    /// Returns an invitation, if `user` can accept it.
    ///
    /// # Errors
    /// The refusal. [`Refusal::NotOpen`] is counted as an attempt.
    pub fn preview(
        &mut self,
        user: UserId,
        code_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Invitation, Refusal> {
        let attempts = &self.users.entry(user).or_default().refused_at;
        let recent = attempts.iter().filter(|at| now - **at < TimeDelta::hours(1));
        if recent.count() >= MAX_ATTEMPTS_PER_HOUR {
            return Err(Refusal::TooManyAttempts);
        }
        let Some(invitation) = self.invitations.get(code_hash).cloned() else {
            return Err(self.not_open(user, now));
        };
        let inviter = invitation.inviter;
        let current = self.current(user);
        if inviter == user {
            Err(Refusal::Own)
        } else if current.is_some_and(|it| it.role(inviter).is_some()) {
            Err(Refusal::AlreadyPartners)
        } else if !self.is_open(code_hash, now) {
            Err(self.not_open(user, now))
        } else if current.is_some() {
            Err(Refusal::InPartnership)
        } else {
            Ok(invitation)
        }
    }

    /// Returns when the open invitation of `user` expires.
    #[must_use]
    pub fn open_invitation(&self, user: UserId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (_, invitation) = self
            .invitations
            .iter()
            .find(|(hash, it)| it.inviter == user && self.is_open(hash, now))?;
        Some(invitation.expires_at)
    }

    fn not_open(&mut self, user: UserId, now: DateTime<Utc>) -> Refusal {
        self.users.entry(user).or_default().refused_at.push(now);
        Refusal::NotOpen
    }

    /// Ends the partnership `id`, if `user` is in it and it has not ended.
    pub fn leave(&mut self, user: UserId, id: PartnershipId, now: DateTime<Utc>) {
        let is_it = |it: &&mut Membership| it.id == id && it.role(user).is_some();
        if let Some(partnership) = self.partnerships.iter_mut().find(is_it) {
            partnership.ended_at.get_or_insert(now);
        }
    }

    /// Sets the target of `user` from `now` on. It holds for weeks that start later.
    pub fn set_target(&mut self, user: UserId, target: WeeklyTarget, now: DateTime<Utc>) {
        self.users.entry(user).or_default().targets.push((now, target));
    }

    /// Stores a sit that counts, with its effective start; none: it counts no longer.
    pub fn set_sit(&mut self, user: UserId, sit: SessionId, start: Option<DateTime<Utc>>) {
        let sits = &mut self.users.entry(user).or_default().sits;
        match start {
            Some(start) => _ = sits.insert(sit, start),
            None => _ = sits.remove(&sit),
        }
    }

    /// Returns the weeks of a partnership from the first to that of `now`, or of its end, as `user` sees them.
    #[must_use]
    pub fn weeks(&self, partnership: &Membership, user: UserId, now: DateTime<Utc>) -> Vec<Week> {
        let first = partnership.first_week_at;
        let last = match partnership.ended_at {
            // A partnership that ends with a week does not begin the next one.
            Some(end) => week_number(first, end - TimeDelta::milliseconds(1)).or(Some(1)),
            None => week_number(first, now),
        };
        let last = last.unwrap_or(0);
        let week = |number| {
            let start = week_start(first, number);
            let week = Week { number, start, goal: 0, mine: 0, partners: 0 };
            let goal_at = if number == 1 { partnership.accepted_at } else { start };
            let sides = [partnership.inviter, partnership.invitee].map(|side| {
                let Some(of) = self.users.get(&side) else { return (DEFAULT_TARGET.get(), 0) };
                let is_counted = |at: &&DateTime<Utc>| {
                    partnership.contains(**at) && week.start <= **at && **at < week.end()
                };
                let sits = of.sits.values().filter(is_counted).count();
                (of.target_at(goal_at).get(), u32::try_from(sits).unwrap_or(u32::MAX))
            });
            let [(inviter_target, inviter), (invitee_target, invitee)] = sides;
            let (mine, partners) =
                if user == partnership.inviter { (inviter, invitee) } else { (invitee, inviter) };
            Week { goal: inviter_target + invitee_target, mine, partners, ..week }
        };
        (1..=last).map(week).collect()
    }

    /// Returns the totals of a partnership at `now`.
    #[must_use]
    pub fn tally(&self, partnership: &Membership, now: DateTime<Utc>) -> Tally {
        let weeks = self.weeks(partnership, partnership.inviter, now);
        Tally::of(&weeks, partnership.ended_at.map_or(now, |end| end.min(now)))
    }
}
