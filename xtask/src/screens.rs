//! `cargo xtask screens`: pictures of every screen, light and dark, in the sizes and languages that matter, and sheets
//! of them all. Each screen is examined by axe as well, its contrasts included.
//!
//! The screens are those of the demo build (`ui/src/lib/api/scenes.ts`), served on loopback and drawn by headless
//! Chromium, which is asked when a screen has settled (`ui/src/lib/api/connect.demo.ts`). The picture in the README is
//! made along with them, so that it never shows what Zafu no longer is.

mod browser;

use crate::packages::Purpose;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::{self, npm, ui};
use anyhow::{Context, Result, ensure};
use browser::Browser;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each screen by its name: what the address asks the demo for.
const SCENES: [(&str, &str); 66] = [
    ("setup", ""),
    ("setup-open", "press=length-open"),
    ("setup-until", "press=length-until"),
    ("setup-mute", "mute"),
    ("setup-troubles", "trouble=2"),
    ("setup-bell", "bell=device-refused"),
    ("setup-bell-file", "bell=file"),
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
    ("sit-bell", "state=sit&bell=no-device"),
    ("overtime", "state=overtime"),
    ("overtime-troubles", "state=overtime&trouble=2"),
    ("overtime-troubles-read", "state=overtime&trouble=2&press=notices-open"),
    ("end", "state=sit&press=end"),
    ("discard", "state=sit&press=end,end-discard"),
    ("quit", "state=sit&asked=quit"),
    ("finished", "state=finished"),
    ("finished-early", "state=early"),
    ("finished-note", "state=finished&records=long&asked=note"),
    ("finished-not-saved", "state=finished&unsaved"),
    ("unsettled", "state=unsettled"),
    ("unsettled-overtime", "state=unsettled-overtime"),
    ("log", "press=open-log"),
    ("log-edit", "press=open-log,sit-edit"),
    ("log-deleted", "press=open-log,sit-delete"),
    ("log-long", "records=long&press=open-log"),
    ("log-empty", "records=none&press=open-log"),
    ("log-elsewhere", "records=elsewhere&sync=waiting&press=open-log"),
    ("settings", "fade=4&press=open-settings"),
    ("setup-synced", "sync=synced"),
    ("setup-waiting", "sync=waiting"),
    ("setup-needs-you", "sync=adopt"),
    ("account-new", "project=none&press=open-settings,open-account"),
    ("account-enter", "press=open-settings,open-account"),
    ("account-code", "press=open-settings,open-account,how-code"),
    ("account-synced", "sync=synced&press=sync-mark"),
    ("account-backlog", "sync=backlog&press=sync-mark"),
    ("account-waiting", "sync=waiting&press=sync-mark"),
    ("account-for-now", "sync=for-now&press=sync-mark"),
    ("account-out", "sync=signed-out&press=sync-mark"),
    ("account-sign-in", "sync=sign-in&press=sync-mark"),
    ("account-erased", "sync=erased&press=sync-mark"),
    ("account-adopt", "sync=adopt&press=sync-mark"),
    ("account-adopt-from", "sync=adopt-from&owners=more&press=sync-mark"),
    ("account-owners", "sync=synced&owners=more&press=sync-mark"),
    ("account-no-profile", "sync=no-profile&press=sync-mark"),
    ("log-owners", "sync=synced&owners=more&records=shared&press=open-log"),
    ("account-server", "sync=server-wrong&press=sync-mark"),
    ("account-refused", "sync=refused&press=sync-mark"),
    ("account-said", "sync=refused&press=sync-mark,refused-export"),
    ("account-erase", "sync=synced&press=sync-mark,erase"),
];

/// The light or the dark one.
const THEMES: [&str; 2] = ["light", "dark"];

/// One picture of a screen, so many pixels of ours to a side and of the display's to one of ours.
#[derive(Clone, Copy)]
struct Frame {
    width: u32,
    height: u32,
    scale: u32,
    language: &'static str,
}

const fn frame(width: u32, height: u32, scale: u32, language: &'static str) -> Frame {
    Frame { width, height, scale, language }
}

/// Narrow, as it opens, and wide; then on a display of twice as many pixels; and in German, whose words are longer.
const FRAMES: [Frame; 6] = [
    frame(400, 900, 1, "en"),
    frame(480, 680, 1, "en"),
    frame(900, 900, 1, "en"),
    frame(1400, 900, 1, "en"),
    frame(480, 680, 2, "en"),
    frame(400, 900, 2, "de"),
];

/// The picture in the README: half of a sit, in both themes.
const README: &str = "state=sit&progress=0.62";
const README_FRAME: Frame = frame(440, 560, 1, "en");

/// Takes all pictures into `target/screens/`, and writes `docs/sit.png`.
///
/// # Errors
/// If a tool is missing, the screens do not build, a picture could not be taken, or axe finds a fault.
pub fn run() -> Result<()> {
    let mut steps = Steps::quiet()?;
    setup::ready(Purpose::Screens, &mut steps)?;
    let done = steps.command("screens: demo", npm(&ui(), &["run", "build:demo"]));
    ensure!(done, "the demo was not built: see above");
    let folder = workspace::target()?.join("screens");
    if folder.exists() {
        // Nothing there is of a screen that is no more.
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let site = serve(ui().join("dist-demo"))?;
    let mut camera = Camera { browser: Browser::start()?, site, folder };
    readme(&mut camera)?;
    let (mut taken, mut faults) = (vec![], vec![]);
    for (name, query) in SCENES {
        let pictures = camera.pictures(name, query).with_context(|| name.to_owned())?;
        taken.extend(pictures);
        let found = camera.faults(query).with_context(|| name.to_owned())?;
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        println!("{name}");
    }
    for theme in THEMES {
        println!("{}", camera.sheet(theme, &taken)?.display());
    }
    ensure!(faults.is_empty(), "axe has found:\n{}", faults.join("\n"));
    Ok(())
}

/// The picture in the README, in few colours: it is committed.
fn readme(camera: &mut Camera) -> Result<()> {
    let mut halves = vec![];
    for theme in THEMES {
        let half = camera.folder.join(format!("readme-{theme}.png"));
        camera.open(README, theme, README_FRAME.language)?;
        camera.take(README_FRAME, &half)?;
        halves.push(half);
    }
    let docs = workspace::root().join("docs");
    fs::create_dir_all(&docs)?;
    let picture = docs.join("sit.png");
    let halves: Vec<_> = halves.iter().map(|half| path(half)).collect();
    let few = ["+append", "-strip", "-colors", "256"].map(String::from);
    let arguments = [halves.as_slice(), &few, &[format!("PNG8:{}", path(&picture))]].concat();
    image("convert", &arguments)?;
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
    browser: Browser,
    site: String,
    /// Where pictures go.
    folder: PathBuf,
}

impl Camera {
    /// Takes a picture of one screen in each theme and frame, and says where they are.
    fn pictures(&mut self, name: &str, query: &str) -> Result<Vec<Picture>> {
        let mut taken = vec![];
        for theme in THEMES {
            let mut language = None;
            for frame in FRAMES {
                // Another size is another look at the same page.
                if language.replace(frame.language) != Some(frame.language) {
                    self.open(query, theme, frame.language)?;
                }
                let file = match frame {
                    Frame { width, scale: 1, .. } => format!("{name}-{theme}-{width}.png"),
                    Frame { width, scale, language, .. } => {
                        format!("{name}-{theme}-{width}-{language}@{scale}x.png")
                    }
                };
                let picture = Picture { theme, file: self.folder.join(file) };
                self.take(frame, &picture.file)?;
                taken.push(picture);
            }
        }
        Ok(taken)
    }

    /// Shows a screen, in which time stands still and no control fades unless it is asked to.
    fn open(&mut self, query: &str, theme: &str, language: &str) -> Result<()> {
        let Self { browser, site, .. } = self;
        let fade = if query.contains("fade=") { "" } else { "fade=0&" };
        let query = format!("still=1&{fade}theme={theme}&lang={language}&{query}");
        browser.open(&format!("{site}/index.html?{query}"))
    }

    /// Takes a picture of the screen that is shown, once nothing moves there.
    fn take(&mut self, frame: Frame, file: &Path) -> Result<()> {
        self.browser.resize(frame.width, frame.height, frame.scale)?;
        self.browser.evaluate("zafuDemo.settled()")?;
        fs::write(file, self.browser.picture()?)?;
        Ok(())
    }

    /// What axe finds wrong with a screen, in both themes.
    fn faults(&mut self, query: &str) -> Result<Vec<String>> {
        self.open(query, THEMES[0], FRAMES[0].language)?;
        let found = self.browser.evaluate("zafuDemo.settled().then(zafuDemo.examine)")?;
        Ok(serde_json::from_value(found)?)
    }

    /// All pictures of a theme on one sheet, a screen in each row.
    fn sheet(&self, theme: &str, taken: &[Picture]) -> Result<PathBuf> {
        let sheet = self.folder.join(format!("sheet-{theme}.png"));
        let tile = format!("{}x", FRAMES.len());
        let mut montage: Vec<String> = vec!["-label".into(), "%t".into()];
        // Made small as they are read: all of them at their full size are more than ImageMagick may hold.
        let of_theme = taken.iter().filter(|picture| picture.theme == theme);
        montage.extend(of_theme.map(|picture| format!("{}[320x240]", path(&picture.file))));
        let look = ["-tile", &tile, "-geometry", "320x240+8+8", "-background", "#808080"];
        montage.extend(look.map(String::from));
        montage.push(path(&sheet));
        image("montage", &montage)?;
        Ok(sheet)
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Runs a part of ImageMagick.
fn image(program: &str, arguments: &[String]) -> Result<()> {
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
