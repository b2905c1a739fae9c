//! Zafu's own JSON, as [`crate::write::JsonWriter`] writes it:
//! `{"format": "zafu", "version": 1, "labels": [...], "sits": [...]}`.
//!
//! The fields of a sit are those of the CSV (see [`super::zafu_csv`]); fields that are not known are left out. Labels have
//! their name, colour and shape. Other fields are ignored.

use super::own::{self, VERSION, read_utc, read_wall_time};
use crate::collect::{Collector, without_nul};
use crate::error::Fault;
use crate::json::{JsonReader, Value};
use crate::sit::{LabelStyle, Record, Sit, SitOutcome};
use crate::skipped::{Position, Reason};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::BufRead;
use zafu_core::ids::SessionId;
use zafu_core::session::Source;
use zafu_core::time::{Seconds, UtcOffset};

/// What the field `format` has.
pub const FORMAT: &str = "zafu";

/// Whether a text is an export, by its beginning.
pub fn is_export(head: &str) -> bool {
    head.trim_start().starts_with('{') && head.contains("\"zafu\"") && head.contains("\"format\"")
}

/// A sit as an element of `sits`.
#[derive(Serialize, Deserialize)]
pub struct Element<'e> {
    id: SessionId,
    start: Cow<'e, str>,
    seconds: Seconds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned_seconds: Option<Seconds>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    label: Cow<'e, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    note: Cow<'e, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    outcome: Cow<'e, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    ended: Cow<'e, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    source: Cow<'e, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    created: Cow<'e, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_start: Option<Cow<'e, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_offset_minutes: Option<UtcOffset>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_seconds: Option<Seconds>,
}

impl<'e> From<&'e Sit> for Element<'e> {
    fn from(sit: &'e Sit) -> Self {
        let record = sit.record.as_ref();
        let text = |of: fn(&Record) -> Cow<'static, str>| record.map(of).unwrap_or_default();
        Self {
            id: sit.id,
            start: own::wall_time(sit.start).into(),
            seconds: sit.length,
            planned_seconds: sit.planned,
            label: sit.label.as_str().into(),
            note: sit.note.as_str().into(),
            outcome: text(|record| record.outcome.as_str().into()),
            ended: text(|record| own::utc(record.ended).into()),
            source: text(|record| record.source.as_str().into()),
            created: text(|record| own::utc(record.created).into()),
            recorded_start: record.and_then(|it| it.recorded_start).map(|it| own::utc(it).into()),
            recorded_offset_minutes: record.and_then(|it| it.recorded_offset),
            recorded_seconds: record.and_then(|it| it.recorded_length),
        }
    }
}

impl Element<'_> {
    fn sit(self) -> Result<Sit, Reason> {
        Ok(Sit {
            id: self.id,
            start: read_wall_time(&self.start)?,
            length: self.seconds,
            planned: self.planned_seconds,
            label: without_nul(&self.label),
            note: without_nul(&self.note),
            record: if self.outcome.is_empty() { None } else { Some(self.record()?) },
        })
    }

    fn record(&self) -> Result<Record, Reason> {
        let offset = self.recorded_offset_minutes;
        if let Some(UtcOffset(minutes)) = offset.filter(|it| it.0.unsigned_abs() >= 24 * 60) {
            return Err(Reason::value("recorded_offset_minutes", &minutes.to_string()));
        }
        let recorded_start = self.recorded_start.as_deref();
        Ok(Record {
            outcome: SitOutcome::from_name(&self.outcome)
                .ok_or_else(|| Reason::value("outcome", &self.outcome))?,
            ended: read_utc("ended", &self.ended)?,
            source: Source::from_name(&self.source)
                .ok_or_else(|| Reason::value("source", &self.source))?,
            created: read_utc("created", &self.created)?,
            recorded_start: recorded_start
                .map(|text| read_utc("recorded_start", text))
                .transpose()?,
            recorded_offset: offset,
            recorded_length: self.recorded_seconds,
        })
    }
}

/// Reads an export.
pub fn read(text: impl BufRead, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let mut json = JsonReader::new(text);
    json.expect(b'{')?;
    let (mut is_ours, mut has_version) = (false, false);
    loop {
        let name = match json.value()? {
            Value::Text(text) => serde_json::from_slice::<String>(text).ok(),
            Value::TooLong => None,
        };
        json.expect(b':')?;
        match name.as_deref() {
            Some("format") => {
                is_ours = matches!(json.value()?, Value::Text(text)
                    if serde_json::from_slice::<String>(text).is_ok_and(|it| it == FORMAT));
            }
            Some("version") => {
                let Value::Text(text) = json.value()? else { return Err(Fault::NotRecognised) };
                match serde_json::from_slice::<u64>(text) {
                    Ok(VERSION) => has_version = true,
                    Ok(found) if found > VERSION => {
                        return Err(Fault::Newer { found, known: VERSION });
                    }
                    _ => return Err(Fault::NotRecognised),
                }
            }
            Some("labels") => elements(&mut json, |_, element: Result<LabelStyle, Reason>| {
                // A label without a look is still a label.
                element.map_or(Ok(()), |label| collector.add_label(label))
            })?,
            Some("sits") => {
                elements(&mut json, |number, element: Result<Element<'static>, Reason>| {
                    let sit = element.and_then(Element::sit);
                    collector.add_own(Position::Element(number), sit)
                })?
            }
            _ => {
                json.value()?;
            }
        }
        if !json.another(b'}')? {
            break;
        }
    }
    if is_ours && has_version { Ok(()) } else { Err(Fault::NotRecognised) }
}

/// Reads an array, and passes each element with its number.
fn elements<T: for<'de> Deserialize<'de>>(
    json: &mut JsonReader<impl BufRead>,
    mut element: impl FnMut(u64, Result<T, Reason>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    json.expect(b'[')?;
    if json.peek()? == Some(b']') {
        return json.expect(b']');
    }
    let mut number = 0;
    loop {
        number += 1;
        let value = match json.value()? {
            Value::Text(text) => serde_json::from_slice(text).map_err(|_| Reason::NotUnderstood),
            Value::TooLong => Err(Reason::RowTooLong),
        };
        element(number, value)?;
        if !json.another(b']')? {
            return Ok(());
        }
    }
}
