//! `zafu log` and `zafu account list`.

use crate::failure::{Failure, USAGE};
use crate::{owners, print, source};
use std::collections::HashMap;
use zafu_cli::args;
use zafu_core::label::folded;
use zafu_core::message;
use zafu_core::session::Source;
use zafu_engine::DataFolder;
use zafu_engine::protocol::{
    LabelView, LogFilter, LogOwner, LogPosition, LogQuery, Outcome, OwnerView,
};
use zafu_engine::{Client, output, system};
use zafu_messages::text;

/// Returns every owner of sits in `folder`, the account in use first.
pub fn owners(folder: &DataFolder) -> Result<Vec<OwnerView>, Failure> {
    match source::engine(folder, Client::owners)? {
        Some(owners) => Ok(owners),
        None => Ok(source::database(folder, zafu_engine::owners)?.unwrap_or_default()),
    }
}

/// Returns the labels of the sits of `owner`.
fn labels(folder: &DataFolder, owner: LogOwner) -> Result<Vec<LabelView>, Failure> {
    let labels = source::database(folder, |database| zafu_engine::labels(database, owner))?;
    Ok(labels.unwrap_or_default())
}

/// Returns the filter for the sits that the user selects, and the owners if they are needed.
pub fn filter(
    folder: &DataFolder,
    selected: &args::Selected,
) -> Result<(LogFilter, Vec<OwnerView>), Failure> {
    let owners = match selected.all_accounts || selected.account.is_some() {
        true => owners(folder)?,
        false => Vec::new(),
    };
    let owner = match &selected.account {
        Some(account) => LogOwner::Of(owners::named(&owners, account)?.1),
        None if selected.all_accounts => LogOwner::All,
        None => LogOwner::Shown,
    };
    if let (Some(since), Some(until)) = (selected.since, selected.until)
        && since > until
    {
        let (since, until) = (since.to_string(), until.to_string());
        return Err(Failure::new(USAGE, message!("cli-log-days", since = since, until = until)));
    }
    let known = match selected.label.iter().all(String::is_empty) {
        true => Vec::new(),
        false => labels(folder, owner)?,
    };
    let filter = LogFilter {
        owner,
        labels: selected.label.iter().map(|name| key(&known, name)).collect::<Result<_, _>>()?,
        words: selected.words.clone().unwrap_or_default(),
        shortest: selected.shortest,
        longest: selected.longest,
        outcomes: selected
            .outcome
            .iter()
            .map(|outcome| match outcome {
                args::SitOutcome::Completed => Outcome::Completed,
                args::SitOutcome::EndedEarly => Outcome::EndedEarly,
                args::SitOutcome::Started => Outcome::Started,
            })
            .collect(),
        sources: selected
            .source
            .iter()
            .map(|source| match source {
                args::SitSource::Timer => Source::Timer,
                args::SitSource::Manual => Source::Manual,
                args::SitSource::Import => Source::Import,
            })
            .collect(),
        first_day: selected.since,
        last_day: selected.until,
        time: selected.time,
    };
    Ok((filter, owners))
}

/// Returns the key of the label with this name, or else of the only one whose name differs in capitals alone.
fn key(labels: &[LabelView], name: &str) -> Result<String, Failure> {
    if name.is_empty() {
        return Ok(String::new());
    }
    if let Some(label) = labels.iter().find(|label| label.name == name) {
        return Ok(label.key.0.clone());
    }
    let is_similar = |label: &&LabelView| folded(&label.name) == folded(name);
    let similar: Vec<_> = labels.iter().filter(is_similar).collect();
    match similar[..] {
        [label] => Ok(label.key.0.clone()),
        _ => Err(Failure::new(USAGE, message!("cli-log-no-label", name = name))),
    }
}

/// Prints the log of the account in use, of one account, or of all. Labels are printed by their names.
pub fn show(folder: &DataFolder, log: &args::Log) -> Result<(), Failure> {
    let (filter, owners) = filter(folder, &log.selected)?;
    let owner = filter.owner;
    let limit = log.limit.unwrap_or(args::Log::LIMIT);
    let request = LogQuery { filter, position: LogPosition::Newest, limit };
    let sent = request.clone();
    let page = match source::engine(folder, |client| client.sits(sent))? {
        Some(page) => page,
        None => {
            let now = system::clock().now().wall;
            source::database(folder, |database| zafu_engine::log_page(database, &request, now))?
                .unwrap_or_default()
        }
    };
    let mut sits = page.sits;
    if sits.iter().any(|sit| !sit.label.is_empty()) {
        let labels = labels(folder, owner)?;
        let names: HashMap<_, _> = labels.iter().map(|label| (&label.key.0, &label.name)).collect();
        for sit in &mut sits {
            if let Some(name) = names.get(&sit.label) {
                sit.label.clone_from(name);
            }
        }
    }
    let shown_owners = log.selected.all_accounts.then_some(&owners);
    // An empty list of some of the sits does not mean that there are none.
    let is_whole = request.filter == LogFilter { owner, ..LogFilter::default() };
    print::log(&sits, shown_owners, log.json, is_whole && limit > 0)?;
    // Not on standard output, which has nothing but sits.
    if sits.is_empty() && !is_whole && !log.json && limit > 0 {
        output::print_error(text!("cli-log-none-match"));
    } else if page.older && log.limit.is_none() && !log.json {
        output::print_error(text!("cli-log-more", count = limit));
    }
    Ok(())
}
