//! How and where the window is drawn.

/// Has WebKitGTK draw by the processor alone, unless the environment says how. What Zafu shows changes every few
/// seconds: for that a graphics context costs more memory, processor and time to the first picture than it saves
/// (`cargo xtask bench` with the variable set to 0 and without), and with some drivers the window stays empty.
///
/// Must be called before anything else runs in this process.
#[cfg(target_os = "linux")]
pub fn by_the_processor() {
    const CHOICE: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
    if std::env::var_os(CHOICE).is_none() {
        // SAFETY: no other thread has been started yet, so that none can be reading the environment.
        unsafe { std::env::set_var(CHOICE, "1") };
    }
}

/// Elsewhere the system's own web view knows best.
#[cfg(not(target_os = "linux"))]
pub fn by_the_processor() {}

/// Whether a window can be shown: the libraries that draw it end the program if it cannot.
///
/// # Errors
/// What is missing, and what to do.
#[cfg(target_os = "linux")]
pub fn has_display() -> Result<(), String> {
    // SAFETY: called on the main thread before anything else uses GTK; calling it again later changes nothing.
    if unsafe { gtk_sys::gtk_init_check(std::ptr::null_mut(), std::ptr::null_mut()) } != 0 {
        return Ok(());
    }
    let named = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        Some(format!("the display {value} ({name}) cannot be reached"))
    });
    let reason = named.unwrap_or_else(|| "there is no display here".to_owned());
    Err(format!("{reason}: `zafu sit --terminal` runs a sit without one"))
}

/// Elsewhere there always is one.
#[cfg(not(target_os = "linux"))]
pub fn has_display() -> Result<(), String> {
    Ok(())
}
