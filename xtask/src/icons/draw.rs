//! Draws every icon in the sizes and files that each system needs.

use super::containers::{icns, ico};
use crate::bundle::LINUX_ICONS;
use crate::workspace;
use anyhow::{Context, Result};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::fs;
use std::path::Path;

/// PNG files for the window and the stores, with the names that Tauri expects.
const FILES: [(&str, u32); 14] = [
    ("32x32.png", 32),
    ("128x128.png", 128),
    ("128x128@2x.png", 256),
    ("icon.png", 512),
    ("StoreLogo.png", 50),
    ("Square30x30Logo.png", 30),
    ("Square44x44Logo.png", 44),
    ("Square71x71Logo.png", 71),
    ("Square89x89Logo.png", 89),
    ("Square107x107Logo.png", 107),
    ("Square142x142Logo.png", 142),
    ("Square150x150Logo.png", 150),
    ("Square284x284Logo.png", 284),
    ("Square310x310Logo.png", 310),
];

/// The sizes inside `icon.ico`. Tauri uses the first one for windows.
const WINDOWS: [u32; 7] = [32, 16, 24, 48, 64, 128, 256];

/// The types inside `icon.icns`, the same as from `iconutil`, and their sizes in pixels.
const MACOS: [(&[u8; 4], u32); 8] = [
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic13", 256),
    (b"ic08", 256),
    (b"ic14", 512),
    (b"ic09", 512),
    (b"ic10", 1024),
];

/// The part of its square that an icon fills on macOS: 824 of 1024 pixels in the template of Apple.
const MACOS_FILL: f32 = 824.0 / 1024.0;

/// The size of the template icon of the tray: 22 points of two pixels.
const TRAY: u32 = 44;

/// Draws every icon.
///
/// # Errors
/// If a source is missing or not SVG, or an icon cannot be written.
pub fn run() -> Result<()> {
    let folder = workspace::root().join("icons");
    let lotus = read(&folder.join("zafu.svg"))?;
    let tray = read(&folder.join("tray.svg"))?;

    for (name, size) in FILES {
        write(&folder.join(name), &draw(&lotus, size, 1.0)?.encode_png()?)?;
    }
    fs::create_dir_all(folder.join("linux"))?;
    for size in LINUX_ICONS {
        let icon = draw(&lotus, size, 1.0)?.encode_png()?;
        write(&folder.join(format!("linux/{size}x{size}.png")), &icon)?;
    }
    write(&folder.join("tray-template.png"), &draw(&tray, TRAY, 1.0)?.encode_png()?)?;

    let windows: Result<Vec<_>> = WINDOWS.iter().map(|size| draw(&lotus, *size, 1.0)).collect();
    write(&folder.join("icon.ico"), &ico(&windows?)?)?;

    let macos: Result<Vec<_>> = MACOS
        .iter()
        .map(|(kind, size)| Ok((**kind, draw(&lotus, *size, MACOS_FILL)?.encode_png()?)))
        .collect();
    write(&folder.join("icon.icns"), &icns(&macos?))?;
    println!("{} icons in {}", FILES.len() + LINUX_ICONS.len() + 3, folder.display());
    Ok(())
}

fn read(path: &Path) -> Result<Tree> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Tree::from_str(&text, &Options::default())
        .with_context(|| format!("{} is not SVG", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// Draws an SVG centred in a square, of which it fills the given part.
fn draw(tree: &Tree, size: u32, fill: f32) -> Result<Pixmap> {
    let mut pixmap = Pixmap::new(size, size).context("an icon needs a size")?;
    let size = size as f32;
    let scale = size * fill / tree.size().width();
    let margin = size * (1.0 - fill) / 2.0;
    let transform = Transform::from_row(scale, 0.0, 0.0, scale, margin, margin);
    resvg::render(tree, transform, &mut pixmap.as_mut());
    Ok(pixmap)
}
