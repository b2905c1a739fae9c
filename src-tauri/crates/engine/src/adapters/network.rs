//! Which network the computer is in, as far as its own addresses show it.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// The addresses of the computer in one network or another. Two that are unequal are two networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network(BTreeSet<IpAddr>);

impl FromIterator<IpAddr> for Network {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        Self(addresses.into_iter().collect())
    }
}

impl Network {
    /// The one of this moment. What cannot be read is like no network.
    #[must_use]
    pub fn now() -> Self {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        let outside = interfaces.iter().filter(|it| !it.is_loopback()).map(if_addrs::Interface::ip);
        outside.collect()
    }
}
