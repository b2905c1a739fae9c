//! The data folder: where it is, who holds it, and where its engine listens.

use directories::ProjectDirs;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

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
    /// It cannot be made or read.
    #[error("the data folder {path} cannot be used: {source}. Nothing was changed; check that it is yours and writable, or set {DATA_DIR_VARIABLE} to another", path = .path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another engine runs in it.
    #[error("Zafu is already running with the data folder {path}", path = .path.display())]
    Held {
        /// Which.
        path: PathBuf,
    },
}

/// A data folder that exists and is its owner's alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder that `ZAFU_DATA_DIR` names, or else the platform's own.
    ///
    /// # Errors
    /// [`FolderError`] if there is none, or it cannot be made.
    pub fn find() -> Result<Self, FolderError> {
        let named = std::env::var_os(DATA_DIR_VARIABLE).filter(|name| !name.is_empty());
        match named {
            Some(path) => Self::at(Path::new(&path)),
            None => {
                let dirs = ProjectDirs::from("app", "zafu", "Zafu").ok_or(FolderError::NoHome)?;
                Self::at(dirs.data_local_dir())
            }
        }
    }

    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// [`FolderError::Unusable`] if it cannot be made or is no folder.
    pub fn at(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        make_private(path).map_err(unusable)?;
        // One folder has one name: its lock and its socket follow from it.
        path.canonicalize().map(Self).map_err(unusable)
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

    /// Takes the folder: at most one engine holds it, and dying gives it back.
    ///
    /// # Errors
    /// [`FolderError::Held`] if another one holds it.
    pub fn lock(&self) -> Result<FolderLock, FolderError> {
        let unusable = |source| FolderError::Unusable { path: self.0.clone(), source };
        let file = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(self.0.join("engine.lock"))
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Held { path: self.0.clone() }),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }
}

/// Holds a data folder for as long as it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

#[cfg(unix)]
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if path.is_dir() {
        // A folder that was there keeps its files; only others lose their sight of them. Where that is not
        // ours to do (a foreign file system), using it is still the person's choice.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700));
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    // A person's own profile is theirs alone on Windows already.
    std::fs::create_dir_all(path)
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
}
