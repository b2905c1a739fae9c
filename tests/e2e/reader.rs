//! Fake screen reader: reads the tree that programs publish on the accessibility bus (AT-SPI).

use crate::bus::{self, Object};
use crate::desktop::Desktop;
use crate::zafu::{eventually, missing};
use std::path::Path;
use zbus::{Connection, OwnedObjectPath};

/// Paths of the program that starts the accessibility bus, by distribution.
const LAUNCHERS: [&str; 3] = [
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
];

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";

/// A connection to the accessibility bus.
pub struct Reader(Connection);

/// An element of the accessibility tree.
#[derive(Debug)]
struct Node {
    at: Reference,
    role: u32,
    /// Accessible name.
    name: String,
    /// Text content.
    text: String,
}

/// Role numbers of AT-SPI.
const PUSH_BUTTON: u32 = 43;
const STATUS_BAR: u32 = 54;

/// Address of an element: the bus name of its program, and its path.
type Reference = (String, OwnedObjectPath);

impl Reader {
    /// Starts the accessibility bus. Returns `None` if it is not installed.
    pub fn on(desktop: &mut Desktop) -> Option<Self> {
        let launcher = LAUNCHERS.into_iter().find(|path| Path::new(path).is_file());
        let Some(launcher) = launcher else {
            missing("at-spi-bus-launcher is not installed");
            return None;
        };
        desktop.enable_accessibility();
        desktop.run(launcher, &["--launch-immediately"]);
        let session = bus::join(&desktop.address("session"));
        let address: String = eventually("there is an accessibility bus", || {
            let launcher = Object {
                program: "org.a11y.Bus",
                path: "/org/a11y/bus",
                interface: "org.a11y.Bus",
            };
            launcher.call(&session, "GetAddress", &()).ok()
        });
        Some(Self(bus::join(&address)))
    }

    /// Waits until a live region contains `text`.
    pub fn wait_for_announcement(&self, text: &str) {
        eventually(&format!("\"{text}\" is announced"), || {
            self.read().into_iter().find(|node| node.role == STATUS_BAR && node.text.contains(text))
        });
    }

    /// Waits until an element has this text or name.
    pub fn wait_for_text(&self, text: &str) {
        eventually(&format!("\"{text}\" is there"), || {
            self.read().into_iter().find(|node| node.text == text || node.name == text)
        });
    }

    /// Waits for the button with this name, and presses it.
    pub fn press(&self, name: &str) {
        eventually(&format!("the button \"{name}\" can be pressed"), || {
            let is_it = |node: &Node| node.role == PUSH_BUTTON && node.name == name;
            let (program, path) = self.read().into_iter().find(is_it)?.at;
            let interface = "org.a11y.atspi.Action";
            let button = Object { program: &program, path: path.as_str(), interface };
            button.call::<bool>(&self.0, "DoAction", &(0i32,)).ok().filter(|done| *done)
        });
    }

    /// Returns all elements, parents before their children.
    fn read(&self) -> Vec<Node> {
        let registry = "org.a11y.atspi.Registry".to_owned();
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").unwrap();
        let mut nodes = Vec::new();
        let mut open = vec![(registry, root)];
        while let Some((program, path)) = open.pop() {
            let thing = Object { program: &program, path: path.as_str(), interface: ACCESSIBLE };
            // An element that was just removed responds with an error.
            let count = thing.property(&self.0, "ChildCount").ok();
            let count: i32 = count.and_then(|count| count.try_into().ok()).unwrap_or_default();
            // An element that was just removed responds with an error.
            let children = (0..count)
                .rev()
                .filter_map(|at| thing.call::<Reference>(&self.0, "GetChildAtIndex", &(at,)).ok());
            open.extend(children);
            let role = thing.call(&self.0, "GetRole", &()).unwrap_or_default();
            let name = thing.property(&self.0, "Name").ok();
            let name: String = name.and_then(|name| name.try_into().ok()).unwrap_or_default();
            let text = Object { interface: "org.a11y.atspi.Text", ..thing };
            let text = text.call(&self.0, "GetText", &(0i32, -1i32)).unwrap_or_default();
            nodes.push(Node { at: (program, path), role, name, text });
        }
        nodes
    }
}
