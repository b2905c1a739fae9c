//! The real parts together: the program, its window, the desktop's services, the disk, and what befalls them.
//!
//! Every test has a data folder, a home and a session bus of its own, and moves the clock instead of waiting.
//! What is missing on the machine fails the test where `CI` is set, and is said loudly elsewhere.

#![cfg(target_os = "linux")]

mod accessible;
mod account;
mod account_window;
mod awake;
mod bells;
mod browser;
mod bus;
mod cloud;
mod command_line;
mod desktop;
mod disk;
mod keyring;
mod kill;
mod kill_sync;
mod notification;
mod offline;
mod output;
mod process;
mod quitting;
mod reader;
mod suspend;
mod tray;
mod window;
mod zafu;
