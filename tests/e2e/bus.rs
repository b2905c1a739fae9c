//! A message bus, as a test speaks on it.

use futures_lite::future::block_on;
use serde::Serialize;
use zbus::connection::Builder;
use zbus::object_server::Interface;
use zbus::wire::{DynamicDeserialize, DynamicType};
use zbus::{Connection, OwnedVariant};

/// An object on a bus: the name of its program, its path, and the interface that is meant.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    pub program: &'a str,
    pub path: &'a str,
    pub interface: &'a str,
}

/// Joins the bus at `address`.
pub fn join(address: &str) -> Connection {
    block_on(Builder::address(address).build()).unwrap()
}

/// Offers `service` on the bus at `address`, for as long as the connection lasts.
pub fn serve(address: &str, name: &'static str, path: &str, service: impl Interface) -> Connection {
    block_on(Builder::address(address).serve_at(path, service).name(name).build()).unwrap()
}

impl Object<'_> {
    /// Calls a method, and waits for the answer.
    pub fn call<T>(
        &self,
        bus: &Connection,
        method: &str,
        arguments: &(impl Serialize + DynamicType),
    ) -> zbus::Result<T>
    where
        T: for<'d> DynamicDeserialize<'d>,
    {
        let (program, interface) = (Some(self.program), Some(self.interface));
        let answer = bus.call_method(program, self.path, interface, method, arguments);
        block_on(answer)?.body().deserialize()
    }

    /// Reads a property.
    pub fn property(&self, bus: &Connection, name: &str) -> zbus::Result<OwnedVariant> {
        let properties = Object { interface: "org.freedesktop.DBus.Properties", ..*self };
        properties.call(bus, "Get", &(self.interface, name))
    }
}

/// Whether a program of this name is on the bus.
pub fn is_there(bus: &Connection, name: &str) -> bool {
    let itself = Object {
        program: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
    };
    itself.call(bus, "NameHasOwner", &(name,)).unwrap()
}
