//! The languages that Zafu has, and the one that the user has chosen or the system asks for.

use zafu_core::settings::LanguageChoice;

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, the reference: used where no other language fits.
    English,
    /// German.
    German,
}

impl Language {
    /// Every language of the catalogue.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its BCP 47 tag, and the folder of its messages.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Returns the language with this tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Returns the language that the settings ask for.
    #[must_use]
    pub fn chosen(choice: LanguageChoice) -> Self {
        match choice {
            LanguageChoice::System => Self::system(),
            LanguageChoice::En => Self::English,
            LanguageChoice::De => Self::German,
        }
    }

    /// Returns the system's language: on Unix from `LANGUAGE`, `LC_ALL`, `LC_MESSAGES` and `LANG`, elsewhere from the
    /// system's list of preferred languages.
    #[must_use]
    pub fn system() -> Self {
        Self::negotiate(sys_locale::get_locales())
    }

    /// Returns the first of the user's locales that the catalogue has, or English.
    fn negotiate(locales: impl IntoIterator<Item = String>) -> Self {
        for locale in locales {
            let language = locale.split(['-', '_', '.']).next().unwrap_or_default();
            // The POSIX locale asks for no language: what follows it in the list must not be taken instead.
            if language.eq_ignore_ascii_case("c") || language.eq_ignore_ascii_case("posix") {
                return Self::English;
            }
            if let Some(language) = Self::from_tag(&language.to_ascii_lowercase()) {
                return language;
            }
        }
        Self::English
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_the_catalogue_has_is_used() {
        for (locales, language) in [
            (&["de-DE"][..], Language::German),
            (&["de"], Language::German),
            (&["en-GB", "de-DE"], Language::English),
            (&["fr-FR", "de-CH", "en-US"], Language::German),
            (&["fr-FR"], Language::English),
            (&["C", "de-DE"], Language::English),
            (&["POSIX", "de-DE"], Language::English),
            (&["C.UTF-8", "de_DE.UTF-8"], Language::English),
            (&[], Language::English),
        ] {
            let found = Language::negotiate(locales.iter().map(|&locale| locale.to_owned()));
            assert_eq!(found, language, "{locales:?}");
        }
    }
}
