//! The address of an engine: a socket in its data folder, or on Windows a named pipe derived from the folder's path.
//!
//! The address depends on the folder alone, never on the environment: all processes with the same folder find the same
//! engine.

use crate::folder::{DataFolder, FolderError};
use interprocess::local_socket::Name;
#[cfg(unix)]
use std::io;

/// The address of the engine of a folder. Its name is valid while this lives.
#[derive(Debug)]
pub(crate) struct Address {
    name: Name<'static>,
    /// The open folder, through which a long path is shortened.
    #[cfg(target_os = "linux")]
    _folder: Option<std::fs::File>,
}

impl Address {
    /// Returns the name to bind or to connect to.
    pub(crate) fn name(&self) -> Name<'static> {
        self.name.clone()
    }
}

/// Limit of a socket's path in bytes. Linux allows 108 and macOS 104, including the terminating NUL.
#[cfg(unix)]
const LONGEST: usize = 100;

#[cfg(unix)]
const SOCKET: &str = "engine.sock";

#[cfg(unix)]
fn named(path: std::path::PathBuf) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    path.to_fs_name::<GenericFilePath>()
}

/// Returns the address for a folder. A path over the limit is reached through a descriptor of the folder.
///
/// # Errors
/// [`FolderError::PathTooLong`] if /proc is not mounted, [`FolderError::Unusable`] if the folder cannot be opened.
#[cfg(target_os = "linux")]
pub(crate) fn address(folder: &DataFolder) -> Result<Address, FolderError> {
    use std::os::fd::AsRawFd;
    let unusable = |source| FolderError::Unusable { path: folder.path().to_owned(), source };
    let path = folder.path().join(SOCKET);
    if path.as_os_str().len() < LONGEST {
        return Ok(Address { name: named(path).map_err(unusable)?, _folder: None });
    }
    let opened = std::fs::File::open(folder.path()).map_err(unusable)?;
    let short = format!("/proc/self/fd/{}", opened.as_raw_fd());
    if !std::path::Path::new(&short).is_dir() {
        return Err(FolderError::PathTooLong { path: folder.path().to_owned() });
    }
    let name = named(std::path::Path::new(&short).join(SOCKET)).map_err(unusable)?;
    Ok(Address { name, _folder: Some(opened) })
}

/// Returns the address for a folder. If the path is over the limit, the socket is in the user's private folder in
/// `/tmp`, which does not depend on the environment.
///
/// # Errors
/// [`FolderError::ForeignSocketFolder`] if that folder is not private, [`FolderError::Unusable`] if it cannot be created.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn address(folder: &DataFolder) -> Result<Address, FolderError> {
    use std::os::unix::ffi::OsStrExt;
    let unusable = |source| FolderError::Unusable { path: folder.path().to_owned(), source };
    let path = folder.path().join(SOCKET);
    if path.as_os_str().len() < LONGEST {
        return Ok(Address { name: named(path).map_err(unusable)? });
    }
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.path().as_os_str().as_bytes());
    let shared = private_folder(std::path::Path::new("/tmp"))?;
    let name = named(shared.join(hash.simple().to_string())).map_err(unusable)?;
    Ok(Address { name })
}

/// Returns the user's private folder in `shared`, where every user may create folders. Creates it if it is missing.
/// Rejects, without changing it, one that is a link, belongs to another user or is accessible to others.
#[cfg(all(unix, any(test, not(target_os = "linux"))))]
fn private_folder(shared: &std::path::Path) -> Result<std::path::PathBuf, FolderError> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let uid = crate::folder::user();
    let folder = shared.join(format!("zafu-{uid}"));
    let unusable = |source| FolderError::Unusable { path: folder.clone(), source };
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(unusable(error)),
        _ => {}
    }
    let found = std::fs::symlink_metadata(&folder).map_err(unusable)?;
    if found.is_dir() && found.uid() == uid && found.mode() & 0o077 == 0 {
        return Ok(folder);
    }
    Err(FolderError::ForeignSocketFolder { path: folder })
}

#[cfg(windows)]
pub(crate) fn address(folder: &DataFolder) -> Result<Address, FolderError> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName};
    let unusable = |source| FolderError::Unusable { path: folder.path().to_owned(), source };
    let path = folder.path().to_string_lossy().to_lowercase();
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, path.as_bytes());
    let name = format!("zafu-{}", hash.simple()).to_ns_name::<GenericNamespaced>();
    Ok(Address { name: name.map_err(unusable)? })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn real_life_12_a_folder_in_a_shared_folder_is_checked_before_anything_is_changed() {
        let shared = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(elsewhere.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let folder = private_folder(shared.path()).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(private_folder(shared.path()).unwrap(), folder, "it is found again");

        fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).unwrap();
        assert!(private_folder(shared.path()).is_err());
        assert_eq!(mode(&folder), 0o711, "left as it was");

        fs::remove_dir(&folder).unwrap();
        symlink(elsewhere.path(), &folder).unwrap();
        assert!(private_folder(shared.path()).is_err());
        assert_eq!(mode(elsewhere.path()), 0o755, "left as it was");
    }
}
