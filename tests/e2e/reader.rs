//! A screen reader's view of the desktop: the tree that programs show on the accessibility bus.

use crate::bus::{self, Object};
use crate::desktop::Desktop;
use crate::zafu::{eventually, missing};
use std::path::Path;
use zbus::{Connection, OwnedObjectPath};

/// Where distributions put the program that starts the accessibility bus.
const LAUNCHERS: [&str; 3] = [
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
];

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";

/// Somebody who reads the screen.
pub struct Reader(Connection);

/// What a screen reader says of one thing.
#[derive(Debug)]
struct Node {
    at: Reference,
    role: u32,
    /// What it is called.
    name: String,
    /// What is written there.
    text: String,
}

/// The numbers of roles in the protocol.
const PUSH_BUTTON: u32 = 43;
const STATUS_BAR: u32 = 54;

/// A thing on the bus: whose, and its path.
type Reference = (String, OwnedObjectPath);

impl Reader {
    /// Turns the accessibility bus on; none if the machine has none.
    pub fn on(desktop: &mut Desktop) -> Option<Self> {
        let launcher = LAUNCHERS.into_iter().find(|path| Path::new(path).is_file());
        let Some(launcher) = launcher else {
            missing("at-spi-bus-launcher is not installed");
            return None;
        };
        desktop.is_read();
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

    /// Waits until it is said aloud.
    pub fn hears(&self, text: &str) {
        eventually(&format!("\"{text}\" is said"), || {
            self.read().into_iter().find(|node| node.role == STATUS_BAR && node.text.contains(text))
        });
    }

    /// Waits until it is written somewhere.
    pub fn finds(&self, text: &str) {
        eventually(&format!("\"{text}\" is there"), || {
            self.read().into_iter().find(|node| node.text == text || node.name == text)
        });
    }

    /// Presses a button by its name.
    pub fn press(&self, name: &str) {
        eventually(&format!("the button \"{name}\" can be pressed"), || {
            let is_it = |node: &Node| node.role == PUSH_BUTTON && node.name == name;
            let (program, path) = self.read().into_iter().find(is_it)?.at;
            let interface = "org.a11y.atspi.Action";
            let button = Object { program: &program, path: path.as_str(), interface };
            button.call::<bool>(&self.0, "DoAction", &(0i32,)).ok().filter(|done| *done)
        });
    }

    /// Everything that is on the screen, from the outside in.
    fn read(&self) -> Vec<Node> {
        let registry = "org.a11y.atspi.Registry".to_owned();
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").unwrap();
        let mut nodes = Vec::new();
        let mut open = vec![(registry, root)];
        while let Some((program, path)) = open.pop() {
            let thing = Object { program: &program, path: path.as_str(), interface: ACCESSIBLE };
            // What has just gone from the screen has nothing more to say.
            let count = thing.property(&self.0, "ChildCount").ok();
            let count: i32 = count.and_then(|count| count.try_into().ok()).unwrap_or_default();
            // What has just gone from the screen has nothing more to say.
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
