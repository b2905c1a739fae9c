//! CHANGELOG.md in the format of Debian's changelogs.

use anyhow::{Context, Result, ensure};

/// The width of a line; Debian asks for no more than 80 columns.
const WIDTH: usize = 78;

/// Converts a changelog. The version and date of a section come from its heading (`## 1.2.0 - 2026-12-01`), or from
/// `unreleased` if that has none. `rfc_2822` writes out a date.
///
/// # Errors
/// If a heading is neither, or a date is not one.
pub fn to_debian(
    text: &str,
    maintainer: &str,
    unreleased: (&str, &str),
    rfc_2822: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    let mut debian = String::new();
    for section in text.split("\n## ").skip(1) {
        let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
        let (version, date) = match heading.trim() {
            "Unreleased" => unreleased,
            heading => heading
                .split_once(" - ")
                .with_context(|| format!("CHANGELOG.md: \"{heading}\" has no date"))?,
        };
        let body = entries(body);
        ensure!(!body.is_empty(), "CHANGELOG.md: \"{heading}\" says nothing");
        let date = rfc_2822(date)?;
        debian.push_str(&format!(
            "zafu ({version}) unstable; urgency=medium\n\n{body}\n -- {maintainer}  {date}\n\n"
        ));
    }
    ensure!(!debian.is_empty(), "CHANGELOG.md has no sections");
    Ok(debian.trim_end().to_owned() + "\n")
}

/// Converts headings and lists; a list item may have several lines.
fn entries(body: &str) -> String {
    let mut items: Vec<String> = vec![];
    for line in body.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        match (line.strip_prefix("### "), line.strip_prefix("- "), items.last_mut()) {
            (Some(heading), ..) => items.push(format!("[ {heading} ]")),
            (None, Some(item), _) => items.push(format!("* {item}")),
            (None, None, Some(item)) => *item = format!("{item} {}", line.trim_start()),
            (None, None, None) => {}
        }
    }
    items.iter().map(|item| wrapped(item)).collect()
}

/// Breaks an item into lines, indented as Debian wants it.
fn wrapped(item: &str) -> String {
    let mut text = String::new();
    let mut line = " ".to_owned();
    for word in item.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(&format!("{line}\n"));
            line = "   ".to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    text + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\nIntroduction.\n\n## Unreleased\n\n### Added\n- One thing\n  on two lines.\n\n\
        ## 0.1.0 - 2026-12-01\n\n- The first.\n";

    fn convert(text: &str) -> Result<String> {
        let date = |day: &str| Ok(format!("<{day}>"));
        to_debian(text, "Us <us@zafu.invalid>", ("0.2.0", "2027-01-02"), date)
    }

    #[test]
    fn each_section_becomes_an_entry() {
        assert_eq!(
            convert(CHANGELOG).unwrap(),
            "zafu (0.2.0) unstable; urgency=medium\n\n  [ Added ]\n  * One thing on two lines.\n\n \
             -- Us <us@zafu.invalid>  <2027-01-02>\n\n\
             zafu (0.1.0) unstable; urgency=medium\n\n  * The first.\n\n \
             -- Us <us@zafu.invalid>  <2026-12-01>\n"
        );
    }

    #[test]
    fn no_line_is_longer_than_80_columns() {
        let converted = convert(&format!("\n## Unreleased\n- {}", "word ".repeat(60))).unwrap();
        assert!(converted.lines().all(|line| line.chars().count() <= 80), "{converted}");
        assert_eq!(converted.matches("word").count(), 60);
    }

    #[test]
    fn a_heading_without_a_date_is_an_error() {
        let error = convert("\n## 0.1.0\n- Something").unwrap_err().to_string();
        assert!(error.contains("0.1.0"), "{error}");
    }
}
