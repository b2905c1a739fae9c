//! How the window is drawn.

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
