//! `cargo xtask screens`: pictures of every screen, light and dark, in the sizes and languages that matter, and sheets
//! of them all. Each screen is examined by axe as well, its contrasts included.
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

/// Each screen by its name: what the address asks the demo for.
const SCENES: [(&str, &str); 38] = [
    ("setup", ""),
    ("setup-open", "press=length-open"),
    ("setup-until", "press=length-until"),
    ("setup-mute", "mute"),
    ("setup-troubles", "trouble=2"),
    ("setup-preset", "press=length-30,preset-keep"),
    ("setup-long", "records=long&bells=at"),
    ("bells", "press=bells"),
    ("bells-every", "bells=every&press=bells"),
    ("bells-spread", "bells=spread&press=bells"),
    ("bells-at", "bells=at&press=bells"),
    ("bells-random", "bells=random&press=bells"),
    ("prepare", "state=prepare"),
    ("sit-000", "state=sit&progress=0"),
    ("sit-010", "state=sit&progress=0.1"),
    ("sit-050", "state=sit&progress=0.5"),
    ("sit-090", "state=sit&progress=0.9"),
    ("sit-seconds", "state=sit&progress=0.3&time=seconds"),
    ("sit-hidden", "state=sit&progress=0.7&time=hidden"),
    ("sit-open", "state=open"),
    ("sit-paused", "state=paused"),
    ("sit-trouble", "state=sit&trouble=1"),
    ("overtime", "state=overtime"),
    ("overtime-troubles", "state=overtime&trouble=2"),
    ("overtime-troubles-read", "state=overtime&trouble=2&press=notices-open"),
    ("end", "state=sit&press=end"),
    ("discard", "state=sit&press=end,end-discard"),
    ("quit", "state=sit&asked=quit"),
    ("finished", "state=finished"),
    ("finished-early", "state=early"),
    ("finished-note", "state=finished&records=long&asked=note"),
    ("unsettled", "state=unsettled"),
    ("log", "press=open-log"),
    ("log-edit", "press=open-log,sit-edit"),
    ("log-deleted", "press=open-log,sit-delete"),
    ("log-long", "records=long&press=open-log"),
    ("log-empty", "records=none&press=open-log"),
    ("settings", "press=open-settings"),
];

/// The light or the dark one.
const THEMES: [&str; 2] = ["light", "dark"];

/// One picture of a screen.
#[derive(Clone, Copy)]
struct Frame {
    width: u32,
    height: u32,
    language: &'static str,
}

const fn frame(width: u32, height: u32, language: &'static str) -> Frame {
    Frame { width, height, language }
}

/// Narrow, as it opens, and wide.
const PLAIN: [Frame; 4] =
    [frame(400, 900, "en"), frame(480, 680, "en"), frame(900, 900, "en"), frame(1400, 900, "en")];
/// On a screen of twice as many pixels; in German too, whose words are longer.
const FINE: [Frame; 2] = [frame(480, 680, "en"), frame(400, 900, "de")];

/// The picture in the README: half of a sit, in both themes.
const README: &str = "state=sit&progress=0.62";
const README_SIZE: (u32, u32) = (440, 560);

/// Takes all pictures into `target/screens/`, and writes `docs/sit.png`.
///
/// # Errors
/// If a tool is missing, the screens do not build, a picture could not be taken, or axe finds a fault.
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
    if folder.exists() {
        // Nothing there is of a screen that is no more.
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let pages = ui().join("dist-demo");
    let camera = Camera { chromium, site: serve(pages.clone())?, pages, folder };
    readme(&camera)?;
    let (mut taken, mut faults) = (vec![], vec![]);
    for (name, query) in SCENES {
        taken.extend(camera.pictures(name, query, &PLAIN, 1)?);
        taken.extend(camera.pictures(name, query, &FINE, 2)?);
        faults.extend(camera.faults(query)?.map(|fault| format!("{name}: {fault}")));
        println!("{name}");
    }
    for theme in THEMES {
        println!("{}", camera.sheet(theme, &taken)?.display());
    }
    ensure!(faults.is_empty(), "axe has found:\n{}", faults.join("\n"));
    Ok(())
}

/// The picture in the README, in few colours: it is committed.
fn readme(camera: &Camera) -> Result<()> {
    let (width, height) = README_SIZE;
    let frames =
        THEMES.map(|theme| (frame(width, height, "en"), format!("still=1&theme={theme}&{README}")));
    let taken = camera.take(&frames, 1)?;
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

/// What was taken.
struct Picture {
    theme: &'static str,
    file: PathBuf,
}

/// What takes pictures.
struct Camera {
    chromium: &'static str,
    site: String,
    /// What is served there.
    pages: PathBuf,
    /// Where pictures go.
    folder: PathBuf,
}

impl Camera {
    /// Takes a picture of one screen in each theme and frame, and says where they are.
    fn pictures(
        &self,
        name: &str,
        query: &str,
        frames: &[Frame],
        scale: u32,
    ) -> Result<Vec<Picture>> {
        let all: Vec<_> =
            THEMES.iter().flat_map(|theme| frames.iter().map(move |it| (*theme, *it))).collect();
        let side_by_side: Vec<_> = all
            .iter()
            .map(|(theme, frame)| (*frame, format!("still=1&theme={theme}&{query}")))
            .collect();
        let sheet = self.take(&side_by_side, scale)?;
        let mut left = 0;
        let mut taken = vec![];
        for (theme, Frame { width, height, language }) in all {
            let file = match scale {
                1 => format!("{name}-{theme}-{width}.png"),
                _ => format!("{name}-{theme}-{width}-{language}@{scale}x.png"),
            };
            let picture = Picture { theme, file: self.folder.join(file) };
            let crop = format!("{}x{}+{}+0", width * scale, height * scale, left * scale);
            image("convert", &[&path(&sheet), "-crop", &crop, "+repage", &path(&picture.file)])?;
            taken.push(picture);
            left += width;
        }
        Ok(taken)
    }

    /// Takes one picture of several screens side by side, each in a frame of its size: no window of Chromium's can
    /// be as narrow as ours.
    fn take(&self, frames: &[(Frame, String)], scale: u32) -> Result<PathBuf> {
        let mut page = String::from(
            "<!doctype html><style>body{margin:0;display:flex}iframe{border:0;flex:none}</style>",
        );
        for (Frame { width, height, language }, query) in frames {
            page += &format!(
                "<iframe width={width} height={height} src='index.html?{}&amp;lang={language}'></iframe>",
                query.replace('&', "&amp;")
            );
        }
        // From where the screens come from, too: only then does Chromium wait for all of them.
        let (html, picture) = (self.pages.join("frames.html"), self.folder.join("frames.png"));
        fs::write(&html, page)?;
        let width: u32 = frames.iter().map(|(frame, _)| frame.width).sum();
        let height = frames.iter().map(|(frame, _)| frame.height).max().unwrap_or_default();
        let output = self
            // So long in the page's own time: what comes slowly has come by then, and nothing has faded.
            .chromium(3500)
            .arg(format!("--force-device-scale-factor={scale}"))
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("{}/frames.html", self.site))
            .output()
            .context("Chromium cannot be run")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() && picture.exists(), "no picture was taken:\n{said}");
        Ok(picture)
    }

    /// What axe finds wrong with a screen, in both themes.
    fn faults(&self, query: &str) -> Result<impl Iterator<Item = String> + use<>> {
        let output = self
            .chromium(6000)
            .arg("--dump-dom")
            .arg(format!("{}/index.html?still=1&{query}&examine", self.site))
            .output()
            .context("Chromium cannot be run")?;
        let page = String::from_utf8_lossy(&output.stdout);
        let found = page.split("data-faults=\"").nth(1).and_then(|rest| rest.split('"').next());
        let found = found.with_context(|| format!("{query}: axe has not come to an end"))?;
        let found = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
            .iter()
            .fold(found.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain));
        Ok(serde_json::from_str::<Vec<String>>(&found)?.into_iter())
    }

    fn chromium(&self, milliseconds: u32) -> Command {
        let mut command = Command::new(self.chromium);
        command
            .args(["--headless", "--disable-gpu", "--hide-scrollbars", "--lang=en"])
            // It draws only what we have built, and root may not have Chromium's sandbox.
            .arg("--no-sandbox")
            .arg(format!("--virtual-time-budget={milliseconds}"))
            .stdin(Stdio::null());
        command
    }

    /// All pictures of a theme on one sheet, a screen in each row.
    fn sheet(&self, theme: &str, taken: &[Picture]) -> Result<PathBuf> {
        let sheet = self.folder.join(format!("sheet-{theme}.png"));
        let tile = format!("{}x", PLAIN.len() + FINE.len());
        let mut montage: Vec<String> = vec!["-label".into(), "%t".into()];
        // Made small as they are read: all of them at their full size are more than ImageMagick may hold.
        let of_theme = taken.iter().filter(|picture| picture.theme == theme);
        montage.extend(of_theme.map(|picture| format!("{}[320x240]", path(&picture.file))));
        let look = ["-tile", &tile, "-geometry", "320x240+8+8", "-background", "#808080"];
        montage.extend(look.map(String::from));
        montage.push(path(&sheet));
        image("montage", &montage.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(sheet)
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
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
