//! Keeps the sound library of Linux from writing to standard error, where a person reads what Zafu says. What
//! it could not do comes back as an error too; its own lines go to the log of details.

/// Keeps it quiet on this thread, from now on.
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

/// Elsewhere it writes nothing.
#[cfg(not(target_os = "linux"))]
pub fn here() {}
