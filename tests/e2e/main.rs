//! End-to-end tests: the real program with its window, the services of the desktop, the disk, and their faults.
//!
//! Every test has its own data folder, home and session bus, and advances the clock instead of waiting. A missing
//! program fails the test if `CI` is set, and skips it with a message otherwise.

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
mod insight_window;
mod join_link;
mod keyring;
mod kill;
mod kill_sync;
mod labels_window;
mod log_find;
mod log_sync;
mod log_window;
mod notification;
mod offline;
mod output;
mod pair;
mod partner_commands;
mod partner_story;
mod partner_window;
mod process;
mod quitting;
mod reader;
mod suspend;
mod transfer;
mod tray;
mod window;
mod zafu;
