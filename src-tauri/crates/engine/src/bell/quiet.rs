//! Keeps ALSA from writing to standard error, which is for Zafu's messages to the user. ALSA also returns its errors to
//! the caller; its own lines go to the log at debug level.

/// Redirects ALSA's output on this thread from standard error to the log.
#[cfg(target_os = "linux")]
pub fn here() {
    use std::cell::RefCell;
    use std::rc::Rc;

    thread_local! {
        static SAID: RefCell<Option<Rc<RefCell<alsa::Output>>>> = const { RefCell::new(None) };
    }
    SAID.with_borrow_mut(|said| {
        if let Some(said) = said {
            let lines = said.borrow().to_string();
            if lines.is_empty() {
                return;
            }
            tracing::debug!(lines, "the sound library says");
        }
        match alsa::Output::local_error_handler() {
            Ok(empty) => *said = Some(empty),
            Err(error) => {
                tracing::debug!(%error, "the sound library goes on writing to standard error")
            }
        }
    });
}

/// Does nothing: the sound libraries of other systems write nothing to standard error.
#[cfg(not(target_os = "linux"))]
pub fn here() {}
