//! Identifies the computer's network by the computer's IP addresses.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// The IP addresses of the computer at one moment. Unequal values mean that the network has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network(BTreeSet<IpAddr>);

impl FromIterator<IpAddr> for Network {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        Self(addresses.into_iter().collect())
    }
}

impl Network {
    /// Reads the current addresses, without loopback. Returns none if they cannot be read.
    #[must_use]
    pub fn now() -> Self {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        let outside = interfaces.iter().filter(|it| !it.is_loopback()).map(if_addrs::Interface::ip);
        outside.collect()
    }
}
