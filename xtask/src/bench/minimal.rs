//! The least app of Tauri's: one empty window, and it lives on when that is closed. What Zafu is compared with.

use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;

/// Its name, and its window's title.
pub const NAME: &str = "zafu-minimal";

const MAIN: &str = r#"fn main() {
    tauri::Builder::default()
        .build(tauri::generate_context!())
        .expect("a window can be made")
        .run(|_, event| {
            if let tauri::RunEvent::ExitRequested { api, code: None, .. } = event {
                api.prevent_exit();
            }
        });
}
"#;

const CONFIG: &str = r#"{
  "productName": "zafu-minimal",
  "identifier": "app.zafu.Minimal",
  "build": { "frontendDist": "dist" },
  "app": { "windows": [{ "title": "zafu-minimal", "width": 480, "height": 680 }] },
  "bundle": { "icon": ["icon.png"] }
}
"#;

/// Writes and builds it, as Zafu is built: the same versions, the same profile. What both need is shared.
///
/// # Errors
/// If it cannot be written or does not compile.
pub fn build() -> Result<PathBuf> {
    let root = workspace::root();
    let target = workspace::target()?;
    let folder = target.join("bench").join("minimal");
    for inner in ["src", "dist"] {
        fs::create_dir_all(folder.join(inner))?;
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let from = manifest.find("[profile.release]").context("Cargo.toml has no release profile")?;
    let profile = &manifest[from..];
    let profile = profile.split("\n\n[").next().unwrap_or(profile);
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"{NAME}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [features]\ndefault = [\"custom-protocol\"]\ncustom-protocol = [\"tauri/custom-protocol\"]\n\n\
         [dependencies]\ntauri = \"2\"\n\n[build-dependencies]\ntauri-build = \"2\"\n\n{profile}\n"
    );
    for (name, text) in [
        ("Cargo.toml", manifest.as_str()),
        ("build.rs", "fn main() {\n    tauri_build::build();\n}\n"),
        ("tauri.conf.json", CONFIG),
        ("src/main.rs", MAIN),
        ("dist/index.html", "<!doctype html><title>zafu-minimal</title><p>minimal</p>\n"),
    ] {
        let path = folder.join(name);
        // What has not changed keeps its time, and is not compiled again.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text)?;
        }
    }
    if !folder.join("icon.png").exists() {
        fs::copy(root.join("icons").join("32x32.png"), folder.join("icon.png"))?;
    }
    // Cargo keeps the versions it finds here, and drops what is not needed.
    if !folder.join("Cargo.lock").exists() {
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    }
    let status = cargo(&["build", "--release"])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the app that Zafu is compared with was not built: see above");
    Ok(target.join("release").join(NAME))
}
