//! The sessions of Tao: an array of `{"id", "startTime", "duration", "plannedDuration", "note"}`. Times are local.

use crate::collect::{Collector, Draft, Start};
use crate::error::Fault;
use crate::json::{JsonReader, Value};
use crate::skipped::{Position, Reason};
use crate::times::{self, DateOrder};
use serde::Deserialize;
use std::io::BufRead;
use zafu_core::time::Seconds;

/// Whether a text is an export, by its beginning.
pub fn is_export(head: &str) -> bool {
    head.trim_start().starts_with('[')
        && head.contains("\"startTime\"")
        && head.contains("\"duration\"")
}

/// An element as far as it is known. A value of another type is not the end of the file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Element {
    #[serde(default)]
    start_time: serde_json::Value,
    #[serde(default)]
    duration: serde_json::Value,
    #[serde(default)]
    planned_duration: serde_json::Value,
    #[serde(default)]
    note: serde_json::Value,
}

/// Reads an export.
pub fn read(text: impl BufRead, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let mut json = JsonReader::new(text);
    json.expect(b'[')?;
    if json.peek()? == Some(b']') {
        return Ok(());
    }
    let mut number = 0;
    loop {
        number += 1;
        let element = match json.value()? {
            Value::Text(text) => {
                serde_json::from_slice::<Element>(text).map_err(|_| Reason::NotUnderstood)
            }
            Value::TooLong => Err(Reason::RowTooLong),
        };
        let position = Position::Element(number);
        match element {
            Ok(element) => {
                let length_text = element.duration.to_string();
                collector.add(position, draft(&element, &length_text))?;
            }
            Err(reason) => collector.add(position, Err(reason))?,
        }
        if !json.another(b']')? {
            return Ok(());
        }
    }
}

fn draft<'e>(element: &'e Element, length_text: &'e str) -> Result<Draft<'e>, Reason> {
    let start_text = element.start_time.as_str().unwrap_or_default();
    let start = times::local(start_text, DateOrder::MonthFirst);
    let start = start.ok_or_else(|| Reason::start(start_text))?;
    let seconds = times::seconds(length_text).ok_or_else(|| Reason::length(length_text))?;
    let planned = element.planned_duration.as_u64().and_then(|it| u32::try_from(it).ok());
    Ok(Draft {
        start: Start::Local(start),
        start_text,
        seconds,
        length_text,
        clock_seconds: None,
        planned: planned.map(Seconds),
        label: "",
        note: element.note.as_str().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::times::Local;
    use chrono::NaiveDateTime;

    #[test]
    fn seconds_are_dropped_where_they_are_zero() {
        let element = r#"{"startTime": "2025-05-13T21:30", "duration": 5}"#;
        let element: Element = serde_json::from_str(element).unwrap();
        let Start::Local(Local::Time(time)) = draft(&element, "5").unwrap().start else { panic!() };
        assert_eq!(time, "2025-05-13T21:30:00".parse::<NaiveDateTime>().unwrap());
    }
}
