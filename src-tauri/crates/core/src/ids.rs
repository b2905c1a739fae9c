//! Identifiers. Each kind is a type of its own, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "String"))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id! {
    /// Identifies a session: a UUIDv7 that the device generates before the sit starts.
    SessionId
}
id! {
    /// Identifies an installation of Zafu, that is, a data folder.
    DeviceId
}
id! {
    /// Identifies a user's account on a server.
    UserId
}
id! {
    /// Identifies a partnership of two users of one project.
    PartnershipId
}

/// Names a session to the store. Two accounts on one device can have sessions of the same ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SessionRef {
    /// The ID of the session.
    pub id: SessionId,
    /// Its owner; none if it is ownerless. If this owner has no such session, the session of the account in use is meant,
    /// else the ownerless one: sits are assigned to accounts while clients list them.
    pub owner: Option<UserId>,
}

impl From<SessionId> for SessionRef {
    fn from(id: SessionId) -> Self {
        Self { id, owner: None }
    }
}
