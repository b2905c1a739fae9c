//! Reads the boot time, suspend included, and the boot id.

use std::time::Duration;
use uuid::Uuid;

#[cfg(target_os = "linux")]
pub fn time() -> Duration {
    read_clock(libc::CLOCK_BOOTTIME)
}

#[cfg(target_os = "linux")]
fn read_clock(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec for the call to fill; the call keeps no pointer to it.
    let result = unsafe { libc::clock_gettime(clock, &raw mut time) };
    // Cannot fail: Linux has had this clock since 2.6.39, and the arguments are constant.
    assert_eq!(result, 0, "the boot-time clock exists on every supported Linux");
    let (seconds, nanos) = (time.tv_sec.cast_unsigned(), time.tv_nsec.cast_unsigned());
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

#[cfg(target_os = "linux")]
pub fn id() -> Option<Uuid> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Uuid::parse_str(text.trim()).ok()
}

#[cfg(target_os = "macos")]
pub fn time() -> Duration {
    use mach2::mach_time::{mach_continuous_time, mach_timebase_info};
    let mut base = mach_timebase_info { numer: 0, denom: 0 };
    // SAFETY: `base` is valid for the call to fill. `mach_continuous_time` takes no arguments.
    let ticks = unsafe {
        mach_timebase_info(&raw mut base);
        mach_continuous_time()
    };
    let nanos = u128::from(ticks) * u128::from(base.numer) / u128::from(base.denom.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(target_os = "macos")]
pub fn id() -> Option<Uuid> {
    let mut text = [0_u8; 64];
    let mut length = text.len();
    // SAFETY: the name ends in NUL; `text` has `length` bytes to fill, and `length` is valid for writing.
    let result = unsafe {
        libc::sysctlbyname(
            c"kern.bootsessionuuid".as_ptr(),
            text.as_mut_ptr().cast(),
            &raw mut length,
            std::ptr::null_mut(),
            0,
        )
    };
    let text = std::ffi::CStr::from_bytes_until_nul(&text).ok()?.to_str().ok()?;
    (result == 0).then(|| Uuid::parse_str(text).ok())?
}

#[cfg(windows)]
pub fn time() -> Duration {
    let mut interrupt_time = 0_u64;
    // SAFETY: the pointer is valid for the call to write to.
    unsafe {
        windows_sys::Win32::System::WindowsProgramming::QueryInterruptTimePrecise(
            &raw mut interrupt_time,
        );
    }
    // The unit is 100 ns. Sleep and hibernation are included.
    Duration::from_nanos(interrupt_time.saturating_mul(100))
}

#[cfg(windows)]
pub fn id() -> Option<Uuid> {
    // Windows has no boot id that a program may read. The time of the boot replaces it: wall time minus interrupt time,
    // in minutes, to absorb the jitter of reading two clocks. Fast Startup resets the interrupt time, as intended. If
    // the wall clock was set in between, Zafu only asks about the sit.
    use windows_sys::Win32::System::SystemInformation::GetSystemTimeAsFileTime;
    let mut now = windows_sys::Win32::Foundation::FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    // SAFETY: the pointer is valid for the call to write to.
    unsafe { GetSystemTimeAsFileTime(&raw mut now) };
    let now = (u64::from(now.dwHighDateTime) << 32) | u64::from(now.dwLowDateTime);
    let started = u128::from(now) * 100 - time().as_nanos();
    Some(Uuid::from_u128(started / 60_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boot_clock_does_not_run_backwards() {
        let first = time();
        assert!(time() >= first);
        assert!(first > Duration::ZERO);
    }

    #[test]
    fn the_boot_id_stays_the_same_within_a_boot() {
        assert_eq!(id().unwrap(), id().unwrap());
    }
}
