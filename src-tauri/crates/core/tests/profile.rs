//! Properties of the names of users.

use proptest::prelude::*;
use zafu_core::profile::{DEFAULT_TARGET, InvalidName, MAX_NAME_CHARS, Profile, ProfileName};

#[test]
fn a_name_can_be_in_any_script() {
    for name in [
        "Ānanda",
        "慈悲",
        "محمد",
        "נעמי",
        "Ολγα",
        "Anaïs",
        "नागार्जुन",
        "👩‍🦰 Jo",
        "O’Neil-Smith",
        "می\u{200C}خواهم",
        "❤️\u{200D}🔥",
    ] {
        assert_eq!(ProfileName::new(name).unwrap().as_str(), name);
    }
    let longest = "慈".repeat(MAX_NAME_CHARS);
    assert_eq!(ProfileName::new(&longest).unwrap().as_str(), longest);
}

#[test]
fn an_invalid_name_has_its_reason() {
    use InvalidName::*;
    let too_long = "a".repeat(MAX_NAME_CHARS + 1);
    for (text, reason) in [
        ("", Empty),
        (" \u{3000}\t", Empty),
        (too_long.as_str(), TooLong),
        ("a\0b", ControlCharacter),
        ("two\nlines", ControlCharacter),
        ("x\u{85}y", ControlCharacter),
    ] {
        assert_eq!(ProfileName::new(text), Err(reason), "{text:?}");
    }
    let bidirectional = ['\u{61C}', '\u{200E}', '\u{200F}'];
    for symbol in
        bidirectional.into_iter().chain('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}')
    {
        assert_eq!(ProfileName::new(&format!("a{symbol}b")), Err(ControlCharacter), "{symbol:?}");
    }
}

#[test]
fn a_name_can_be_seen() {
    let hidden = "\u{AD}\u{115F}\u{1160}\u{200B}\u{2028}\u{2029}\u{2060}\u{2064}\u{3164}\u{FEFF}\u{FFA0}\u{E0041}";
    for symbol in hidden.chars() {
        for name in [format!("a{symbol}b"), symbol.to_string()] {
            // A separator at the end is removed as spaces are.
            assert!(ProfileName::new(&name).is_err(), "{name:?}");
        }
    }
    for joiner in ['\u{200C}', '\u{200D}'] {
        for name in [
            format!("{joiner}"),
            format!("{joiner}a"),
            format!("a{joiner}"),
            format!("a{joiner} b"),
        ] {
            assert_eq!(ProfileName::new(&name), Err(InvalidName::ControlCharacter), "{name:?}");
        }
        assert!(ProfileName::new(&format!("a{joiner}{joiner}b")).is_err());
    }
    for name in ["\u{FE0F}", "\u{2800}\u{2800}", "\u{E0100}"] {
        assert_eq!(ProfileName::new(name), Err(InvalidName::Empty), "{name:?}");
    }
}

#[test]
fn a_new_profile_is_empty() {
    assert_eq!(Profile::default(), Profile { name: None, image: None });
    assert_eq!(DEFAULT_TARGET.get(), 5);
}

proptest! {
    #[test]
    fn a_name_is_trimmed_and_read_back(text in any::<String>()) {
        if let Ok(name) = ProfileName::new(&text) {
            prop_assert_eq!(name.as_str(), text.trim());
            prop_assert!((1..=MAX_NAME_CHARS).contains(&name.as_str().chars().count()));
            let json = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<ProfileName>(&json).unwrap(), name);
        }
    }

    #[test]
    fn an_invalid_name_is_not_deserialized(text in "[ \n\t]{0,5}|[a-z]{41,60}") {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert!(serde_json::from_str::<ProfileName>(&json).is_err());
    }
}
