//! A disk that may lose power: a virtual file system for SQLite that carries out each call on the system's own, and
//! writes down what was written, truncated, deleted and synced, in order. From that follows what may be on the disk
//! after a power cut at any point: what was synced, and of what was not, anything.
//!
//! What it assumes: a sync that has returned is on the disk, sectors of 512 bytes are written whole or not at all, and
//! a write changes no byte outside its range (SQLite assumes that too: `SQLITE_IOCAP_POWERSAFE_OVERWRITE`). What it does
//! not see: files that are made, renamed or synced by other means than SQLite (the folder itself, daily copies), and
//! disks that lie about a sync.

use rusqlite::ffi;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What happened to a file; the name is that within its folder.
#[derive(Clone, Debug)]
pub enum Op {
    Create(String),
    Write(String, usize, Vec<u8>),
    Truncate(String, usize),
    Delete(String),
    Sync(String),
    /// The names in the folder were synced: what was made is there, what was deleted is not.
    SyncFolder,
    /// The caller was told that its change is saved.
    Acknowledged,
}

static LOG: Mutex<Vec<Op>> = Mutex::new(Vec::new());
static RECORDS: AtomicBool = AtomicBool::new(false);
/// The system's own file system.
static REAL: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(std::ptr::null_mut());

fn log() -> MutexGuard<'static, Vec<Op>> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes something down, while that is asked for.
pub fn note(op: Op) {
    if RECORDS.load(Ordering::SeqCst) {
        log().push(op);
    }
}

/// Has every database of this process opened through the recording file system from now on.
pub fn install() {
    const NAME: &CStr = c"recording";
    // SAFETY: SQLite is initialised by the first call; the file system that it names lives as long as the process. The
    // copy is leaked, so that it does too; the functions that are not replaced do not care which copy they are given.
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

/// What `life` does to the disk.
pub fn recorded(life: impl FnOnce()) -> Vec<Op> {
    log().clear();
    RECORDS.store(true, Ordering::SeqCst);
    life();
    RECORDS.store(false, Ordering::SeqCst);
    std::mem::take(&mut *log())
}

/// A file of SQLite's, in front of the real one, which lies behind it in memory.
#[repr(C)]
struct Recorded {
    base: ffi::sqlite3_file,
    /// Leaked, because SQLite never says that it forgets a file; there are a few.
    name: Option<&'static str>,
    /// The system's file system syncs the folder with the first sync of a new log or journal.
    syncs_folder: bool,
}

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allocates `szOsFile` bytes for each file, which is both parts.
    unsafe { file.cast::<Recorded>().add(1).cast() }
}

/// Writes `op` of a file down if it is one of a database.
unsafe fn note_of(file: *mut ffi::sqlite3_file, op: impl FnOnce(String) -> Op) {
    // SAFETY: `open` has made it one of ours.
    if let Some(name) = unsafe { (*file.cast::<Recorded>()).name } {
        note(op(name.to_owned()));
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
    // SAFETY: the arguments are SQLite's own; `real` lies within what it has allocated.
    unsafe {
        let of_a_database =
            ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL;
        let is_recorded = !path.is_null() && flags & of_a_database != 0;
        let is_new = is_recorded && !Path::new(CStr::from_ptr(path).to_str().unwrap()).exists();
        let code = (*vfs).xOpen.unwrap()(vfs, path, real(file), flags, out_flags);
        let opened = (*real(file)).pMethods;
        (*file).pMethods = if opened.is_null() { std::ptr::null() } else { &raw const METHODS };
        let name = is_recorded.then(|| file_name(CStr::from_ptr(path)));
        (&raw mut (*file.cast::<Recorded>()).name).write(name);
        let is_log = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        (&raw mut (*file.cast::<Recorded>()).syncs_folder).write(is_new && is_log);
        if code == ffi::SQLITE_OK && is_new {
            note_of(file, Op::Create);
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
            note(Op::Delete(file_name(CStr::from_ptr(path)).to_owned()));
            if sync_folder != 0 {
                note(Op::SyncFolder);
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
            note_of(file, |name| Op::Write(name, usize::try_from(at).unwrap(), written));
        }
        code
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: as above.
    unsafe {
        let code = (*(*real(file)).pMethods).xTruncate.unwrap()(real(file), size);
        if code == ffi::SQLITE_OK {
            note_of(file, |name| Op::Truncate(name, usize::try_from(size).unwrap()));
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        let code = (*(*real(file)).pMethods).xSync.unwrap()(real(file), flags);
        if code == ffi::SQLITE_OK {
            note_of(file, Op::Sync);
            if std::mem::take(&mut (*file.cast::<Recorded>()).syncs_folder) {
                note(Op::SyncFolder);
            }
        }
        code
    }
}

/// Methods that are the real ones, called on the real file.
macro_rules! passed_on {
    ($($name:ident: $method:ident($($argument:ident: $type:ty),*) $(-> $answer:ty)?;)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) $(-> $answer)? {
            // SAFETY: the arguments are SQLite's own, and `real` is the file that the method is of.
            unsafe { (*(*real(file)).pMethods).$method.unwrap()(real(file) $(, $argument)*) }
        }
    )*};
}

passed_on! {
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

/// Version 2: without memory-mapped reading, which no database of ours uses.
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

/// What is on the disk for sure, and what may be.
#[derive(Clone, Default)]
pub struct Disk {
    synced: Files,
    /// In order.
    unsynced: Vec<Op>,
}

impl Disk {
    /// One that holds an empty file.
    pub fn with_empty(name: &str) -> Self {
        Self { synced: Files::from([(name.into(), Vec::new())]), unsynced: Vec::new() }
    }

    /// Lets `op` happen.
    pub fn take(&mut self, op: &Op) {
        match op {
            Op::Acknowledged => {}
            Op::Sync(synced) => {
                let (of_it, rest) = std::mem::take(&mut self.unsynced)
                    .into_iter()
                    .partition(|op| name_of(op) == Some(synced));
                self.unsynced = rest;
                for op in &of_it as &Vec<Op> {
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

    /// How much may or may not be on the disk.
    pub fn unsynced(&self) -> &[Op] {
        &self.unsynced
    }

    /// What is there after a power cut, if of what was not synced just that is there for which `keep` says how much of
    /// it, in sectors: none: all.
    pub fn after_cut(&self, mut keep: impl FnMut(usize, &Op) -> Kept) -> Files {
        let mut files = self.synced.clone();
        for (n, op) in self.unsynced.iter().enumerate() {
            match (keep(n, op), op) {
                (Kept::Nothing, _) => {}
                (Kept::Sectors(sectors), Op::Write(name, at, bytes)) => {
                    let end = (sectors * 512).min(bytes.len());
                    apply(&mut files, &Op::Write(name.clone(), *at, bytes[..end].to_vec()));
                }
                _ => apply(&mut files, op),
            }
        }
        files
    }
}

/// How much of what was not synced is there after a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    All,
    /// Of a write, its first sectors.
    Sectors(usize),
    Nothing,
}

/// The file that `op` is about.
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
            // A write to a file whose making was lost is lost with it, but for a journal that was made since.
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
