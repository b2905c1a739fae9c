//! Simulates a power cut: a virtual file system for SQLite forwards each call to the real one and records every write,
//! truncation, deletion and sync, in order. After a power cut at any point, everything that was synced is on the disk, and
//! any part of the rest may be.
//!
//! Assumptions: data is on the disk once a sync has returned, sectors of 512 bytes are written completely or not at all,
//! and a write changes no byte outside its range (SQLite assumes that too: `SQLITE_IOCAP_POWERSAFE_OVERWRITE`). Not
//! covered: files that are created, renamed or synced without SQLite (the folder itself, daily backups), and disks that
//! report a sync that they did not make.

use rusqlite::ffi;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An operation on a file, which is identified by its name in the folder.
#[derive(Clone, Debug)]
pub enum Op {
    Create(String),
    Write(String, usize, Vec<u8>),
    Truncate(String, usize),
    Delete(String),
    Sync(String),
    /// The folder was synced: created files exist, deleted ones do not.
    SyncFolder,
    /// The store has returned: the caller considers its change saved.
    Acknowledged,
}

static LOG: Mutex<Vec<Op>> = Mutex::new(Vec::new());
static IS_RECORDING: AtomicBool = AtomicBool::new(false);
/// The system's own file system.
static REAL: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(std::ptr::null_mut());

fn log() -> MutexGuard<'static, Vec<Op>> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records an operation if recording is on.
pub fn record(op: Op) {
    if IS_RECORDING.load(Ordering::SeqCst) {
        log().push(op);
    }
}

/// Opens every database of this process through the recording file system from now on.
pub fn install() {
    const NAME: &CStr = c"recording";
    // SAFETY: SQLite is initialised by the first call; the file system that it returns lives as long as the process. So
    // does the copy, because it is leaked. The functions that are not replaced work with either copy.
    unsafe {
        let real = ffi::sqlite3_vfs_find(std::ptr::null());
        REAL.store(real, Ordering::SeqCst);
        let mut own = std::ptr::read(real);
        own.zName = NAME.as_ptr();
        own.pNext = std::ptr::null_mut();
        own.szOsFile = c_int::try_from(size_of::<Recorded>()).unwrap() + (*real).szOsFile;
        own.xOpen = Some(open);
        own.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(own)), 1), ffi::SQLITE_OK);
    }
}

/// Runs `actions` and returns the operations on the disk that they caused.
pub fn recorded(actions: impl FnOnce()) -> Vec<Op> {
    log().clear();
    IS_RECORDING.store(true, Ordering::SeqCst);
    actions();
    IS_RECORDING.store(false, Ordering::SeqCst);
    std::mem::take(&mut *log())
}

/// A file object for SQLite. The object of the real file follows it in memory.
#[repr(C)]
struct Recorded {
    base: ffi::sqlite3_file,
    /// Leaked, because SQLite does not report when it frees the object; there are only a few.
    name: Option<&'static str>,
    /// The system's file system syncs the folder with the first sync of a new log or journal.
    syncs_folder: bool,
}

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allocates `szOsFile` bytes for each file, enough for both objects.
    unsafe { file.cast::<Recorded>().add(1).cast() }
}

/// Records an operation on a file if the file belongs to a database.
unsafe fn record_for(file: *mut ffi::sqlite3_file, op: impl FnOnce(String) -> Op) {
    // SAFETY: `open` has initialised the object.
    if let Some(name) = unsafe { (*file.cast::<Recorded>()).name } {
        record(op(name.to_owned()));
    }
}

fn file_name(path: &CStr) -> &'static str {
    let name = Path::new(path.to_str().unwrap()).file_name().unwrap().to_str().unwrap();
    Box::leak(name.to_owned().into_boxed_str())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let vfs = REAL.load(Ordering::SeqCst);
    // SAFETY: the arguments come from SQLite; `real` is within the memory that it has allocated.
    unsafe {
        let database_files =
            ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL;
        let is_recorded = !path.is_null() && flags & database_files != 0;
        let is_new = is_recorded && !Path::new(CStr::from_ptr(path).to_str().unwrap()).exists();
        let code = (*vfs).xOpen.unwrap()(vfs, path, real(file), flags, out_flags);
        let opened = (*real(file)).pMethods;
        (*file).pMethods = if opened.is_null() { std::ptr::null() } else { &raw const METHODS };
        let name = is_recorded.then(|| file_name(CStr::from_ptr(path)));
        (&raw mut (*file.cast::<Recorded>()).name).write(name);
        let is_log = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        (&raw mut (*file.cast::<Recorded>()).syncs_folder).write(is_new && is_log);
        if code == ffi::SQLITE_OK && is_new {
            record_for(file, Op::Create);
        }
        code
    }
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    sync_folder: c_int,
) -> c_int {
    let vfs = REAL.load(Ordering::SeqCst);
    // SAFETY: as above.
    unsafe {
        let code = (*vfs).xDelete.unwrap()(vfs, path, sync_folder);
        if code == ffi::SQLITE_OK {
            record(Op::Delete(file_name(CStr::from_ptr(path)).to_owned()));
            if sync_folder != 0 {
                record(Op::SyncFolder);
            }
        }
        code
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: i64,
) -> c_int {
    // SAFETY: as above; `bytes` has `count` bytes.
    unsafe {
        let code = (*(*real(file)).pMethods).xWrite.unwrap()(real(file), bytes, count, at);
        if code == ffi::SQLITE_OK {
            let count = usize::try_from(count).unwrap();
            let written = std::slice::from_raw_parts(bytes.cast::<u8>(), count).to_vec();
            record_for(file, |name| Op::Write(name, usize::try_from(at).unwrap(), written));
        }
        code
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: as above.
    unsafe {
        let code = (*(*real(file)).pMethods).xTruncate.unwrap()(real(file), size);
        if code == ffi::SQLITE_OK {
            record_for(file, |name| Op::Truncate(name, usize::try_from(size).unwrap()));
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        let code = (*(*real(file)).pMethods).xSync.unwrap()(real(file), flags);
        if code == ffi::SQLITE_OK {
            record_for(file, Op::Sync);
            if std::mem::take(&mut (*file.cast::<Recorded>()).syncs_folder) {
                record(Op::SyncFolder);
            }
        }
        code
    }
}

/// Declares methods that call the same method of the real file.
macro_rules! forwarded {
    ($($name:ident: $method:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) $(-> $result)? {
            // SAFETY: the arguments come from SQLite, and `real` is the file that the method belongs to.
            unsafe { (*(*real(file)).pMethods).$method.unwrap()(real(file) $(, $argument)*) }
        }
    )*};
}

forwarded! {
    close: xClose() -> c_int;
    read: xRead(to: *mut c_void, count: c_int, at: i64) -> c_int;
    file_size: xFileSize(size: *mut i64) -> c_int;
    lock: xLock(level: c_int) -> c_int;
    unlock: xUnlock(level: c_int) -> c_int;
    check_reserved_lock: xCheckReservedLock(is_held: *mut c_int) -> c_int;
    file_control: xFileControl(what: c_int, argument: *mut c_void) -> c_int;
    sector_size: xSectorSize() -> c_int;
    device_characteristics: xDeviceCharacteristics() -> c_int;
    shm_map: xShmMap(page: c_int, size: c_int, extend: c_int, to: *mut *mut c_void) -> c_int;
    shm_lock: xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int;
    shm_barrier: xShmBarrier();
    shm_unmap: xShmUnmap(delete: c_int) -> c_int;
}

/// Version 2: without memory-mapped reading, which Zafu does not use.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The synced files, and the operations that may or may not have reached the disk.
#[derive(Clone, Default)]
pub struct Disk {
    synced: Files,
    /// In the order of the calls.
    unsynced: Vec<Op>,
}

impl Disk {
    /// Creates a disk with one empty file.
    pub fn with_empty_file(name: &str) -> Self {
        Self { synced: Files::from([(name.into(), Vec::new())]), unsynced: Vec::new() }
    }

    /// Applies an operation.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Acknowledged => {}
            Op::Sync(synced) => {
                let (of_file, rest) = std::mem::take(&mut self.unsynced)
                    .into_iter()
                    .partition(|op| name_of(op) == Some(synced));
                self.unsynced = rest;
                for op in &of_file as &Vec<Op> {
                    apply(&mut self.synced, op);
                }
            }
            Op::SyncFolder => {
                for op in std::mem::take(&mut self.unsynced) {
                    match &op {
                        Op::Create(_) => apply(&mut self.synced, &op),
                        Op::Delete(deleted) => {
                            apply(&mut self.synced, &op);
                            self.unsynced.retain(|before| name_of(before) != Some(deleted));
                        }
                        _ => self.unsynced.push(op),
                    }
                }
            }
            op => self.unsynced.push(op.clone()),
        }
    }

    /// Returns the operations that may or may not have reached the disk.
    pub fn unsynced(&self) -> &[Op] {
        &self.unsynced
    }

    /// Returns the files after a power cut. `survives` decides how much of each unsynced operation has reached the disk.
    pub fn after_cut(&self, mut survives: impl FnMut(usize, &Op) -> Survives) -> Files {
        let mut files = self.synced.clone();
        for (n, op) in self.unsynced.iter().enumerate() {
            match (survives(n, op), op) {
                (Survives::Nothing, _) => {}
                (Survives::Sectors(sectors), Op::Write(name, at, bytes)) => {
                    let end = (sectors * 512).min(bytes.len());
                    apply(&mut files, &Op::Write(name.clone(), *at, bytes[..end].to_vec()));
                }
                _ => apply(&mut files, op),
            }
        }
        files
    }
}

/// How much of an unsynced operation has reached the disk after a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    All,
    /// The first sectors of a write.
    Sectors(usize),
    Nothing,
}

/// Returns the file of an operation.
pub fn name_of(op: &Op) -> Option<&String> {
    match op {
        Op::Create(name)
        | Op::Write(name, ..)
        | Op::Truncate(name, _)
        | Op::Delete(name)
        | Op::Sync(name) => Some(name),
        Op::SyncFolder | Op::Acknowledged => None,
    }
}

fn apply(files: &mut Files, op: &Op) {
    match op {
        Op::Create(name) => drop(files.entry(name.clone()).or_default()),
        Op::Write(name, at, bytes) => {
            // The creation of the file may be lost although the write is not.
            let file = files.entry(name.clone()).or_default();
            file.resize(file.len().max(at + bytes.len()), 0);
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Op::Truncate(name, size) => {
            if let Some(file) = files.get_mut(name) {
                file.resize(*size, 0);
            }
        }
        Op::Delete(name) => drop(files.remove(name)),
        Op::Sync(_) | Op::SyncFolder | Op::Acknowledged => {}
    }
}
