//! The data folder: where it is, who holds it, and where its engine listens.

use directories::{BaseDirs, ProjectDirs};
use std::fs::{File, TryLockError};
use std::path::{Component, Path, PathBuf};

/// Names another data folder than the platform's own.
pub const DATA_DIR_VARIABLE: &str = "ZAFU_DATA_DIR";

/// A data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system names no place for it.
    #[error(
        "the system names no folder for application data: set {DATA_DIR_VARIABLE} to a folder of your choice"
    )]
    NoHome,
    /// It is written as the home of another user, which no shell has put in its place.
    #[error("{DATA_DIR_VARIABLE} is {path}: write the folder out, beginning with /. Nothing was changed", path = .path.display())]
    OtherHome {
        /// As it was written.
        path: PathBuf,
    },
    /// It cannot be made or read.
    #[error("the data folder {path} cannot be used: {source}. Nothing was changed; check that it is yours and writable, or set {DATA_DIR_VARIABLE} to another", path = .path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It belongs to another user.
    #[error("{path}, the data folder or a part of it, belongs to another user. Nothing was changed; run Zafu as that user, or set {DATA_DIR_VARIABLE} to a folder of your own", path = .path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// Everybody may write in it.
    #[error("every user of this computer may write in the data folder {path}. Nothing was changed; run `chmod 700 '{path}'` if it holds nothing of others, or set {DATA_DIR_VARIABLE} to a folder inside it", path = .path.display())]
    Shared {
        /// Which.
        path: PathBuf,
    },
    /// Another engine runs in it.
    #[error("Zafu is already running with the data folder {path}", path = .path.display())]
    Held {
        /// Which.
        path: PathBuf,
    },
}

/// A data folder that is its user's. Only one that Zafu makes gets its permissions from Zafu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder that `ZAFU_DATA_DIR` names, or else the platform's own; made if it is not there.
    ///
    /// # Errors
    /// [`FolderError`] if there is none, it cannot be made, or it is not the user's alone to write in.
    pub fn find() -> Result<Self, FolderError> {
        Self::at(&named()?)
    }

    /// The same folder for reading: nothing is made or changed, and it may be missing.
    ///
    /// # Errors
    /// [`FolderError`] if it has no name, or is not the user's alone to write in.
    pub fn look() -> Result<Self, FolderError> {
        let path = named()?;
        match path.canonicalize() {
            Ok(found) => usable(&found).map(|()| Self(found)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self(path)),
            Err(source) => Err(FolderError::Unusable { path, source }),
        }
    }

    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// [`FolderError`] if it cannot be made, is no folder, or is not the user's alone to write in.
    pub fn at(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        make_private(path).map_err(unusable)?;
        // One folder has one name: its lock and its socket follow from it.
        let found = path.canonicalize().map_err(unusable)?;
        usable(&found).map(|()| Self(found))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where log files go.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// What the user should know about the folder, although it can be used.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let path = self.0.display();
        is_open_to_others(&self.0).then(|| {
            format!("other users of this computer may look into the data folder {path}: run `chmod 700 '{path}'` if they should not")
        })
    }

    /// Takes the folder: at most one engine holds it, and dying gives it back.
    ///
    /// # Errors
    /// [`FolderError::Held`] if another one holds it.
    pub fn lock(&self) -> Result<FolderLock, FolderError> {
        let unusable = |source| FolderError::Unusable { path: self.0.clone(), source };
        let mut options = File::options();
        options.create(true).write(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.0.join("engine.lock")).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Held { path: self.0.clone() }),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }
}

/// The path of the folder that is meant; it may be missing.
fn named() -> Result<PathBuf, FolderError> {
    let named = std::env::var_os(DATA_DIR_VARIABLE).filter(|name| !name.is_empty());
    match named {
        Some(path) => {
            let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
            written_out(Path::new(&path), home.as_deref())
        }
        None => {
            let dirs = ProjectDirs::from("app", "zafu", "Zafu").ok_or(FolderError::NoHome)?;
            Ok(dirs.data_local_dir().to_owned())
        }
    }
}

/// Puts the home in the place of a `~` that no shell has replaced: in quotes, or in the settings of a desktop.
fn written_out(path: &Path, home: Option<&Path>) -> Result<PathBuf, FolderError> {
    let mut parts = path.components();
    let first = match parts.next() {
        Some(Component::Normal(first)) if first.to_string_lossy().starts_with('~') => first,
        _ => return Ok(path.to_owned()),
    };
    if first != "~" {
        return Err(FolderError::OtherHome { path: path.to_owned() });
    }
    Ok(parts.fold(home.ok_or(FolderError::NoHome)?.to_owned(), |path, part| path.join(part)))
}

/// Holds a data folder for as long as it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// The user that this process runs as.
#[cfg(unix)]
pub(crate) fn user() -> u32 {
    // SAFETY: geteuid takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// Refuses a folder of somebody else, and one that everybody may write in: others could put their own database, or a
/// socket that listens to the user, in the place of Zafu's.
#[cfg(unix)]
fn usable(path: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::MetadataExt;
    let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
    let found = path.metadata().map_err(unusable)?;
    if !found.is_dir() {
        return Err(unusable(std::io::ErrorKind::NotADirectory.into()));
    }
    if found.uid() != user() {
        return Err(FolderError::Foreign { path: path.to_owned() });
    }
    if found.mode() & 0o022 == 0 || !has_permissions(path) {
        return Ok(());
    }
    // In a sticky folder others cannot replace what is there, only be first.
    if found.mode() & 0o1002 == 0o002 {
        return Err(FolderError::Shared { path: path.to_owned() });
    }
    for name in ["zafu.db", "engine.lock", "engine.sock", "logs", "backups", "webview"] {
        let path = path.join(name);
        if path.symlink_metadata().is_ok_and(|found| found.uid() != user()) {
            return Err(FolderError::Foreign { path });
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    path.metadata().is_ok_and(|found| found.mode() & 0o077 != 0) && has_permissions(path)
}

/// Whether the file system keeps permissions: one that does not shows the same for every file, and nobody can change
/// that (memory sticks, disks of Windows, network shares).
#[cfg(target_os = "linux")]
fn has_permissions(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    // The numbers of vfat, exfat, ntfs, ntfs3, fuseblk, cifs, smb2 and 9p, from statfs(2) and the kernel's magic.h.
    const WITHOUT: [u32; 8] = [
        0x4d44,
        0x2011_bab0,
        0x5346_544e,
        0x7366_746e,
        0x6573_5546,
        0xff53_4d42,
        0xfe53_4d42,
        0x0102_1997,
    ];
    let Ok(path) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { return true };
    // SAFETY: the path ends in NUL, and all that is read is what the call has filled in.
    let kind = unsafe {
        let mut found = std::mem::zeroed::<libc::statfs>();
        if libc::statfs(path.as_ptr(), &raw mut found) != 0 {
            return true;
        }
        found.f_type
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the numbers have 32 bits"
    )]
    let kind = kind as u32;
    !WITHOUT.contains(&kind)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn has_permissions(_path: &Path) -> bool {
    true
}

/// A user's own profile is theirs alone on Windows, and other folders have no owner to compare with.
#[cfg(not(unix))]
fn usable(path: &Path) -> Result<(), FolderError> {
    let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
    match path.metadata().map_err(unusable)?.is_dir() {
        true => Ok(()),
        false => Err(unusable(std::io::ErrorKind::NotADirectory.into())),
    }
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// Makes a folder for its user only. One that is there stays as it is.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(dir.path()).unwrap();
        let held = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(FolderError::Held { .. })));
        drop(held);
        folder.lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn it_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(&dir.path().join("a/b")).unwrap();
        let mode = folder.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[cfg(unix)]
    #[test]
    fn real_life_12_a_folder_that_was_there_keeps_its_permissions() {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mode = || dir.path().metadata().unwrap().permissions().mode() & 0o7777;
        for (set, is_warned_about) in
            [(0o700, false), (0o2775, true), (0o755, true), (0o500, false), (0o1777, true)]
        {
            set_permissions(dir.path(), Permissions::from_mode(set)).unwrap();
            let folder = DataFolder::at(dir.path()).unwrap();
            assert_eq!((mode(), folder.warning().is_some()), (set, is_warned_about), "{set:o}");
        }
        set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(DataFolder::at(dir.path()), Err(FolderError::Shared { .. })));
        assert_eq!(mode(), 0o777);
    }

    #[test]
    fn real_life_34_a_tilde_is_the_home_and_nothing_else() {
        let home = Path::new("/home/me");
        let written = |path: &str| {
            written_out(Path::new(path), Some(home)).map(|path| path.display().to_string())
        };
        for (path, meant) in [
            ("~/z", "/home/me/z"),
            ("~", "/home/me"),
            ("/a/~/z", "/a/~/z"),
            ("./~/z", "./~/z"),
            ("z", "z"),
        ] {
            assert_eq!(Path::new(&written(path).unwrap()), Path::new(meant), "{path}");
        }
        assert!(matches!(written("~other/z"), Err(FolderError::OtherHome { .. })));
        assert!(matches!(written_out(Path::new("~/z"), None), Err(FolderError::NoHome)));
    }
}
