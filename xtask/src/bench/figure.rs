//! A measured figure with its goal and reference, and the report of all figures.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::Path;

/// A measured figure. It meets its goal if it is at most `limit`.
pub struct Figure {
    pub name: &'static str,
    pub what: String,
    /// The goal as text.
    pub goal: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// The name and the figure of the reference, measured in the same run.
    pub reference: Option<(&'static str, f64)>,
    pub limit: f64,
    /// Details of the measurement, for the JSON file.
    pub detail: Value,
}

impl Figure {
    /// Creates a figure without a reference.
    pub fn absolute(
        (name, what): (&'static str, &str),
        goal: &'static str,
        (value, unit, limit): (f64, &'static str, f64),
        detail: Value,
    ) -> Self {
        Self { name, what: what.into(), goal, value, unit, reference: None, limit, detail }
    }

    /// Adds a reference.
    pub fn compared_to(self, reference: &'static str, value: f64) -> Self {
        Self { reference: Some((reference, value)), ..self }
    }

    fn is_met(&self) -> bool {
        self.value <= self.limit
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "what": self.what,
            "goal": self.goal,
            "value": round(self.value),
            "unit": self.unit,
            "limit": round(self.limit),
            "reference": self.reference.map(|(what, value)| json!({ "what": what, "value": round(value) })),
            "met": self.is_met(),
            "detail": self.detail,
        })
    }

    fn row(&self) -> [String; 5] {
        let amount = |value: f64| format!("{} {}", round(value), self.unit);
        let reference =
            self.reference.map_or("-".into(), |(what, value)| format!("{what} {}", amount(value)));
        let met = if self.is_met() { "ok" } else { "MISSED" };
        [self.what.clone(), self.goal.into(), amount(self.value), reference, met.into()]
    }
}

/// Prints the figures as a table, and writes them as JSON.
///
/// # Errors
/// If the file cannot be written.
pub fn report(figures: &[Figure], file: &Path) -> Result<()> {
    let all = json!({ "figures": figures.iter().map(Figure::json).collect::<Vec<_>>() });
    let text = serde_json::to_string_pretty(&all)?;
    std::fs::write(file, text + "\n")
        .with_context(|| format!("{} cannot be written", file.display()))?;
    let mut rows = vec![["what", "goal", "figure", "reference", ""].map(String::from)];
    rows.extend(figures.iter().map(Figure::row));
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(width);
    for row in &rows {
        let cells: Vec<_> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        println!("{}", cells.join("  ").trim_end());
    }
    println!("{}", file.display());
    Ok(())
}

/// Returns the median, or NaN of nothing.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Rounds to three decimal places.
pub fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
