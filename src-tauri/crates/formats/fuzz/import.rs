//! Coverage-guided fuzzing of the import, with the checks of `tests/fuzz.rs`.
//!
//! `cargo fuzz run import` in the folder of the crate needs a nightly compiler. A stable one does without the sanitizers:
//! in this folder,
//! `RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
//! -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
//! -Cllvm-args=-sanitizer-coverage-trace-compares" cargo run --release --target x86_64-unknown-linux-gnu --
//! -max_len=4096 -rss_limit_mb=400 NEW ../tests/corpus ../tests/samples`, where `NEW` is an empty folder.

#![no_main]

#[path = "../tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|file: &[u8]| common::invariants::check(file));
