//! Writes exports.
//!
//! CSV and JSON are read back exactly as they were written. iCalendar is for calendars; it does not have everything.
//! Sits are written one at a time, in the order in which they come, in many small pieces: pass a buffered writer.

mod csv;
mod icalendar;
mod json;

pub use csv::CsvWriter;
pub use icalendar::CalendarWriter;
pub use json::JsonWriter;
