//! Two users of one project, each with Zafu's window on a desktop of their own: Amala, who invites, and Bodhi, who joins.

use crate::account_window::{enter, see_state};
use crate::browser::Browser;
use crate::cloud::{User, backend};
use crate::desktop::{Desktop, Program, signal};
use crate::notification::Service;
use crate::zafu::{CommandResult, eventually, program, sql};
use std::time::Duration;
use thirtyfour::Key;
use zafu_backend::Backend;
use zafu_backend::proxy::{Action, Proxy};
use zafu_core::partnership::Privacy;
use zafu_engine::protocol::{PartnerRequest, PartnerView, Request};
use zbus::Connection;

/// Length of the sits, as the setup page has it.
pub const SIT: Duration = Duration::from_secs(20 * 60);

/// A user and their desktop.
pub struct Side {
    pub name: &'static str,
    pub user: User,
    // Dropped before the desktop.
    window: Option<Browser>,
    pub notifications: Service,
    _bus: Connection,
    pub desktop: Desktop,
}

/// Both users.
pub struct Pair {
    pub amala: Side,
    pub bodhi: Side,
    /// Between both and the server.
    pub proxy: Proxy,
    pub backend: &'static Backend,
}

impl Pair {
    /// Opens both windows, without accounts. Bodhi has entered `sits` before: the start, the minutes, the note and the label
    /// of each. Returns `None` if something that is needed is missing.
    pub fn new(sits: &[(&str, u32, &str, &str)]) -> Option<Self> {
        let backend = backend()?;
        let port = backend.url().rsplit(':').next().unwrap().parse().unwrap();
        let proxy = Proxy::open(port).unwrap();
        let amala = Side::new("Amala", User::new(backend).through(&proxy), &[])?;
        let bodhi = Side::new("Bodhi", User::new(backend).through(&proxy), sits)?;
        Some(Self { amala, bodhi, proxy, backend })
    }

    /// Opens both windows, signs both users up and makes them partners. Both windows show the page of the partner.
    pub fn partners() -> Option<Self> {
        let pair = Self::new(&[])?;
        for side in [&pair.amala, &pair.bodhi] {
            side.sign_up();
            side.enter_name();
            side.open_partner();
        }
        let text = pair.amala.invite();
        pair.bodhi.look_at(&text);
        pair.bodhi.window().click("join-accept");
        pair.bodhi.see_week("0 of 10", 0, 0);
        pair.amala.sync();
        pair.amala.see_week("0 of 10", 0, 0);
        Some(pair)
    }

    /// Drops the requests of one user from now on. Only tokens can still be refreshed, because such a request does not say
    /// whose it is.
    pub fn cut_off(&self, side: &Side) {
        let user = side.user.id(self.backend);
        self.proxy.set_script(move |request| {
            if request.user == Some(user) { Action::DropRequest } else { Action::Forward }
        });
    }

    /// Runs SQL in which `:amala`, `:bodhi` and `:partnership` are the ids of the users and of their last partnership.
    pub fn sql(&self, query: &str) -> String {
        let [amala, bodhi] = [&self.amala, &self.bodhi]
            .map(|side| format!("'{}'::uuid", side.user.id(self.backend)));
        let partnership = format!(
            "(select id from public.partnerships where userid = {amala} order by startedat desc limit 1)"
        );
        let query = query
            .replace(":partnership", &partnership)
            .replace(":amala", &amala)
            .replace(":bodhi", &bodhi);
        self.backend.sql(&query).unwrap().trim().to_owned()
    }

    /// Moves the partnership a week into the past, with the targets that the users have set until now.
    pub fn pass_week(&self) {
        self.sql(
            "begin;
             set local session_replication_role = replica;
             update public.partnerships set startedat = startedat - interval '168 hours',
               firstweekat = firstweekat - interval '168 hours', createdat = createdat - interval '168 hours'
             where id = :partnership;
             update public.weeks set weekstart = weekstart - interval '168 hours',
               weekend = weekend - interval '168 hours'
             where partnershipid = :partnership;
             update zafu.targets set since = since - interval '168 hours'
             where userid in (:amala, :bodhi) and since > '-infinity';
             commit",
        );
    }

    /// Returns the stored counts of the weeks, then a count of the sessions themselves: number, Amala's, Bodhi's.
    pub fn counts(&self) -> (String, String) {
        let stored = "select weeknumber, invitersits, inviteesits from public.weeks
            where partnershipid = :partnership order by weeknumber";
        let counted = "select w.weeknumber,
              count(*) filter (where s.userid = :amala), count(*) filter (where s.userid = :bodhi)
            from public.weeks w
            left join public.sessions s on s.userid in (:amala, :bodhi) and s.source = 'timer' and s.iscompleted
              and s.deletedat is null and coalesce(s.correctedlength, s.satlength) >= 60
              and coalesce(s.correctedstart, s.startedat) >= w.weekstart
              and coalesce(s.correctedstart, s.startedat) < w.weekend
            where w.partnershipid = :partnership group by w.weeknumber order by w.weeknumber";
        (self.sql(stored), self.sql(counted))
    }
}

impl Side {
    fn new(name: &'static str, user: User, sits: &[(&str, u32, &str, &str)]) -> Option<Self> {
        let mut desktop = Desktop::new()?;
        if !desktop.has_keychain() {
            return None;
        }
        let sits = sits
            .iter()
            .map(|(start, minutes, note, label)| ((*start).to_owned(), *minutes, *note, *label));
        desktop.add_sits(sits);
        let (bus, notifications) = Service::on(&desktop);
        let window = Browser::open(&desktop, &[])?;
        window.see("setup");
        Some(Self { name, user, window: Some(window), notifications, _bus: bus, desktop })
    }

    /// Returns the window.
    pub fn window(&self) -> &Browser {
        self.window.as_ref().expect("the window is closed")
    }

    /// Creates an account in the window. Its page stays open.
    pub fn sign_up(&self) {
        enter(self.window(), &self.user, User::PASSWORD);
        self.window().click("sign-up");
        see_state(self.window(), "account-state", "synced");
    }

    /// Enters the name on the page of the account.
    pub fn enter_name(&self) {
        self.enter("profile-name", self.name);
        self.see_sent(|partner| partner.profile.name == self.name);
    }

    /// Replaces the text of a field on the page of the account, and leaves the field.
    pub fn enter(&self, field: &str, text: &str) {
        self.window().replace(field, text);
        self.window().press(Key::Tab);
    }

    /// Opens the page of the partner.
    pub fn open_partner(&self) {
        if self.window().count("account") == 0 {
            self.open_setup();
        }
        self.window().click("open-partner");
        self.window().see("partner");
    }

    /// Opens the page of the account, from that of the partner.
    pub fn open_profile(&self) {
        self.window().click("open-profile");
        self.window().see("profile-name");
    }

    /// Goes back to the setup page.
    pub fn open_setup(&self) {
        eventually("the setup page is seen", || {
            if self.window().count("setup") == 0 {
                self.window().try_click("back");
                return None;
            }
            Some(())
        });
    }

    /// Creates an invitation on the page of the partner, and returns the text to send.
    pub fn invite(&self) -> String {
        self.window().click("invite");
        eventually("the invitation is seen", || {
            self.window().value("invite-text").filter(|text| text.contains("zafu://join/"))
        })
    }

    /// Pastes the text of an invitation on the page of the partner, and looks at it.
    pub fn look_at(&self, text: &str) {
        self.window().replace("join-text", text);
        self.window().click("join-look");
        self.window().see("join-preview");
    }

    /// Syncs until nothing is left to do.
    pub fn sync(&self) {
        let result = self.try_sync();
        assert_eq!(result.code, Some(0), "{result:?}");
    }

    /// Waits until a change has been made and the server has everything.
    pub fn see_sent(&self, is_made: impl Fn(&PartnerView) -> bool) {
        eventually("the change is sent", || {
            let request = Request::Partner(PartnerRequest::View {});
            let partner = self.desktop.client().call::<PartnerView>(&request).unwrap();
            (is_made(&partner) && partner.pending.is_empty()).then_some(())
        });
    }

    /// Sets the target on the page of the account, and goes back to that of the partner.
    pub fn set_target(&self, target: u32) {
        self.open_profile();
        self.enter("target", &target.to_string());
        self.see_sent(|partner| partner.target.get() == target);
        self.open_partner();
    }

    /// Chooses on the page of the partner what the partner sees.
    pub fn set_privacy(&self, level: Privacy) {
        self.window().click(match level {
            Privacy::Counts => "privacy-counts",
            Privacy::Times => "privacy-times",
        });
        let shown = |partner: &PartnerView| partner.partnership.as_ref().map(|it| it.shown.privacy);
        self.see_sent(|partner| shown(partner) == Some(level));
    }

    /// Runs `zafu sync`, which asks the running Zafu, and returns its result.
    pub fn try_sync(&self) -> CommandResult {
        let mut command = self.desktop.command(program("zafu"));
        command.arg("sync").stderr(std::process::Stdio::piped());
        CommandResult::of(command)
    }

    /// Waits until the page of the partner shows these counts of this week.
    #[track_caller]
    pub fn see_week(&self, of: &str, mine: u32, partners: u32) {
        let mut last = None;
        eventually(&format!("{} sees {of}, {mine}, {partners}", self.name), || {
            let words = self.window().attribute("shared-lotus", "aria-label");
            if words != last {
                eprintln!("{}: {words:?}", self.name);
                last.clone_from(&words);
            }
            let words = words?;
            let fits = words.starts_with(&format!("{of} sits"))
                && words.contains(&format!("you {mine}, "))
                && words.contains(&format!(" {partners}; "));
            fits.then_some(())
        });
    }

    /// Waits until the text of an element, visible or not, contains `part`, without the marks that isolate names.
    #[track_caller]
    pub fn see_part(&self, testid: &str, part: &str) {
        let mut last = String::new();
        eventually(&format!("{} sees \"{part}\" in \"{testid}\"", self.name), || {
            let text = self.window().texts(testid).concat().replace(['\u{2068}', '\u{2069}'], "");
            if text != last {
                eprintln!("{}, {testid}: {text}", self.name);
                last.clone_from(&text);
            }
            text.contains(part).then_some(())
        });
    }

    /// Starts a sit of 20 minutes without preparation, and waits until the window shows it.
    pub fn start_sit(&self) {
        self.open_setup();
        self.desktop.start_sit();
        self.window().see_phase("sitting");
    }

    /// Ends a sit that has reached its planned end, and goes to the page of the partner.
    pub fn finish_sit(&self) {
        self.window().see_phase("overtime");
        self.window().click("finish");
        self.window().click("done");
        self.open_partner();
    }

    /// Sits to the planned end, and goes to the page of the partner.
    pub fn sit(&self) {
        self.start_sit();
        self.desktop.pass(SIT + Duration::from_secs(1));
        self.finish_sit();
    }

    /// Kills Zafu.
    pub fn kill(&mut self) {
        signal(self.desktop.process().unwrap(), "KILL");
        self.window = None;
    }

    /// Quits Zafu.
    pub fn quit(&mut self) {
        signal(self.desktop.process().unwrap(), "TERM");
        eventually("Zafu has quit", || self.desktop.process().is_none().then_some(()));
        self.window = None;
    }

    /// Starts Zafu again.
    pub fn restart(&mut self) {
        self.window = Browser::open(&self.desktop, &[]);
    }

    /// Opens a link as the system does, while Zafu runs.
    pub fn open_link(&self, link: &str) {
        let mut second = Program::start(self.desktop.command(program("zafu-app")).arg(link));
        assert!(second.ended().success());
    }

    /// Returns the last response about the partner that the database of the device has, as JSON.
    pub fn stored_view(&self) -> String {
        sql(&self.desktop.database(), "SELECT body FROM partner_views")
    }
}
