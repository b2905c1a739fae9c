//! Tells the format of a file by its content. Names of files are translated and changed, and tell nothing.

use crate::formats::{
    apple_health, brethap, insight_timer, insight_timer_journal, meditate, meditation_assistant,
    tao, waking_up, zafu_csv, zafu_json,
};
use crate::inspect::Content;
use crate::table::{Row, Table};
use crate::times::DateOrder;

/// The names of the columns of a table.
pub struct Columns(Vec<String>);

impl Columns {
    /// Reads the first row of a table that names columns. None: it has none.
    pub fn read<R: std::io::BufRead>(table: &mut Table<R>) -> Result<Option<Self>, crate::Fault> {
        while let Some(row) = table.next_row()? {
            if !matches!(row, Row::Cells) {
                return Ok(None);
            }
            let names = (0..table.columns()).map(|column| table.cell(column).trim().to_lowercase());
            let names: Vec<String> = names.collect();
            // Spreadsheets write the delimiter first.
            if !names[0].starts_with("sep=") {
                return Ok(Some(Self(names)));
            }
        }
        Ok(None)
    }

    /// Returns where a column is. `name` is in lower case.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }
}

/// The columns of a table of a known format.
pub enum Layout {
    InsightTimer(insight_timer::Layout),
    Meditate(meditate::Layout),
    MeditationAssistant(meditation_assistant::Layout),
    WakingUp(waking_up::Layout),
    Brethap(brethap::Layout),
    Zafu(zafu_csv::Layout),
}

impl Layout {
    /// Finds the format that has these columns.
    pub fn new(columns: &Columns) -> Option<Self> {
        None.or_else(|| zafu_csv::Layout::new(columns).map(Self::Zafu))
            .or_else(|| insight_timer::Layout::new(columns).map(Self::InsightTimer))
            .or_else(|| meditate::Layout::new(columns).map(Self::Meditate))
            .or_else(|| meditation_assistant::Layout::new(columns).map(Self::MeditationAssistant))
            .or_else(|| waking_up::Layout::new(columns).map(Self::WakingUp))
            .or_else(|| brethap::Layout::new(columns).map(Self::Brethap))
    }

    /// Returns the column with dates whose order the file has to tell, and the order if it does not; none: the user has
    /// to be asked.
    pub fn date_column(&self) -> Option<(usize, Option<DateOrder>)> {
        match self {
            Self::InsightTimer(layout) => Some((layout.date_column(), None)),
            // Seen with the month first only, whatever the language.
            Self::WakingUp(layout) => Some((layout.date_column(), Some(DateOrder::MonthFirst))),
            Self::Meditate(_) | Self::MeditationAssistant(_) | Self::Brethap(_) | Self::Zafu(_) => {
                None
            }
        }
    }
}

/// Returns what a text is, by its beginning.
pub fn content_of_text(head: &str) -> Option<Content> {
    if insight_timer_journal::is_journal(head) {
        return Some(Content::Journal);
    }
    match head.trim_start().as_bytes().first()? {
        b'<' => apple_health::is_export(head).then_some(Content::AppleHealth),
        b'[' => tao::is_export(head).then_some(Content::Tao),
        b'{' => zafu_json::is_export(head).then_some(Content::ZafuJson),
        _ => [b',', b';', b'\t'].into_iter().find_map(|delimiter| {
            let mut table = Table::new(head.as_bytes(), delimiter);
            let columns = Columns::read(&mut table).ok()??;
            Layout::new(&columns).map(|layout| Content::Table {
                delimiter,
                has_dates: layout.date_column().is_some(),
            })
        }),
    }
}
