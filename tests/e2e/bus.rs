//! D-Bus client and server for the tests.

use futures_lite::future::block_on;
use serde::Serialize;
use zbus::connection::Builder;
use zbus::object_server::Interface;
use zbus::wire::{DynamicDeserialize, DynamicType};
use zbus::{Connection, OwnedVariant};

/// An object on a bus: the bus name of its program, its path and the interface to use.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    pub program: &'a str,
    pub path: &'a str,
    pub interface: &'a str,
}

/// Connects to the bus at `address`.
pub fn join(address: &str) -> Connection {
    block_on(Builder::address(address).build()).unwrap()
}

/// Serves `service` on the bus at `address` until the connection is dropped.
pub fn serve(address: &str, name: &'static str, path: &str, service: impl Interface) -> Connection {
    block_on(Builder::address(address).serve_at(path, service).name(name).build()).unwrap()
}

impl Object<'_> {
    /// Calls a method and returns its reply.
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

/// Returns whether a bus name has an owner.
pub fn is_there(bus: &Connection, name: &str) -> bool {
    let itself = Object {
        program: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
    };
    itself.call(bus, "NameHasOwner", &(name,)).unwrap()
}
