//! Selects how the window is rendered, and checks that there is a display.

#[cfg(target_os = "linux")]
use zafu_core::message;
use zafu_core::message::Message;

/// Makes WebKitGTK render in software, unless the environment variable is set. The window changes only every few
/// seconds, so that a graphics context costs more memory, CPU time and time to the first frame than it saves (measured
/// by `cargo xtask bench` with the variable set to 0 and without). With some drivers the window even stays empty.
///
/// Must be called before any other thread starts.
#[cfg(target_os = "linux")]
pub fn force_software() {
    const CHOICE: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
    if std::env::var_os(CHOICE).is_none() {
        // SAFETY: no other thread has been started, so none reads the environment.
        unsafe { std::env::set_var(CHOICE, "1") };
    }
}

/// Does nothing: the web views of other systems need no such setting.
#[cfg(not(target_os = "linux"))]
pub fn force_software() {}

/// Checks that there is a display: without one, GTK ends the process.
///
/// # Errors
/// There is no display; the message also tells what to do.
#[cfg(target_os = "linux")]
pub fn check_display() -> Result<(), Message> {
    // SAFETY: called on the main thread before anything else uses GTK; calling it again later changes nothing.
    if unsafe { gtk_sys::gtk_init_check(std::ptr::null_mut(), std::ptr::null_mut()) } != 0 {
        return Ok(());
    }
    let unreachable = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find_map(|variable| {
        let display = std::env::var(variable).ok().filter(|display| !display.is_empty())?;
        Some(message!("startup-display-unreachable", display = display, variable = variable))
    });
    Err(unreachable.unwrap_or_else(|| message!("startup-no-display")))
}

/// Returns `Ok`: other systems always have a display.
#[cfg(not(target_os = "linux"))]
pub fn check_display() -> Result<(), Message> {
    Ok(())
}
