//! The minimal Tauri app that Zafu is compared with: one empty window, and it runs on when that is closed.

use crate::workspace::{self, cargo};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;

/// The name of the app, and the title of its window.
pub const NAME: &str = "zafu-minimal";

const MAIN: &str = r#"fn main() {
    tauri::Builder::default()
        .build(tauri::generate_context!())
        .expect("the window opens")
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

/// Builds the app with the versions of the dependencies and the profile of Zafu, in the same target folder, and returns
/// its path.
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
        // An unchanged file keeps its time, so that it is not compiled again.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text)?;
        }
    }
    if !folder.join("icon.png").exists() {
        fs::copy(root.join("icons").join("32x32.png"), folder.join("icon.png"))?;
    }
    // Cargo keeps the versions of the lock file, and drops packages that are not needed.
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
    ensure!(status.success(), "the minimal app was not built: see above");
    Ok(target.join("release").join(NAME))
}
