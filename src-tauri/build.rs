//! Declares the Tauri commands: a window can call only those that `lib.rs` handles and `tauri.conf.json` allows.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;

const HANDLER: &str = "src-tauri/lib.rs";
const CONFIGURATION: &str = "tauri.conf.json";

fn main() {
    if let Err(error) = build() {
        // A build script reports an error by failing.
        panic!("the desktop shell cannot be built: {error:#}");
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={HANDLER}");
    let (handled, allowed) = (handled()?, allowed()?);
    for (one, other, where_) in [(&handled, &allowed, CONFIGURATION), (&allowed, &handled, HANDLER)]
    {
        if let Some(missing) = one.difference(other).next() {
            return Err(format!("the command {missing} is missing in {where_}").into());
        }
    }
    // Tauri wants them for as long as the script runs.
    let commands: Vec<&'static str> = handled.into_iter().map(|name| &*name.leak()).collect();
    let manifest = tauri_build::AppManifest::new().commands(commands.leak());
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    Ok(tauri_build::try_build(attributes)?)
}

/// Returns the commands that have a handler.
fn handled() -> Result<BTreeSet<String>, Box<dyn Error>> {
    let text = fs::read_to_string(HANDLER)?;
    let list = text.split_once("generate_handler![").and_then(|(_, rest)| rest.split_once(']'));
    let (list, _) = list.ok_or("src-tauri/lib.rs has no list of handlers")?;
    let names = list.split(',').filter_map(|path| path.trim().rsplit("::").next());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Returns the commands that the window may call.
fn allowed() -> Result<BTreeSet<String>, Box<dyn Error>> {
    let configuration: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(CONFIGURATION)?)?;
    let permissions = &configuration["app"]["security"]["capabilities"][0]["permissions"];
    let permissions = permissions.as_array().ok_or("tauri.conf.json has no permissions")?;
    let names = permissions.iter().filter_map(|it| it.as_str()?.strip_prefix("allow-"));
    Ok(names.map(|name| name.replace('-', "_")).collect())
}
