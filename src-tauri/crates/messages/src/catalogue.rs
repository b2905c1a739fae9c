//! The messages of one language.

use crate::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;
use zafu_core::message::{Argument, Message};

macro_rules! sources {
    ($($file:literal),* $(,)?) => {
        /// The source of every file of the catalogue, per language: its name, and its text.
        pub const SOURCES: [(Language, &[(&str, &str)]); 2] = [
            (Language::English, &[$(($file, include_str!(concat!("../../../../messages/en/", $file)))),*]),
            (Language::German, &[$(($file, include_str!(concat!("../../../../messages/de/", $file)))),*]),
        ];
    };
}

// What is shown outside the window. The window's own texts are compiled into the window.
sources![
    "bells.ftl",
    "cli.ftl",
    "doctor.ftl",
    "edit.ftl",
    "engine.ftl",
    "error.ftl",
    "export.ftl",
    "help.ftl",
    "import.ftl",
    "notification.ftl",
    "partner.ftl",
    "server.ftl",
    "startup.ftl",
    "storage.ftl",
    "sync.ftl",
    "timer.ftl",
    "tray.ftl",
];

/// The messages of one language.
pub struct Catalogue {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// Reads the messages of `language`.
    ///
    /// # Panics
    /// If a file of the catalogue is not valid Fluent, which the tests of this crate exclude.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().expect("a tag of ours is valid");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // No isolation marks around arguments: every language here is written left to right, and a terminal would show
        // them. A language written right to left needs them.
        bundle.set_use_isolating(false);
        for (_, files) in SOURCES.iter().filter(|(of, _)| *of == language) {
            for (name, source) in *files {
                let resource = FluentResource::try_new((*source).to_owned());
                let resource = resource.unwrap_or_else(|_| panic!("{name} is not valid Fluent"));
                bundle.add_resource(resource).unwrap_or_else(|_| panic!("{name} repeats an id"));
            }
        }
        Self { language, bundle }
    }

    /// Returns the language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Renders a message. One that the catalogue does not have, as of a newer Zafu, is shown as its id and arguments.
    #[must_use]
    pub fn text(&self, message: &Message) -> String {
        let Some(pattern) = self.bundle.get_message(&message.id).and_then(|it| it.value()) else {
            return message.to_string();
        };
        let mut args = FluentArgs::new();
        for (name, value) in &message.args {
            args.set(
                name.as_ref(),
                match value {
                    Argument::Number(number) => FluentValue::from(*number),
                    Argument::Text(text) => FluentValue::from(text.as_str()),
                    Argument::Message(message) => FluentValue::from(self.text(message)),
                },
            );
        }
        // A gap in a text is better than none: the tests exclude what could be reported here.
        self.bundle.format_pattern(pattern, Some(&args), &mut vec![]).into_owned()
    }
}
