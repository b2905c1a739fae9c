//! `cargo xtask screens`: pictures of every screen, light and dark, in three widths, and a sheet of all of them.
//!
//! The screens are those of the demo build (`ui/src/lib/api/scenes.ts`), served on loopback and drawn by headless
//! Chromium. The picture in the README is made along with them, so that it never shows what Zafu no longer is.

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, npm, ui};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Each picture by its name: what the address asks the demo for.
const SCENES: [(&str, &str); 18] = [
    ("setup", ""),
    ("setup-mute", "state=mute"),
    ("setup-bells", "press=bells"),
    ("setup-preset", "press=preset-keep"),
    ("prepare", "state=prepare"),
    ("sit-begun", "state=sit&progress=0.04"),
    ("sit-half", "state=sit&progress=0.5"),
    ("sit-whole", "state=sit&progress=1"),
    ("sit-open", "state=open"),
    ("sit-paused", "state=paused"),
    ("sit-overtime", "state=overtime"),
    ("sit-trouble", "state=trouble"),
    ("sit-end", "state=sit&progress=0.5&press=end"),
    ("finished", "state=finished"),
    ("finished-early", "state=early"),
    ("unsettled", "state=unsettled"),
    ("log", "press=open-log"),
    ("settings", "press=open-settings"),
];

const THEMES: [&str; 2] = ["light", "dark"];
const WIDTHS: [u32; 3] = [400, 900, 1400];
const HEIGHT: u32 = 900;

/// The picture in the README: half of a sit, in both themes.
const README: &str = "state=sit&progress=0.62";
const README_SIZE: (u32, u32) = (440, 560);

/// Takes all pictures into `target/screens/`, and writes `docs/sit.png`.
///
/// # Errors
/// If a tool is missing, the screens do not build, or a picture could not be taken.
pub fn run() -> Result<()> {
    let mut steps = Steps::quiet()?;
    setup::ready(Purpose::Test, &mut steps)?;
    let done = steps.command("screens: demo", npm(&ui(), &["run", "build:demo"]));
    ensure!(done, "the demo was not built: see above");
    let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|program| {
        Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
    });
    let chromium = chromium.context("there is no Chromium here: install the package chromium")?;
    let folder = workspace::target()?.join("screens");
    fs::create_dir_all(&folder)?;
    let camera = Camera { chromium, site: serve(ui().join("dist-demo"))?, folder };
    readme(&camera)?;
    let mut taken = vec![];
    for (name, query) in SCENES {
        for theme in THEMES {
            let sizes = WIDTHS.map(|width| (width, HEIGHT));
            let frames = sizes.map(|size| (size, format!("still=1&theme={theme}&{query}")));
            let sheet = camera.take(&frames)?;
            let mut left = 0;
            for width in WIDTHS {
                let picture = camera.folder.join(format!("{name}-{theme}-{width}.png"));
                let crop = format!("{width}x{HEIGHT}+{left}+0");
                image("convert", &[&path(&sheet), "-crop", &crop, "+repage", &path(&picture)])?;
                taken.push(picture);
                left += width;
            }
            println!("{name} {theme}");
        }
    }
    let sheet = camera.folder.join("sheet.png");
    let mut montage: Vec<String> = vec!["-label".into(), "%t".into()];
    montage.extend(taken.iter().map(|picture| path(picture)));
    let look = ["-tile", "6x", "-geometry", "320x240+8+8", "-background", "#808080"];
    montage.extend(look.map(String::from));
    montage.push(path(&sheet));
    image("montage", &montage.iter().map(String::as_str).collect::<Vec<_>>())?;
    println!("{}", sheet.display());
    Ok(())
}

/// The picture in the README, in few colours: it is committed.
fn readme(camera: &Camera) -> Result<()> {
    let frames = THEMES.map(|theme| (README_SIZE, format!("still=1&theme={theme}&{README}")));
    let taken = camera.take(&frames)?;
    let docs = workspace::root().join("docs");
    fs::create_dir_all(&docs)?;
    let picture = docs.join("sit.png");
    image(
        "convert",
        &[&path(&taken), "-strip", "-colors", "256", &format!("PNG8:{}", path(&picture))],
    )?;
    println!("{}", picture.display());
    Ok(())
}

/// What takes pictures.
struct Camera {
    chromium: &'static str,
    site: String,
    folder: PathBuf,
}

impl Camera {
    /// Takes one picture of several screens side by side, each in a frame of its size: no window of Chromium's can
    /// be as narrow as ours.
    fn take(&self, frames: &[((u32, u32), String)]) -> Result<PathBuf> {
        let mut page = String::from(
            "<!doctype html><style>body{margin:0;display:flex}iframe{border:0;flex:none}</style>",
        );
        for ((width, height), query) in frames {
            page += &format!(
                "<iframe width={width} height={height} src='{}/index.html?{}'></iframe>",
                self.site,
                query.replace('&', "&amp;")
            );
        }
        let (html, picture) = (self.folder.join("page.html"), self.folder.join("page.png"));
        fs::write(&html, page)?;
        let width: u32 = frames.iter().map(|((width, _), _)| width).sum();
        let height = frames.iter().map(|((_, height), _)| *height).max().unwrap_or_default();
        let output = Command::new(self.chromium)
            .args(["--headless", "--disable-gpu", "--hide-scrollbars", "--lang=en"])
            // It draws only what we have built, and root may not have Chromium's sandbox.
            .arg("--no-sandbox")
            // So long in the page's own time: dialogs are pressed open by then, and nothing has faded.
            .arg("--virtual-time-budget=2500")
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("file://{}", html.display()))
            .stdin(Stdio::null())
            .output()
            .context("Chromium cannot be run")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() && picture.exists(), "no picture was taken:\n{said}");
        fs::remove_file(html)?;
        Ok(picture)
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Runs a part of ImageMagick.
fn image(program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program).args(arguments).status();
    let status = status.with_context(|| format!("{program} of ImageMagick cannot be run"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}

/// Serves a folder on loopback until the program ends, and says where.
fn serve(folder: PathBuf) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port can be listened on")?;
    let site = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            // A browser that has hung up has its picture already.
            std::thread::spawn(move || answer(stream, &folder).ok());
        }
    });
    Ok(site)
}

fn answer(mut stream: TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let name = request.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/');
    let name = name.split('?').next().unwrap_or_default();
    let is_inside = !name.split('/').any(|part| part == "..");
    let found = if is_inside { fs::read(folder.join(name)).ok() } else { None };
    let kind = match Path::new(name).extension().and_then(|it| it.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let body = found.unwrap_or_default();
    let length = body.len();
    // The page with the frames is a file, and fonts and modules are asked for by their own origin only.
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
