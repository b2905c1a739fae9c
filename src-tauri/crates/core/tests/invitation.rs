//! Properties of invitations.

use proptest::prelude::*;
use zafu_core::invitation::{Invitation, InvitationCode, InvitationError};

const SYMBOLS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn codes() -> impl Strategy<Value = InvitationCode> {
    any::<[u8; 16]>().prop_map(InvitationCode::new)
}

prop_compose! {
    fn invitations()(
        code in codes(),
        host in "[a-z0-9]{1,20}(\\.[a-z]{2,6}){1,2}(:[1-9][0-9]{0,3})?",
        publishable_key in "(sb_publishable_[A-Za-z0-9_-]{10,31}|[A-Za-z0-9+/=%&?#]{1,40})",
    ) -> Invitation {
        Invitation { project_url: format!("https://{host}"), publishable_key, code }
    }
}

fn example() -> Invitation {
    Invitation {
        project_url: "https://abc.supabase.co".into(),
        publishable_key: "sb_publishable_x".into(),
        code: InvitationCode::new([0x5A; 16]),
    }
}

/// Breaks a text after every `width` characters.
fn wrap(text: &str, width: usize, line_break: &str) -> String {
    let symbols: Vec<_> = text.chars().collect();
    symbols.chunks(width).map(String::from_iter).collect::<Vec<_>>().join(line_break)
}

#[test]
fn a_link_looks_the_same_in_every_version() {
    let link = "zafu://join/2TB9D5MPJTB9D5MPJTB9D5MPJTM?url=https%3A%2F%2Fabc.supabase.co&key=sb_publishable_x&sum=V212ZR";
    assert_eq!(example().to_link(), link);
    let hash = "4495da28805a139db3ace03596c74d588a83ddb2cf0ae2a19eff603eb6fe64fb";
    assert_eq!(example().code.hash(), hash);
}

#[test]
fn a_code_is_not_in_debug_output() {
    let invitation = example();
    assert!(!format!("{invitation:?}").contains(invitation.code.as_str()));
}

#[test]
fn letters_that_look_like_digits_are_read_as_digits() {
    let code = InvitationCode::new([0; 16]);
    assert_eq!(code.as_str(), "0".repeat(27));
    assert_eq!(InvitationCode::parse(&"o".repeat(27)).unwrap(), code);
    let ones =
        (0..=u8::MAX).map(|it| InvitationCode::new([it; 16])).find(|it| it.as_str().contains('1'));
    let ones = ones.unwrap();
    for letter in ["I", "l"] {
        assert_eq!(InvitationCode::parse(&ones.as_str().replace('1', letter)).unwrap(), ones);
    }
}

#[test]
fn an_error_names_what_is_wrong() {
    use InvitationError::*;
    let link = example().to_link();
    let wrong_key = link.replace("publishable_x", "publishable_y");
    let cases = [
        ("", NoLink),
        ("Let us sit together.", NoLink),
        ("https://join/ABC", NoLink),
        ("zafu://join/", CutOff),
        ("zafu://join/ABC and then we sit every morning together", CutOff),
        (&link[..link.len() - 1], CutOff),
        (&link[..link.find("&key").unwrap()], CutOff),
        ("zafu://join/U?url=", Mistyped),
        (&wrong_key, Mistyped),
        (&wrap(&wrong_key, 40, "\n"), Mistyped),
        (&link.replace("&key", "&keys"), Mistyped),
        (&link.replace("%3A", "%+A"), Mistyped),
    ];
    for (text, error) in cases {
        assert_eq!(Invitation::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_complete_link_is_found_after_one_that_is_cut_off() {
    let link = example().to_link();
    let text = format!("{}\nSorry, the whole one: {link}.", &link[..50]);
    assert_eq!(Invitation::parse(&text), Ok(example()));
}

proptest! {
    #[test]
    fn the_text_of_a_code_is_read_back(code in codes()) {
        prop_assert_eq!(code.as_str().len(), 27);
        prop_assert!(code.as_str().chars().all(|symbol| SYMBOLS.contains(symbol)));
        prop_assert_eq!(&InvitationCode::parse(code.as_str()).unwrap(), &code);
        prop_assert_eq!(&InvitationCode::parse(&code.as_str().to_lowercase()).unwrap(), &code);
        prop_assert_eq!(code.hash().len(), 64);
    }

    #[test]
    fn codes_of_different_bits_differ(a in any::<[u8; 16]>(), b in any::<[u8; 16]>()) {
        let is_same = InvitationCode::new(a) == InvitationCode::new(b);
        prop_assert_eq!(is_same, a == b);
    }

    #[test]
    fn every_wrong_symbol_of_a_code_is_detected(
        code in codes(), place in 0_usize..27, symbol in prop::sample::select(SYMBOLS.chars().collect::<Vec<_>>()),
    ) {
        let mut symbols: Vec<_> = code.as_str().chars().collect();
        prop_assume!(symbols[place] != symbol);
        symbols[place] = symbol;
        let text = String::from_iter(symbols);
        prop_assert_eq!(InvitationCode::parse(&text), Err(InvitationError::Mistyped));
    }

    #[test]
    fn swapped_neighbours_in_a_code_are_detected(code in codes(), place in 0_usize..26) {
        let mut symbols: Vec<_> = code.as_str().chars().collect();
        prop_assume!(symbols[place] != symbols[place + 1]);
        symbols.swap(place, place + 1);
        let text = String::from_iter(symbols);
        prop_assert_eq!(InvitationCode::parse(&text), Err(InvitationError::Mistyped));
    }

    #[test]
    fn a_code_of_another_length_is_rejected(code in codes(), length in 0_usize..27, more in "[0-9A-Z]{1,9}") {
        let short = &code.as_str()[..length];
        prop_assert_eq!(InvitationCode::parse(short), Err(InvitationError::CutOff));
        let long = format!("{}{more}", code.as_str());
        prop_assert!(InvitationCode::parse(&long).is_err());
    }

    #[test]
    fn a_link_is_found_in_any_text_around_it(
        invitation in invitations(),
        before in "[^z]{0,40}",
        after in prop::sample::select(vec!["", ".", ">", ")", "\"", " and more", "\nBye", "\u{200B}", "ABC", "&x=1", "…"]),
    ) {
        let text = format!("{before}{}{after}", invitation.to_link());
        prop_assert_eq!(Invitation::parse(&text), Ok(invitation));
    }

    #[test]
    fn a_link_is_found_in_lines_that_a_mail_program_broke(
        invitation in invitations(),
        width in 12_usize..80,
        line_break in prop::sample::select(vec!["\n", "\r\n", "\r\n> ", "\n>> ", " ", "\n   ", "\u{200B}"]),
    ) {
        let text = format!("Join me: {}\nBye", wrap(&invitation.to_link(), width, line_break));
        prop_assert_eq!(Invitation::parse(&text), Ok(invitation));
    }

    #[test]
    fn html_and_capitals_do_not_matter(invitation in invitations()) {
        let link = invitation.to_link();
        let html = format!("<a href=\"{}\">", link.replace('&', "&amp;").replace("zafu://join", "ZAFU://Join"));
        prop_assert_eq!(Invitation::parse(&html), Ok(invitation));
    }

    #[test]
    fn a_changed_or_shortened_link_is_never_another_invitation(
        invitation in invitations(), place in any::<prop::sample::Index>(), symbol in any::<char>(),
    ) {
        let link = invitation.to_link();
        let mut symbols: Vec<_> = link.chars().collect();
        let place = place.index(symbols.len());
        prop_assert_ne!(Invitation::parse(&String::from_iter(&symbols[..place])), Ok(invitation.clone()));
        symbols[place] = symbol;
        if let Ok(found) = Invitation::parse(&String::from_iter(symbols)) {
            prop_assert_eq!(found, invitation);
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in any::<String>(), after in any::<String>()) {
        let _ = Invitation::parse(&format!("{text}zafu://join/{after}"));
        let _ = InvitationCode::parse(&text);
    }
}
