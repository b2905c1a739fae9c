//! A text for the user before it has a language: the id of a message of the catalogue, and its arguments.
//!
//! Errors and notices are passed on in this form. Only what shows them to the user renders them: see the crate
//! `zafu-messages`, and `ui/src/lib/messages.svelte.ts` in the window.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// A message of the catalogue with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Message {
    /// Its id in the catalogue, the files of the folder `messages`.
    pub id: Cow<'static, str>,
    /// Its arguments by name.
    pub args: BTreeMap<Cow<'static, str>, Argument>,
}

/// An argument of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Argument {
    /// A count, which selects the plural. The window formats it in the user's locale; elsewhere it is plain digits.
    Number(#[cfg_attr(feature = "ts", ts(type = "number"))] i64),
    /// A name, a path, a time: shown as it is.
    Text(String),
    /// A message that is part of this one, such as the cause of an error.
    Message(Message),
}

/// Makes a [`Message`](crate::message::Message): `message!("store-disk-full", folder = path.display())`.
///
/// A test of the catalogue reads the sources: the id has to be a literal of a message that exists in every language,
/// with exactly these arguments.
#[macro_export]
macro_rules! message {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::message::Message {
            id: ::std::borrow::Cow::Borrowed($id),
            args: [$((::std::borrow::Cow::Borrowed(stringify!($name)), $crate::message::Argument::from($value))),*]
                .into_iter()
                .collect(),
        }
    };
}

/// Implements `Display` and `Error` for errors with a method `message`. `Display` is for logs: it writes the id and the
/// arguments of the message.
#[macro_export]
macro_rules! message_error {
    ($($Error:ty),+ $(,)?) => {$(
        impl ::std::fmt::Display for $Error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.message(), f)
            }
        }

        impl ::std::error::Error for $Error {}
    )+};
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Message> for Argument {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// The longest time that a message names is far below the limit.
impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(number.try_into().unwrap_or(i64::MAX))
    }
}

impl From<uuid::Uuid> for Argument {
    fn from(id: uuid::Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<std::path::Display<'_>> for Argument {
    fn from(path: std::path::Display<'_>) -> Self {
        Self::Text(path.to_string())
    }
}

/// The id and the arguments, for logs: the same in every language.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        for (name, value) in &self.args {
            match value {
                Argument::Number(number) => write!(f, " {name}={number}")?,
                Argument::Text(text) => write!(f, " {name}={text:?}")?,
                Argument::Message(message) => write!(f, " {name}=({message})")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_serialized_as_an_id_and_plain_arguments() {
        let cause = message!("error-file-missing");
        let message = message!("error-bell-file", file = "/a.wav", count = 2_u32, fault = cause);
        let json = serde_json::json!({
            "id": "error-bell-file",
            "args": {
                "count": 2, "file": "/a.wav", "fault": { "id": "error-file-missing", "args": {} }
            }
        });
        assert_eq!(serde_json::to_value(&message).unwrap(), json);
        assert_eq!(serde_json::from_value::<Message>(json).unwrap(), message);
        let text = "error-bell-file count=2 fault=(error-file-missing) file=\"/a.wav\"";
        assert_eq!(message.to_string(), text);
    }
}
