//! Finds, checks and locks the data folder.

use directories::{BaseDirs, ProjectDirs};
use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Component, Path, PathBuf};
use zafu_core::message;
use zafu_core::message::Message;

/// Environment variable that selects another data folder than the platform's default.
pub const DATA_DIR_VARIABLE: &str = "ZAFU_DATA_DIR";

/// The reason why a data folder cannot be used.
#[derive(Debug)]
pub enum FolderError {
    /// The system has no folder for application data.
    NoHome,
    /// The path begins with the home of another user (`~name`), which no shell has replaced.
    OtherHome {
        /// The path as it was written.
        path: PathBuf,
    },
    /// The folder cannot be created or read.
    Unusable {
        /// The path of the folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The folder, or a file of Zafu in it, belongs to another user of the computer.
    Foreign {
        /// The path of the folder or file.
        path: PathBuf,
    },
    /// Every user of the computer may write in the folder.
    Shared {
        /// The path of the folder.
        path: PathBuf,
    },
    /// The path of the folder is too long for a socket in it.
    PathTooLong {
        /// The path of the folder.
        path: PathBuf,
    },
    /// The folder for sockets of data folders with a long path belongs to another user, or is open to others.
    ForeignSocketFolder {
        /// The path of the folder for sockets.
        path: PathBuf,
    },
    /// Another engine holds the folder.
    Held {
        /// The path of the folder.
        path: PathBuf,
    },
}

impl FolderError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NoHome => message!("storage-folder-none"),
            Self::OtherHome { path } => {
                message!("storage-folder-other-home", path = path.display())
            }
            Self::Unusable { path, source } => message!(
                "storage-folder-unusable",
                path = path.display(),
                reason = source.to_string()
            ),
            Self::Foreign { path } => message!("storage-folder-foreign", path = path.display()),
            Self::Shared { path } => message!("storage-folder-shared", path = path.display()),
            Self::PathTooLong { path } => {
                message!("storage-folder-path-too-long", path = path.display())
            }
            Self::ForeignSocketFolder { path } => {
                message!("storage-folder-foreign-socket", path = path.display())
            }
            Self::Held { path } => message!("storage-folder-held", path = path.display()),
        }
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unusable { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A data folder that belongs to the current user. Zafu sets the permissions only of a folder that it creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// Returns the folder in `ZAFU_DATA_DIR`, or else the platform's default. Creates it if it is missing.
    ///
    /// # Errors
    /// [`FolderError`] if there is none, it cannot be created, or other users may write in it.
    pub fn open_or_create() -> Result<Self, FolderError> {
        Self::at(&named()?)
    }

    /// Returns the same folder for reading. Creates and changes nothing; the folder may be missing.
    ///
    /// # Errors
    /// [`FolderError`] if there is none, or other users may write in it.
    pub fn for_reading() -> Result<Self, FolderError> {
        let path = named()?;
        match path.canonicalize() {
            Ok(found) => usable(&found).map(|()| Self(found)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self(path)),
            Err(source) => Err(FolderError::Unusable { path, source }),
        }
    }

    /// Returns the folder at `path`. Creates it if it is missing.
    ///
    /// # Errors
    /// [`FolderError`] if it cannot be created, is not a folder, or other users may write in it.
    pub fn at(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        make_private(path).map_err(unusable)?;
        // One folder has one path, from which those of its lock and socket follow.
        let found = path.canonicalize().map_err(unusable)?;
        usable(&found).map(|()| Self(found))
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the path of the folder for log files.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// Returns a warning if other users have access to the folder, which can be used all the same.
    #[must_use]
    pub fn warning(&self) -> Option<Message> {
        let warning = || message!("storage-folder-readable", path = self.0.display());
        is_open_to_others(&self.0).then(warning)
    }

    /// Locks the folder for one engine. Dropping the lock, or the end of the process, releases it.
    ///
    /// # Errors
    /// [`FolderError::Held`] if another engine holds it, [`FolderError::Unusable`] if the lock file cannot be used.
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

/// Returns the path of the selected folder, which may be missing.
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

/// Replaces a leading `~` by the home folder if no shell has done so: in quotes, or in the settings of a desktop.
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

/// Holds a data folder until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Returns the effective user id of this process.
#[cfg(unix)]
pub(crate) fn user() -> u32 {
    // SAFETY: geteuid takes no arguments and cannot fail.
    unsafe { libc::geteuid() }
}

/// Rejects a folder of another user, and one in which every user may write: others could replace Zafu's database, or
/// the socket to which the user's commands go, by their own.
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
    // In a sticky folder other users cannot replace existing files, only create them first.
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

/// Returns whether the file system stores permissions. One that does not (memory sticks, disks of Windows, network
/// shares) shows the same for every file, and the user cannot change that.
#[cfg(target_os = "linux")]
fn has_permissions(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    // Magic numbers of vfat, exfat, ntfs, ntfs3, fuseblk, cifs, smb2 and 9p, from statfs(2) and the kernel's magic.h.
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
    // SAFETY: the path ends in NUL, and `found` is read only after the call has filled it.
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

/// Checks only that it is a folder: on Windows a user's profile is private, and other folders have no owner to compare.
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

/// Creates a folder to which only its user has access. Leaves an existing folder unchanged.
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
    fn only_one_process_can_lock_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(dir.path()).unwrap();
        let held = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(FolderError::Held { .. })));
        drop(held);
        folder.lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_use_a_folder() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(&dir.path().join("a/b")).unwrap();
        let mode = folder.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[cfg(unix)]
    #[test]
    fn real_life_12_an_existing_folder_keeps_its_permissions() {
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
    fn real_life_34_a_tilde_is_replaced_by_the_home_folder_only_at_the_start() {
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
