//! Mutations of real exports: nothing panics, and what is read is valid.
//!
//! `cargo xtask soak import` runs many more of them. A file that has failed once is kept in `tests/corpus`; `corpus.zip`
//! has files that the coverage-guided `fuzz/import.rs` has found, which together take every branch that it reached.

#[path = "common/archives.rs"]
mod archives;
mod common;

use archives::{apple_zip, database, zip_of};
use common::invariants::{check, check_files};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use zip::ZipArchive;

/// Returns the samples, the corpus, and exports that are made here.
fn exports() -> Vec<Vec<u8>> {
    let mut files = vec![];
    for folder in ["samples", "corpus"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let mut paths: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        files.extend(paths.iter().map(|path| fs::read(path).unwrap()));
    }
    let database = database(&[
        "(1719896400000, 1719897600000, 7200, 'Morning', 'calm')",
        "(1719982800000, 1719984000000, NULL, NULL, NULL)",
    ]);
    files.push(zip_of(&[("health_connect_export.db", &database)]));
    files.push(database);
    files.push(apple_zip());
    files
}

/// Returns the files of `corpus.zip`.
fn found_by_coverage() -> Vec<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(include_bytes!("corpus.zip"))).unwrap();
    let count = zip.len();
    let file = |index| {
        let mut bytes = vec![];
        zip.by_index(index).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    (0..count).map(file).collect()
}

/// Texts that change what a parser does.
const TOKENS: [&[u8]; 40] = [
    b"\"",
    b"'",
    b",",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"<",
    b">",
    b"&#x0;",
    b"&lt;",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"]]>",
    b"/>",
    b"</Record>",
    b"<Record ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\u0000",
    b"\\",
    b":",
    b"-",
    b"9999999999",
    b"0",
    b"-1",
    b"1e999",
    b"9223372036854775807",
    b"AM",
    b"2026-03-29T02:30:00",
    b"29/02/2025",
    b"\xd9\xa1",
    b"Timer Start: ",
];

/// Returns a file of either kind.
fn pick<'f>(files: [&'f [Vec<u8>]; 2], random: &mut fastrand::Rng) -> &'f Vec<u8> {
    let files = files[random.usize(0..2)];
    &files[random.usize(0..files.len())]
}

/// Returns one of the files with a few changes.
fn mutation(files: [&[Vec<u8>]; 2], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut file = pick(files, random).clone();
    for _ in 0..random.usize(1..8) {
        let at = random.usize(0..=file.len());
        let end = (at + random.usize(0..64)).min(file.len());
        match random.u8(0..8) {
            0 => file.truncate(at),
            1 => drop(file.drain(at..end)),
            2 => {
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= 1 << random.u8(0..8);
                }
            }
            3 => file.insert(at, random.u8(..)),
            4 => {
                let copy = file[at..end].to_vec();
                let to = random.usize(0..=file.len());
                drop(file.splice(to..to, copy));
            }
            5 => {
                let other = pick(files, random);
                let from = random.usize(0..=other.len());
                let to = (from + random.usize(0..200)).min(other.len());
                drop(file.splice(at..end, other[from..to].iter().copied()));
            }
            _ => {
                let token = random.choice(TOKENS).unwrap();
                let replaced = if random.bool() { at..at } else { at..end };
                drop(file.splice(replaced, token.iter().copied()));
            }
        }
    }
    file
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn no_mutation_of_an_export_panics_or_gives_an_invalid_sit() {
    let files = [&*exports(), &*found_by_coverage()];
    let seeds = match variable("ZAFU_IMPORT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("ZAFU_IMPORT_SEEDS").unwrap_or(1_000),
    };
    for seed in seeds {
        let mut random = fastrand::Rng::with_seed(seed);
        let file = mutation(files, &mut random);
        let outcome = std::panic::catch_unwind(|| check(&file));
        assert!(outcome.is_ok(), "seed {seed}: {:?}", String::from_utf8_lossy(&file));
        if seed.is_multiple_of(8) {
            let other = mutation(files, &mut random);
            let outcome = std::panic::catch_unwind(|| check_files(&[&file, &other]));
            assert!(outcome.is_ok(), "seed {seed}, with a second file");
        }
    }
}

#[test]
fn every_beginning_of_an_export_is_read_or_rejected() {
    for file in exports() {
        // Databases and archives are read whole; some of their beginnings are enough.
        let step = if file.len() > 4_000 { file.len() / 100 } else { 1 };
        for length in (0..=file.len()).step_by(step) {
            check(&file[..length]);
        }
    }
}

#[test]
fn every_file_that_was_found_by_coverage_is_read_or_rejected() {
    let files = found_by_coverage();
    assert!(files.len() > 400);
    files.iter().for_each(|file| check(file));
}
