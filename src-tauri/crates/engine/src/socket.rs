//! Where an engine listens: a socket in its data folder, a named pipe derived from it on Windows.

use crate::folder::DataFolder;
use interprocess::local_socket::Name;
use std::io;

#[cfg(unix)]
pub(crate) fn name(folder: &DataFolder) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    path(folder)?.to_fs_name::<GenericFilePath>()
}

/// The path of a socket is at most about 100 bytes long on every Unix; a longer folder has it elsewhere, in a
/// place that is its owner's alone too.
#[cfg(unix)]
fn path(folder: &DataFolder) -> io::Result<std::path::PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let path = folder.path().join("engine.sock");
    if path.as_os_str().len() < 100 {
        return Ok(path);
    }
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.path().as_os_str().as_bytes());
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
    let own = runtime.filter(|path| path.is_dir() && path.as_os_str().len() < 40);
    let base = own.unwrap_or_else(std::env::temp_dir);
    // SAFETY: getuid takes nothing and cannot fail.
    let uid = unsafe { libc::getuid() };
    let dir = base.join(format!("zafu-{uid}"));
    crate::folder::make_private(&dir)?;
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::symlink_metadata(&dir)?);
    if owner != uid {
        let message = format!("{} belongs to somebody else", dir.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(dir.join(hash.simple().to_string()))
}

#[cfg(windows)]
pub(crate) fn name(folder: &DataFolder) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName};
    let path = folder.path().to_string_lossy().to_lowercase();
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, path.as_bytes());
    format!("zafu-{}", hash.simple()).to_ns_name::<GenericNamespaced>()
}
