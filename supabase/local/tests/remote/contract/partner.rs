//! Partners and invitations.

use super::{NO_LIMIT, TestServer, new_account, push};
use crate::sits::{completed, device, started_session};
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::{PartnershipId, UserId};
use zafu_core::invitation::InvitationCode;
use zafu_core::partnership::{NewsKind, PartnerView, Partnership, Privacy, Refusal, Role, Tally};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::session::{MAX_REVISION, Register, Session};
use zafu_core::time::UtcOffset;
use zafu_store::{Bow, PartOutcome, PartnerChanges, PartnerOutcomes, PartnershipPrivacy};
use zafu_sync::remote::{PartnerResponse, PullResponse, ServerPartner};
use zafu_sync::{Invitations, Remote};

fn new_code() -> InvitationCode {
    InvitationCode::new(Uuid::new_v4().into_bytes())
}

fn profile(name: &str) -> Profile {
    Profile { name: Some(ProfileName::new(name).unwrap()), image: Some(ProfileImage::Moon) }
}

fn register<T>(value: T, revision: u32, by: u128) -> Register<T> {
    Register { value, revision, deviceid: device(by) }
}

async fn sync(server: &impl Remote, account: UserId, changes: &PartnerChanges) -> ServerPartner {
    match server.sync_partner(account, changes, None, None).await.unwrap() {
        PartnerResponse::State(state) => *state,
        PartnerResponse::Erased(erasure_id) => panic!("erased as {erasure_id}"),
    }
}

async fn view(server: &impl Remote, account: UserId) -> PartnerView {
    sync(server, account, &PartnerChanges::default()).await.view.unwrap()
}

async fn partnership(server: &impl Remote, account: UserId) -> Partnership {
    view(server, account).await.partnership.unwrap()
}

async fn pulled_seq(server: &impl Remote, account: UserId) -> Option<i64> {
    match server.pull(account, None, NO_LIMIT).await.unwrap() {
        PullResponse::Rows { partner_seq, .. } => partner_seq,
        PullResponse::Diverged => panic!("it has no cursor"),
    }
}

async fn invite(server: &impl Invitations, account: UserId, code: &InvitationCode) {
    let starts = DayStart::constant::<4>();
    server.create_invitation(account, code, UtcOffset(-210), starts).await.unwrap().unwrap();
}

/// Two users who are partners, with the remotes of their devices.
struct Partners<D> {
    inviter: (UserId, D),
    invitee: (UserId, D),
    id: PartnershipId,
}

async fn partners<B: TestServer>(test_server: &B) -> Partners<B::Device> {
    let (inviter, invitee) = (new_account(test_server), new_account(test_server));
    let code = new_code();
    invite(&inviter.1, inviter.0, &code).await;
    let id = invitee.1.accept_invitation(invitee.0, &code).await.unwrap().unwrap();
    Partners { inviter, invitee, id }
}

/// A completed sit that started at the start of a partnership.
fn counted_sit(of: &Partnership) -> Session {
    let mut sit = started_session();
    sit.lifecycle.startedat = of.started_at;
    completed(&sit)
}

pub async fn an_invitation_is_accepted_once(test_server: &impl TestServer) {
    let (inviter, theirs) = new_account(test_server);
    let (invitee, mine) = new_account(test_server);
    let (other, others) = new_account(test_server);
    let (code, newer) = (new_code(), new_code());
    let create = || theirs.create_invitation(inviter, &newer, UtcOffset(0), DayStart::MIN);
    invite(&theirs, inviter, &code).await;
    let expires_at = create().await.unwrap();
    assert_eq!(create().await.unwrap(), expires_at, "the response was lost");
    assert_eq!(view(&theirs, inviter).await.invitation_expires_at, expires_at.ok());
    let changes = PartnerChanges {
        profile: Some(register(profile("慈悲"), 1, 7)),
        ..PartnerChanges::default()
    };
    sync(&theirs, inviter, &changes).await;
    let preview = mine.preview_invitation(invitee, &newer).await.unwrap().unwrap();
    assert_eq!((preview.profile, Ok(preview.expires_at)), (profile("慈悲"), expires_at));
    let accept = |code| mine.accept_invitation(invitee, code);
    assert_eq!(accept(&code).await.unwrap(), Err(Refusal::NotOpen), "it was replaced");
    assert_eq!(theirs.accept_invitation(inviter, &newer).await.unwrap(), Err(Refusal::Own));
    let id = accept(&newer).await.unwrap().unwrap();
    assert_eq!(accept(&newer).await.unwrap(), Ok(id), "the response was lost");
    let taken = others.preview_invitation(other, &newer).await.unwrap();
    assert_eq!(taken, Err(Refusal::NotOpen));
    let created = create().await.unwrap();
    assert_eq!(created, Err(Refusal::InPartnership));
    let again = mine.preview_invitation(invitee, &newer).await.unwrap();
    assert_eq!(again, Err(Refusal::AlreadyPartners));
    let (of_inviter, of_invitee) =
        (partnership(&theirs, inviter).await, partnership(&mine, invitee).await);
    assert_eq!((of_inviter.id, of_invitee.id), (id, id));
    assert_eq!((of_inviter.role, of_invitee.role), (Role::Inviter, Role::Invitee));
    assert_eq!(of_invitee.partner.profile, profile("慈悲"));
    assert_eq!(view(&theirs, inviter).await.invitation_expires_at, None);
    assert_eq!(view(&theirs, inviter).await.news[0].kind, NewsKind::Joined);
}

pub async fn refusals_of_users_with_partners_are_values(test_server: &impl TestServer) {
    let Partners { inviter: (user, server), .. } = partners(test_server).await;
    let (other, others) = new_account(test_server);
    let code = new_code();
    invite(&others, other, &code).await;
    let refused = server.accept_invitation(user, &code).await.unwrap();
    assert_eq!(refused, Err(Refusal::InPartnership));
    others.withdraw_invitation(other).await.unwrap();
    others.withdraw_invitation(other).await.unwrap();
    let refused = server.accept_invitation(user, &code).await.unwrap();
    assert_eq!(refused, Err(Refusal::NotOpen));
    let again = others.create_invitation(other, &code, UtcOffset(0), DayStart::MIN).await.unwrap();
    assert_eq!(again, Err(Refusal::NotOpen));
    for _ in 1..zafu_core::partnership::MAX_ATTEMPTS_PER_HOUR {
        let refused = server.accept_invitation(user, &new_code()).await.unwrap();
        assert_eq!(refused, Err(Refusal::NotOpen));
    }
    let refused = server.preview_invitation(user, &code).await.unwrap();
    assert_eq!(refused, Err(Refusal::TooManyAttempts));
}

pub async fn an_invitation_is_previewed_without_an_account(test_server: &impl TestServer) {
    let (inviter, theirs) = new_account(test_server);
    let (code, withdrawn) = (new_code(), new_code());
    invite(&theirs, inviter, &withdrawn).await;
    invite(&theirs, inviter, &code).await;
    let changes = PartnerChanges {
        profile: Some(register(profile("慈悲"), 1, 7)),
        ..PartnerChanges::default()
    };
    let expires_at = sync(&theirs, inviter, &changes).await.view.unwrap().invitation_expires_at;
    let nobody = test_server.stranger(inviter);
    let preview = async |code: InvitationCode| {
        nobody.preview_invitation_without_account(&code).await.unwrap()
    };
    for _ in 0..=zafu_core::partnership::MAX_ATTEMPTS_PER_HOUR {
        assert_eq!(preview(new_code()).await, Err(Refusal::NotOpen), "attempts are not counted");
    }
    assert_eq!(preview(withdrawn).await, Err(Refusal::NotOpen));
    let inviting = preview(code.clone()).await.unwrap();
    assert_eq!(inviting.profile, profile("慈悲"));
    assert_eq!(Some(inviting.expires_at), expires_at);
    let (invitee, mine) = new_account(test_server);
    mine.accept_invitation(invitee, &code).await.unwrap().unwrap();
    assert_eq!(preview(code).await, Err(Refusal::NotOpen), "it is used");
}

pub async fn registers_are_returned_as_they_were_sent(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let fresh = sync(&server, user, &PartnerChanges::default()).await;
    let (unset, target) = (fresh.profile.unwrap(), fresh.target.unwrap());
    assert_eq!((unset.value, unset.revision), (Profile::default(), 0));
    assert_eq!((target.value, target.revision), (DEFAULT_TARGET, 0));
    assert_eq!(fresh.view, Some(PartnerView::default()));
    let odd = ProfileName::new("\u{1F469}\u{200D}\u{1F9B0} \"\\ \u{202F}é").unwrap();
    let changes = PartnerChanges {
        profile: Some(register(Profile { name: Some(odd), image: None }, 3, 7)),
        target: Some(register(WeeklyTarget::new(0).unwrap(), MAX_REVISION, 9)),
        ..PartnerChanges::default()
    };
    for _ in 0..2 {
        let stored = sync(&server, user, &changes).await;
        let done = Some(PartOutcome::Done);
        assert_eq!((stored.outcomes.profile, stored.outcomes.target), (done.clone(), done));
        assert_eq!((&stored.profile, &stored.target), (&changes.profile, &changes.target));
    }
    let older = PartnerChanges {
        profile: Some(register(profile("older"), 3, 6)),
        target: Some(register(WeeklyTarget::new(9).unwrap(), MAX_REVISION + 1, 9)),
        ..PartnerChanges::default()
    };
    let stored = sync(&server, user, &older).await;
    let outcomes = PartnerOutcomes {
        profile: Some(PartOutcome::Done),
        target: Some(PartOutcome::Rejected("bad_revision".into())),
        ..PartnerOutcomes::default()
    };
    assert_eq!(stored.outcomes, outcomes);
    assert_eq!((&stored.profile, &stored.target), (&changes.profile, &changes.target));
}

pub async fn a_partner_sees_counts_and_times_only_if_they_are_shared(
    test_server: &impl TestServer,
) {
    let Partners { inviter: (mine, server), invitee: (yours, theirs), id } =
        partners(test_server).await;
    let sit = counted_sit(&partnership(&server, mine).await);
    push(&theirs, yours, std::slice::from_ref(&sit)).await;
    let known = partnership(&server, mine).await;
    let week = known.weeks[0];
    assert_eq!((week.number, week.goal, week.mine, week.partners), (1, 10, 0, 1));
    assert_eq!((week.start, known.tally), (known.first_week_at, Tally::default()));
    assert_eq!((known.partner.privacy, known.partner.times), (Privacy::Counts, None));
    let show = |level, revision| PartnerChanges {
        privacy: Some(register(PartnershipPrivacy { partnership: id, level }, revision, 7)),
        ..PartnerChanges::default()
    };
    let stored = sync(&theirs, yours, &show(Privacy::Times, 1)).await;
    assert_eq!(stored.outcomes.privacy, Some(PartOutcome::Done));
    let times = partnership(&server, mine).await.partner.times.unwrap();
    assert_eq!((times.len(), times[0].start), (1, sit.lifecycle.startedat));
    assert_eq!((times[0].length.0, times[0].offset), (1200, None));
    assert_eq!(stored.view.unwrap().shown_to_partner.unwrap().times, Some(times));
    let stored = sync(&theirs, yours, &show(Privacy::Counts, 2)).await.view.unwrap();
    assert_eq!(stored.shown_to_partner.unwrap().times, None);
    assert_eq!(stored.partnership.unwrap().privacy, register(Privacy::Counts, 2, 7));
    assert_eq!(partnership(&server, mine).await.partner.times, None);
    let elsewhere = PartnerChanges {
        privacy: Some(register(
            PartnershipPrivacy {
                partnership: PartnershipId(Uuid::new_v4()),
                level: Privacy::Times,
            },
            3,
            7,
        )),
        ..PartnerChanges::default()
    };
    let stored = sync(&theirs, yours, &elsewhere).await;
    let rejected = PartOutcome::Rejected("no_partnership".into());
    assert_eq!(stored.outcomes.privacy, Some(rejected));
}

pub async fn of_equal_revisions_the_level_that_shows_less_wins(test_server: &impl TestServer) {
    let Partners { inviter: (mine, server), id: partnership, .. } = partners(test_server).await;
    let show = async |level, revision, by| {
        let sent = register(PartnershipPrivacy { partnership, level }, revision, by);
        let changes = PartnerChanges { privacy: Some(sent), ..PartnerChanges::default() };
        let stored = sync(&server, mine, &changes).await;
        assert_eq!(stored.outcomes.privacy, Some(PartOutcome::Done));
        stored.view.unwrap().partnership.unwrap().privacy
    };
    for (revision, counts_by, times_by) in [(1, 1, 2), (3, 2, 1), (5, 1, 1)] {
        let counts = register(Privacy::Counts, revision, counts_by);
        show(Privacy::Times, revision, times_by).await;
        assert_eq!(show(Privacy::Counts, revision, counts_by).await, counts);
        assert_eq!(show(Privacy::Times, revision, times_by).await, counts);
        let later = register(Privacy::Times, revision + 1, times_by);
        assert_eq!(show(Privacy::Times, revision + 1, times_by).await, later);
    }
}

pub async fn a_bow_is_delivered_once_and_leaving_ends_the_partnership(
    test_server: &impl TestServer,
) {
    let Partners { inviter: (mine, server), invitee: (yours, theirs), id } =
        partners(test_server).await;
    let bow = |n: u128| PartnerChanges {
        bow: Some(Bow { id: Uuid::from_u128(n), partnership: id }),
        ..PartnerChanges::default()
    };
    let refused = |code: &str| Some(PartOutcome::Rejected(code.into()));
    let known = partnership(&server, mine).await;
    assert!(!known.may_bow);
    assert_eq!(sync(&server, mine, &bow(1)).await.outcomes.bow, refused("not_yet"));
    push(&theirs, yours, &[counted_sit(&known)]).await;
    assert!(partnership(&server, mine).await.may_bow);
    for _ in 0..2 {
        let sent = sync(&server, mine, &bow(1)).await;
        assert_eq!(sent.outcomes.bow, Some(PartOutcome::Done));
        assert!(!sent.view.unwrap().partnership.unwrap().may_bow);
    }
    assert_eq!(sync(&server, mine, &bow(2)).await.outcomes.bow, refused("not_yet"));
    let leave = PartnerChanges { leave: Some(id), ..PartnerChanges::default() };
    for _ in 0..2 {
        let left = sync(&server, mine, &leave).await;
        assert_eq!(left.outcomes.leave, Some(PartOutcome::Done));
        let view = left.view.unwrap();
        assert_eq!((view.partnership, view.former.len()), (None, 1));
        assert_eq!((view.former[0].tally, view.shown_to_partner), (Tally::default(), None));
    }
    assert_eq!(sync(&server, mine, &bow(3)).await.outcomes.bow, refused("no_partnership"));
    let kinds: Vec<_> = view(&theirs, yours).await.news.iter().map(|news| news.kind).collect();
    assert_eq!(kinds, [NewsKind::Bow, NewsKind::Left]);
}

pub async fn a_pull_tells_when_there_is_something_to_read_about_the_partner(
    test_server: &impl TestServer,
) {
    let (lonely, alone) = new_account(test_server);
    push(&alone, lonely, &[completed(&started_session())]).await;
    assert_eq!(pulled_seq(&alone, lonely).await, Some(0), "nothing to read");
    let Partners { inviter: (mine, server), invitee: (yours, theirs), .. } =
        partners(test_server).await;
    let known = sync(&server, mine, &PartnerChanges::default()).await;
    assert_eq!(pulled_seq(&server, mine).await, Some(known.partner_seq));
    let unchanged = |seq| {
        let server = &server;
        async move {
            let nothing = PartnerChanges::default();
            match server.sync_partner(mine, &nothing, Some(seq), None).await.unwrap() {
                PartnerResponse::State(state) => (state.view, state.partner_seq),
                PartnerResponse::Erased(_) => panic!("nothing was erased"),
            }
        }
    };
    assert_eq!(unchanged(known.partner_seq).await, (None, known.partner_seq));
    let sit = counted_sit(&known.view.unwrap().partnership.unwrap());
    push(&theirs, yours, &[sit]).await;
    assert_ne!(pulled_seq(&server, mine).await, Some(known.partner_seq));
    assert!(unchanged(known.partner_seq).await.0.is_some());
}

pub async fn an_erasure_ends_the_partnership(test_server: &impl TestServer) {
    let Partners { inviter: (mine, server), invitee: (yours, theirs), id } =
        partners(test_server).await;
    let changes = PartnerChanges {
        profile: Some(register(profile("Ada"), 1, 7)),
        ..PartnerChanges::default()
    };
    sync(&server, mine, &changes).await;
    let erasure_id = server.erase(mine).await.unwrap();
    let erased = PartnerResponse::Erased(erasure_id);
    for changes in [&changes, &PartnerChanges::default()] {
        let response = server.sync_partner(mine, changes, None, None).await.unwrap();
        assert_eq!(response, erased);
    }
    let nothing = PartnerChanges::default();
    let aware = server.sync_partner(mine, &nothing, None, Some(erasure_id)).await.unwrap();
    let PartnerResponse::State(state) = aware else { panic!("it is known") };
    assert_eq!(state.profile.unwrap().revision, 0);
    assert_eq!(state.view.unwrap().partnership, None);
    let partners = view(&theirs, yours).await;
    assert_eq!((partners.partnership, partners.former.len()), (None, 1));
    let leave = PartnerChanges { leave: Some(id), ..PartnerChanges::default() };
    assert_eq!(sync(&theirs, yours, &leave).await.outcomes.leave, Some(PartOutcome::Done));
}

pub async fn the_later_choice_about_texts_is_returned_by_every_pull(test_server: &impl TestServer) {
    let (account, server) = new_account(test_server);
    let pulled = || async {
        match server.pull(account, None, NO_LIMIT).await.unwrap() {
            PullResponse::Rows { keeps_texts, .. } => keeps_texts.unwrap(),
            PullResponse::Diverged => panic!("it has no cursor"),
        }
    };
    let never = pulled().await;
    assert_eq!((never.value, never.revision), (false, 0));
    for (sent, stored) in [
        (register(true, 2, 1), register(true, 2, 1)),
        (register(false, 1, 3), register(true, 2, 1)),
        (register(false, 2, 3), register(false, 2, 3)),
    ] {
        let changes = PartnerChanges { keeps_texts: Some(sent), ..PartnerChanges::default() };
        let outcomes = sync(&server, account, &changes).await.outcomes;
        assert_eq!(outcomes.keeps_texts, Some(PartOutcome::Done));
        assert_eq!(pulled().await, stored);
    }
}
