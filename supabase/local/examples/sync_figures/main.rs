//! What the sync takes, beside what others take for the same: the real store, the real remote, the real backend.
//!
//! `cargo run --release -p zafu-backend --example sync_figures -- FOLDER` makes stores in `FOLDER` and backends in the
//! temporary folder, measures, removes them, and prints one JSON object.

#[cfg(unix)]
mod carried;
#[cfg(unix)]
mod delay;
#[cfg(unix)]
mod device;
#[cfg(unix)]
mod others;
#[cfg(unix)]
mod sits;
#[cfg(unix)]
mod size;
#[cfg(unix)]
mod timer;

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;
    let argument = std::env::args().nth(1).context("name a folder on the disk to be measured")?;
    if argument == device::ARGUMENT {
        return device::run();
    }
    let folder = std::path::PathBuf::from(argument);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut all = carried::measure(&folder)?;
    for (name, value) in timer::measure(&folder)?.into_iter().chain(size::measure()?) {
        all[name] = value;
    }
    std::fs::remove_dir_all(&folder)?;
    println!("{all}");
    Ok(())
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("the local backend needs Linux");
    std::process::ExitCode::FAILURE
}
