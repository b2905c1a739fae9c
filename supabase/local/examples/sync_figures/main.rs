//! Benchmark of the sync, compared with other clients, with the real store, remote and backend.
//!
//! `cargo run --release -p zafu-backend --example sync_figures -- FOLDER [PART]` creates stores in `FOLDER` and backends in
//! the temporary folder, measures, deletes them, and prints one JSON object. `PART` is `carried`, `timer` or `size`;
//! without it, all three are measured.

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
    let mut arguments = std::env::args().skip(1);
    let argument = arguments.next().context("name a folder on the disk to be measured")?;
    if argument == device::ARGUMENT {
        return device::run();
    }
    let part = arguments.next();
    let is_wanted = |name| part.as_deref().is_none_or(|part| part == name);
    let folder = std::path::PathBuf::from(argument);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut all = serde_json::json!({});
    if is_wanted("carried") {
        all = carried::measure(&folder)?;
    }
    if is_wanted("timer") {
        for (name, value) in timer::measure(&folder)? {
            all[name] = value;
        }
    }
    if is_wanted("size") {
        for (name, value) in size::measure()? {
            all[name] = value;
        }
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
