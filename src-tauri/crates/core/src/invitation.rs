//! Invitations to a partnership: the secret code, and the link that carries it with the project's address.
//!
//! The inviting device makes the code and shows it once; the server gets its hash. The link ends with a sum of a fixed
//! length, so that its end is found in pasted text, and a link that was cut off or mistyped is told apart from one that is
//! no longer open.

use crate::message;
use crate::message::Message;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Symbols of a code: 26 for 130 bits, and one check symbol.
const CODE_SYMBOLS: usize = 27;
/// Symbols of the sum at the end of a link: 30 bits.
const SUM_SYMBOLS: usize = 6;
/// The beginning of every link.
pub const LINK_START: &str = "zafu://join/";
/// The digits of base 32 by Douglas Crockford, <https://www.crockford.com/base32.html>.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The secret of an invitation: 128 random bits. As text, 27 symbols of Crockford's base 32, the last of which is the
/// check symbol: the number modulo 37, so that any wrong symbol and any two swapped neighbours are detected.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode(String);

impl InvitationCode {
    /// Makes the code of 128 bits from the system's cryptographic random number generator.
    ///
    /// The two spare bits of the 26 symbols are chosen so that the check symbol is a digit too: Crockford's other five
    /// (`*~$=U`) are markup in some mail and chat programs.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        let mut number = Number::default();
        let high = u128::from_be_bytes(random);
        // Each step of the spare bits changes the remainder by 33, so that at most three steps are needed.
        for spare in 0..4_u8 {
            number = Number::default();
            number.push(usize::from(spare << 3) | (high >> 125) as usize);
            for digit in (0..25).rev() {
                number.push((high >> (5 * digit)) as usize & 31);
            }
            if number.remainder < DIGITS.len() {
                break;
            }
        }
        Self(number.text + digit(number.remainder))
    }

    /// Parses the text of a code, in upper or lower case, with `O` for 0 and `I` or `L` for 1, as in Crockford's base 32.
    ///
    /// # Errors
    /// [`InvitationError::CutOff`] if it is too short, else [`InvitationError::Mistyped`].
    pub fn parse(text: &str) -> Result<Self, InvitationError> {
        let symbols: Vec<_> =
            text.chars().map(value).collect::<Option<_>>().ok_or(InvitationError::Mistyped)?;
        if symbols.len() < CODE_SYMBOLS {
            return Err(InvitationError::CutOff);
        }
        let (check, digits) = symbols.split_last().ok_or(InvitationError::CutOff)?;
        let mut number = Number::default();
        digits.iter().for_each(|digit| number.push(*digit));
        if symbols.len() > CODE_SYMBOLS || number.remainder != *check {
            return Err(InvitationError::Mistyped);
        }
        Ok(Self(number.text + digit(*check)))
    }

    /// Returns the text that the server gets from a user who accepts: 27 symbols in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what the server gets from the user who invites: SHA-256 of the text, in lower-case hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        Sha256::digest(self.0.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The code is a secret, and logs are not.
impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(..)")
    }
}

/// A number in base 32, built from its highest digit.
#[derive(Default)]
struct Number {
    text: String,
    /// The number modulo 37.
    remainder: usize,
}

impl Number {
    fn push(&mut self, value: usize) {
        self.text += digit(value);
        self.remainder = (self.remainder * 32 + value) % 37;
    }
}

fn digit(value: usize) -> &'static str {
    const TEXT: &str = match str::from_utf8(DIGITS) {
        Ok(text) => text,
        Err(_) => "",
    };
    &TEXT[value..=value]
}

/// Returns the value of a symbol.
fn value(symbol: char) -> Option<usize> {
    let symbol = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    DIGITS.iter().position(|digit| char::from(*digit) == symbol)
}

/// An invitation as it is sent from one user to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The URL of the project in which the inviting user has an account.
    pub project_url: String,
    /// The publishable key of that project.
    pub publishable_key: String,
    /// The code.
    pub code: InvitationCode,
}

impl Invitation {
    /// Returns the link: `zafu://join/CODE?url=...&key=...&sum=...`, URL and key percent-encoded.
    #[must_use]
    pub fn to_link(&self) -> String {
        let Self { project_url, publishable_key, code } = self;
        let (url, key) = (encode(project_url), encode(publishable_key));
        let sum = self.sum();
        format!("{LINK_START}{}?url={url}&key={key}&sum={sum}", code.as_str())
    }

    /// Finds the link in a pasted text, which may go on before and after it, and in which a mail program may have broken or
    /// quoted the lines of the link.
    ///
    /// # Errors
    /// [`InvitationError`] about the first link in the text, if no link in it is complete.
    pub fn parse(text: &str) -> Result<Self, InvitationError> {
        let lower = text.to_ascii_lowercase();
        let mut first_error = None;
        for (at, start) in lower.match_indices(LINK_START) {
            let rest = &text[at + start.len()..];
            let rest = lower[at + start.len()..].find(LINK_START).map_or(rest, |end| &rest[..end]);
            let unbroken = without_breaks(rest);
            match parse_link(&unbroken) {
                Ok(invitation) => return Ok(invitation),
                Err(error) => {
                    // Without its last part the link is cut off, and what follows it is another text.
                    let is_cut_off = || {
                        let word = rest.split_whitespace().next().unwrap_or_default();
                        parse_link(word) == Err(InvitationError::CutOff)
                    };
                    let error = match error {
                        InvitationError::Mistyped
                            if !unbroken.contains("&sum=") && is_cut_off() =>
                        {
                            InvitationError::CutOff
                        }
                        error => error,
                    };
                    first_error.get_or_insert(error);
                }
            }
        }
        Err(first_error.unwrap_or(InvitationError::NoLink))
    }

    /// Returns the sum of all parts: the first 30 bits of a SHA-256.
    fn sum(&self) -> String {
        let Self { project_url, publishable_key, code } = self;
        let parts = format!("{}\n{project_url}\n{publishable_key}", code.as_str());
        let hash = Sha256::digest(parts.as_bytes());
        let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) >> 2;
        (0..SUM_SYMBOLS).rev().map(|place| digit((bits >> (5 * place)) as usize & 31)).collect()
    }
}

/// Parses what follows [`LINK_START`].
fn parse_link(text: &str) -> Result<Invitation, InvitationError> {
    let code_end = text.find(|symbol: char| !symbol.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (code, rest) = text.split_at(code_end);
    let code = InvitationCode::parse(code)?;
    let (project_url, rest) = parameter(rest, "?url=")?;
    let (publishable_key, rest) = parameter(rest, "&key=")?;
    let sum = expect(rest, "&sum=")?;
    let sum: String = sum.chars().take(SUM_SYMBOLS).collect();
    let invitation = Invitation { project_url, publishable_key, code };
    if sum.chars().count() < SUM_SYMBOLS {
        Err(InvitationError::CutOff)
    } else if sum.chars().map(value).eq(invitation.sum().chars().map(value)) {
        Ok(invitation)
    } else {
        Err(InvitationError::Mistyped)
    }
}

/// Removes `prefix` from `text`.
fn expect<'a>(text: &'a str, prefix: &str) -> Result<&'a str, InvitationError> {
    match text.strip_prefix(prefix) {
        Some(rest) => Ok(rest),
        None if prefix.starts_with(text) => Err(InvitationError::CutOff),
        None => Err(InvitationError::Mistyped),
    }
}

/// Reads the value of a parameter that another one follows. Returns it, and the text from that one on.
fn parameter<'a>(text: &'a str, prefix: &str) -> Result<(String, &'a str), InvitationError> {
    let text = expect(text, prefix)?;
    let end = text.find('&').ok_or(InvitationError::CutOff)?;
    let value = decode(&text[..end]).ok_or(InvitationError::Mistyped)?;
    Ok((value, &text[end..]))
}

/// Removes spaces, also those of no width, and line breaks with the quotation marks of a reply (`> `), and turns `&amp;` of HTML into `&`.
fn without_breaks(text: &str) -> String {
    let is_quotation = |symbol: char| symbol == '>' || symbol.is_whitespace();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let lines = lines.map(|line| line.trim_start_matches(is_quotation));
    let text: String = std::iter::once(first).chain(lines).collect();
    let visible = |symbol: &char| {
        !(symbol.is_whitespace()
            || symbol.is_control()
            || matches!(symbol, '\u{200B}' | '\u{FEFF}'))
    };
    text.chars().filter(visible).collect::<String>().replace("&amp;", "&")
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Reverses [`encode`]. Returns `None` if the text is not valid.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            let digits = str::from_utf8(digits).ok().filter(|it| !it.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Why a text has no usable invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationError {
    /// It has no link of an invitation.
    NoLink,
    /// The link is incomplete.
    CutOff,
    /// A part of the link is not as it was made.
    Mistyped,
}

impl InvitationError {
    /// Returns the message for the user.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::NoLink => message!("partner-invitation-no-link"),
            Self::CutOff => message!("partner-invitation-cut-off"),
            Self::Mistyped => message!("partner-invitation-mistyped"),
        }
    }
}

crate::message_error!(InvitationError);
