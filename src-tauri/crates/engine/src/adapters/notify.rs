//! Shows notifications through the service of the operating system.
//!
//! Each notification has a thread of its own, which waits for the user's choice: a service that hangs blocks nothing
//! else, and a desktop that closes notifications when their connection closes keeps this one.

use super::{Notification, NotificationAction, Notifier};
use crate::protocol::{ErrorCode, IpcError};
use std::sync::Arc;
use zafu_core::message;
use zafu_core::partnership::{News, NewsKind};
use zafu_messages::text;

/// The application id by which the operating system knows Zafu.
pub const APP_ID: &str = "app.zafu.Zafu";

const ADD_NOTE: &str = "add-note";
const SIT_AGAIN: &str = "sit-again";
/// The most news that are shown at once.
const NEWS_SHOWN: usize = 3;

/// Receives the user's choice in a notification, or the error that prevented it.
pub type Answers = Arc<dyn Fn(Result<NotificationAction, IpcError>) + Send + Sync>;

/// Shows notifications through the operating system.
pub struct SystemNotifier {
    answers: Answers,
}

impl SystemNotifier {
    /// Creates the notifier. `answers` receives the user's choices and the errors.
    #[must_use]
    pub fn new(answers: Answers) -> Self {
        Self { answers }
    }
}

impl Notifier for SystemNotifier {
    fn show(&mut self, notification: Notification) {
        let answers = Arc::clone(&self.answers);
        let spawned = std::thread::Builder::new()
            .name("notification".into())
            .spawn(move || show(notification, &answers));
        if let Err(error) = spawned {
            (self.answers)(Err(not_shown(&error)));
        }
    }
}

fn not_shown(error: &dyn std::fmt::Display) -> IpcError {
    let message = message!("engine-notification", reason = error.to_string());
    IpcError::new(ErrorCode::Notification, message)
}

/// Returns the title and the text of a notification.
fn texts(notification: &Notification) -> (String, String) {
    match notification {
        Notification::Ended { sat, .. } => (
            text!("notification-ended-title"),
            text!("notification-ended-text", time = sat.to_string()),
        ),
        Notification::SitContinues => {
            (text!("notification-running-title"), text!("notification-running-text"))
        }
        Notification::Unsettled { .. } => {
            (text!("notification-unsettled-title"), text!("notification-unsettled-text"))
        }
        Notification::News { partner, news } => {
            // In the title, because a text may be read as markup, and a partner chooses their name.
            let title = match partner {
                Some(name) => name.to_string(),
                None => text!("notification-partner-title"),
            };
            let newest = &news[news.len().saturating_sub(NEWS_SHOWN)..];
            (title, newest.iter().map(news_text).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Returns the text about one of the news, below the name of the partner.
fn news_text(news: &News) -> String {
    match news.kind {
        NewsKind::Joined => text!("notification-partner-joined"),
        NewsKind::Bow => text!("notification-partner-bow"),
        NewsKind::Kept => text!("notification-partner-kept"),
        NewsKind::Left => text!("notification-partner-left"),
    }
}

fn show(notification: Notification, answers: &Answers) {
    let (title, body) = texts(&notification);
    let mut toast = notify_rust::Notification::new();
    toast.appname("Zafu").summary(&title).body(&body);
    #[cfg(all(unix, not(target_os = "macos")))]
    toast
        .icon(APP_ID)
        .hint(notify_rust::Hint::DesktopEntry(APP_ID.into()))
        .hint(notify_rust::Hint::SuppressSound(true));
    #[cfg(all(unix, not(target_os = "macos")))]
    if matches!(notification, Notification::News { .. }) {
        toast.urgency(notify_rust::Urgency::Low);
    }
    #[cfg(windows)]
    toast.app_id(APP_ID);
    if matches!(notification, Notification::Ended { .. }) {
        toast
            .action(ADD_NOTE, &text!("notification-add-note"))
            .action(SIT_AGAIN, &text!("notification-sit-again"));
    }
    toast.action("default", &text!("notification-open"));
    #[cfg(target_os = "linux")]
    if let Err(error) = super::bus::look_for_session() {
        return answers(Err(not_shown(&error)));
    }
    match toast.show() {
        Ok(shown) => await_answer(shown, notification, answers),
        Err(error) => answers(Err(not_shown(&error))),
    }
}

#[cfg(not(target_os = "macos"))]
fn await_answer(
    shown: notify_rust::NotificationHandle,
    notification: Notification,
    answers: &Answers,
) {
    let answered = |action: &str| match (action, &notification) {
        (ADD_NOTE, Notification::Ended { id, .. }) => answers(Ok(NotificationAction::AddNote(*id))),
        (SIT_AGAIN, _) => answers(Ok(NotificationAction::SitAgain)),
        ("default", _) => answers(Ok(NotificationAction::Open)),
        // Closed by the user or by a timeout: no action.
        _ => {}
    };
    #[cfg(windows)]
    let _ = shown.wait_for_action(answered);
    #[cfg(not(windows))]
    shown.wait_for_action(answered);
}

/// The notification centre used on macOS does not report actions back; a click opens Zafu by itself.
#[cfg(target_os = "macos")]
fn await_answer(
    _shown: notify_rust::NotificationHandle,
    _notification: Notification,
    _answers: &Answers,
) {
}

#[cfg(test)]
mod tests {
    use super::*;
    use zafu_core::profile::ProfileName;

    #[test]
    fn the_name_of_a_partner_is_never_in_the_text_which_may_be_read_as_markup() {
        let kinds = [NewsKind::Joined, NewsKind::Left, NewsKind::Bow, NewsKind::Kept];
        let news = |kind| News { seq: 1, kind, at: chrono::DateTime::UNIX_EPOCH, week: None };
        let name = "<a href=\"https://example.org\">A</a>";
        let partner = Some(ProfileName::new(name).unwrap());
        let news: Vec<_> = kinds.into_iter().map(news).collect();
        let (title, body) = texts(&Notification::News { partner, news });
        assert_eq!(title, name);
        assert_eq!((body.contains('<'), body.lines().count()), (false, NEWS_SHOWN));
    }
}
