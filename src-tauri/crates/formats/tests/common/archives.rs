//! Archives and databases, made as the health stores export them.

#![allow(dead_code, reason = "every test file uses its own part")]

use rusqlite::Connection;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Packs files.
pub fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The archive of a Polish phone: the names are translated, and other files come first.
pub fn apple_zip() -> Vec<u8> {
    let export = include_bytes!("../samples/apple-export.xml");
    zip_of(&[
        ("apple_health_export/eksport_cda.xml", b"<?xml version=\"1.0\"?><ClinicalDocument/>"),
        ("apple_health_export/workout-routes/route.gpx", b"<?xml version=\"1.0\"?><gpx/>"),
        ("apple_health_export/eksport.xml", export),
    ])
}

/// A database of Health Connect with these rows: start, end, start offset, title, notes.
pub fn database(rows: &[&str]) -> Vec<u8> {
    database_with(&format!(
        "CREATE TABLE mindfulness_session_record_table (
           row_id INTEGER PRIMARY KEY, uuid BLOB, start_time INTEGER, start_zone_offset INTEGER,
           end_time INTEGER, end_zone_offset INTEGER, type INTEGER, title TEXT, notes TEXT);
         INSERT INTO mindfulness_session_record_table
           (start_time, end_time, start_zone_offset, title, notes) VALUES {}",
        rows.join(", ")
    ))
}

/// A database made by these statements.
pub fn database_with(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    std::fs::read(path).unwrap()
}
