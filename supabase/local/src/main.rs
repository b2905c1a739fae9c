//! `cargo xtask backend`: runs the real backend on this machine until Ctrl-C.

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    match unix::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("the local backend needs Linux, because it uses PostgREST's release for Linux");
    std::process::ExitCode::FAILURE
}

#[cfg(unix)]
mod unix {
    use anyhow::{Context, Result};
    use tokio::signal::unix::{SignalKind, signal};
    use zafu_backend::Backend;

    pub fn run() -> Result<()> {
        let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse());
        let backend = Backend::start_on(port.context("the argument is a port")?)?;
        backend.start_auth()?;
        println!("URL       {}", backend.url());
        println!("key       {}", backend.publishable_key());
        println!("database  psql \"{}\"", backend.connection_string());
        println!("mails     {} (none is really sent)", backend.mailbox());
        println!("logs      {}", backend.folder().display());
        println!("Ctrl-C stops it and deletes all data.");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut interrupt = signal(SignalKind::interrupt())?;
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            Ok(())
        })
    }
}
