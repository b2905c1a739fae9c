//! The texts of Zafu, in the language of the user: everything outside the window renders its messages here.
//!
//! The catalogue is `messages/LANGUAGE/*.ftl` at the project's root, compiled into the program. The window reads the same
//! files by itself.

mod catalogue;
mod language;

pub use catalogue::{Catalogue, SOURCES};
pub use language::Language;

#[doc(hidden)]
pub use zafu_core::message;

use std::sync::{Arc, PoisonError, RwLock};
use zafu_core::message::Message;

/// The catalogue in use. The system's language until [`set_language`] is called.
static CURRENT: RwLock<Option<Arc<Catalogue>>> = RwLock::new(None);

/// Returns the catalogue in use.
#[must_use]
pub fn current() -> Arc<Catalogue> {
    // A panic while the lock was held leaves a whole catalogue or none behind.
    if let Some(catalogue) = &*CURRENT.read().unwrap_or_else(PoisonError::into_inner) {
        return Arc::clone(catalogue);
    }
    set_language(Language::system())
}

/// Renders messages in `language` from now on, in the whole process. Returns its catalogue.
pub fn set_language(language: Language) -> Arc<Catalogue> {
    let catalogue = Arc::new(Catalogue::new(language));
    *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&catalogue));
    catalogue
}

/// Renders a message in the current language.
#[must_use]
pub fn text(message: &Message) -> String {
    current().text(message)
}

/// Renders a message in the current language: `text!("tray-left", minutes = 5)`. Takes what
/// [`message!`](zafu_core::message!) takes.
#[macro_export]
macro_rules! text {
    ($($message:tt)*) => {
        $crate::text(&$crate::message!($($message)*))
    };
}
