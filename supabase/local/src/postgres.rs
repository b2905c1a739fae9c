//! A PostgreSQL cluster in a folder, with its socket in it.
//!
//! `fsync` is off: that loses data only if the computer crashes, not if a process is killed.

use crate::parts::{local, supabase};
use crate::process::{Guard, Identity, run};
use anyhow::{Context, Result, ensure};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How PostgreSQL is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Shuts down in order, and disconnects clients.
    Fast,
    /// As in a crash: it recovers at the next start.
    Crash,
}

impl Stop {
    const fn mode(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Crash => "immediate",
        }
    }
}

/// The superuser, named as on Supabase.
pub(crate) const SUPERUSER: &str = "supabase_admin";

/// The main database, named as on Supabase.
pub(crate) const DATABASE: &str = "postgres";

/// The database of the auth server.
pub(crate) const AUTH_DATABASE: &str = "auth";

/// A cluster. It stops when this is dropped or when the process ends.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    /// Contains the cluster, its socket and its log.
    folder: PathBuf,
    identity: Option<Identity>,
    running: Option<Guard>,
}

impl Postgres {
    /// Creates and starts a cluster in `folder` with everything that a Supabase project has before any migration.
    pub fn create(programs: &Path, folder: &Path) -> Result<Self> {
        let identity = identity(folder)?;
        if let Some(Identity { uid, gid }) = identity {
            chown(folder, Some(uid), Some(gid))?;
        }
        let mut postgres =
            Self { programs: programs.into(), folder: folder.into(), identity, running: None };
        let mut initdb = postgres.program("initdb");
        initdb.args(["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8"]);
        initdb.args(["--locale", "C.UTF-8", "--no-sync", "--pgdata"]).arg(postgres.data());
        run(&mut initdb)?;
        postgres.start()?;
        postgres.script(&local().join("platform.sql"), SUPERUSER)?;
        postgres.sql(&format!("create database {AUTH_DATABASE}"))?;
        Ok(postgres)
    }

    /// Applies the migrations whose names `is_due` accepts, and the seed, with the role that `supabase db push` uses.
    pub fn migrate(&self, is_due: impl Fn(&str) -> bool) -> Result<()> {
        let folder = supabase().join("migrations");
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension() == Some(OsStr::new("sql")));
        files.retain(|file| file.file_stem().and_then(OsStr::to_str).is_some_and(&is_due));
        files.sort();
        files.push(supabase().join("seed.sql"));
        files.iter().try_for_each(|file| self.script(file, "postgres"))
    }

    /// Starts PostgreSQL and waits until it accepts connections.
    pub fn start(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "PostgreSQL is running already");
        let settings = format!(
            "-k '{}' -c listen_addresses='' -c fsync=off -c max_connections=60",
            self.folder.display()
        );
        let log = self.folder.join("postgres.log");
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--options", &settings, "--pgdata"]);
        start.arg(self.data()).arg("--log").arg(&log);
        start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = start.status().context("pg_ctl cannot be started")?;
        ensure!(status.success(), "PostgreSQL does not start: see {}", log.display());
        const SCRIPT: &str = r#"read _; "$0" stop --silent --mode immediate --pgdata "$1""#;
        let arguments = [self.programs.join("pg_ctl"), self.data()];
        self.running = Some(Guard::new(SCRIPT, arguments, self.identity, &log, &[])?);
        Ok(())
    }

    /// Stops PostgreSQL. Clients are disconnected.
    pub fn stop(&mut self, how: Stop) -> Result<()> {
        ensure!(self.running.is_some(), "PostgreSQL is stopped already");
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--wait", "--silent", "--mode", how.mode(), "--pgdata"]);
        run(stop.arg(self.data()))?;
        self.running = None;
        Ok(())
    }

    /// Runs SQL as the superuser.
    fn sql(&self, sql: &str) -> Result<()> {
        let mut psql = self.psql(SUPERUSER, DATABASE);
        run(psql.args(["--command", sql])).map(drop_output)
    }

    /// Dumps the main database to a file.
    pub fn dump(&self, file: &Path) -> Result<()> {
        let mut dump = self.program("pg_dump");
        dump.args(["--format", "custom", "--compress", "0", "--dbname"])
            .arg(self.address(DATABASE));
        let dumped = dump.output().context("pg_dump cannot be started")?;
        ensure!(
            dumped.status.success(),
            "pg_dump failed:\n{}",
            String::from_utf8_lossy(&dumped.stderr)
        );
        fs::write(file, dumped.stdout).with_context(|| file.display().to_string())
    }

    /// Replaces the main database with a dump. The dump is restored into another database first, so that no client sees
    /// a part of it.
    pub fn restore(&self, file: &Path) -> Result<()> {
        run(self.psql(SUPERUSER, "template1").args(["--command", "create database restored"]))?;
        let mut restore = self.program("pg_restore");
        restore.args(["--exit-on-error", "--single-transaction", "--dbname"]);
        restore.arg(self.address("restored")).stdin(fs::File::open(file)?);
        run(&mut restore)?;
        let mut swap = self.psql(SUPERUSER, "template1");
        swap.args(["--command", "drop database postgres with (force)"])
            .args(["--command", "alter database restored rename to postgres"])
            .args(["--command", "alter database postgres owner to postgres"]);
        run(&mut swap).map(drop_output)
    }

    /// Returns the libpq connection string of the superuser.
    fn address(&self, database: &str) -> String {
        self.address_of(SUPERUSER, database)
    }

    /// Returns the libpq connection string of `role`.
    pub fn address_of(&self, role: &str, database: &str) -> String {
        format!("host={} port=5432 user={role} dbname={database}", self.folder.display())
    }

    fn script(&self, file: &Path, role: &str) -> Result<()> {
        let mut psql = self.psql(role, DATABASE);
        psql.args(["--single-transaction", "--file"]).arg(file);
        run(&mut psql).map(drop_output).with_context(|| file.display().to_string())
    }

    /// Returns a psql command that prints one line per row, columns separated by `|`, and stops at the first error.
    pub fn psql(&self, role: &str, database: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--dbname"])
            .arg(self.address_of(role, database))
            .env("PGOPTIONS", "--client-min-messages=warning");
        psql
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        // The identity below may not have access to the current folder.
        command.current_dir(&self.folder).env("LC_ALL", "C.UTF-8");
        if let Some(identity) = self.identity {
            identity.assume(&mut command);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

fn drop_output(_: String) {}

/// Returns the user that PostgreSQL runs as if this process is root, which PostgreSQL rejects.
fn identity(folder: &Path) -> Result<Option<Identity>> {
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|wanted| {
            let mut fields =
                users.lines().find(|line| line.split(':').next() == Some(wanted))?.split(':');
            Some(Identity { uid: fields.nth(2)?.parse().ok()?, gid: fields.next()?.parse().ok()? })
        })
        .map(Some)
        .context(
            "PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody",
        )
}
