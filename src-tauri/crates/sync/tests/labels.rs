//! Labels, from one device over the server to another.

mod common;

use common::{Device, ME, server};
use zafu_core::edit::SessionEdit;
use zafu_core::label::{Colour, LabelKey, Shape};
use zafu_store::AfterErasure;
use zafu_sync::Hold;

fn key(text: &str) -> LabelKey {
    LabelKey(text.into())
}

fn create(device: &Device, name: &str) -> LabelKey {
    device.store.create_label(name, Colour::Blue, Shape::Star).unwrap()
}

fn rename(device: &Device, of: &str, name: &str) {
    device.store.change_label(&key(of), name, Colour::Blue, Shape::Star).unwrap();
}

fn names(device: &Device) -> Vec<(String, u32)> {
    let labels = device.store.labels().unwrap();
    labels.into_iter().map(|label| (label.name, label.sits)).collect()
}

fn named(list: &[(&str, u32)]) -> Vec<(String, u32)> {
    list.iter().map(|(name, sits)| ((*name).to_owned(), *sits)).collect()
}

/// Records a sit with a label.
fn sit_with(device: &mut Device, n: u128, label: &str) {
    device.start(n);
    device.finish();
    let edit = SessionEdit { label: Some(label.into()), ..SessionEdit::default() };
    device.store.edit(common::id(n), edit, common::at(device.seconds).wall.utc).unwrap();
}

#[test]
fn a_label_of_one_device_is_that_of_the_other() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    sit_with(&mut one, 1, "Zazen");
    sit_with(&mut two, 2, "Zazen");
    rename(&one, "Zazen", "Sitting");
    let transferred = one.sync();
    assert_eq!((transferred.pushed, transferred.labels), (1, 0));
    let transferred = two.sync();
    assert_eq!((transferred.pushed, transferred.pulled, transferred.labels), (1, 1, 1));
    assert_eq!(names(&two), named(&[("Sitting", 2)]));
    // Both create labels of one name, and merge them at once in opposite directions.
    create(&one, "Metta");
    create(&two, "Metta");
    create(&two, "Walking");
    one.sync();
    two.sync();
    one.sync();
    assert_eq!(names(&one), named(&[("Metta", 0), ("Sitting", 2), ("Walking", 0)]));
    one.store.merge_label(&key("Metta"), &key("Walking")).unwrap();
    two.store.merge_label(&key("Walking"), &key("Metta")).unwrap();
    for _ in 0..2 {
        one.sync();
        two.sync();
    }
    let expected = named(&[("Metta", 0), ("Sitting", 2)]);
    assert_eq!((names(&one), names(&two)), (expected.clone(), expected));
    // The session of the other device has come with its own key.
    assert_eq!(one.session(2).details.value.label, "Zazen");
}

#[test]
fn an_idle_device_makes_no_requests_about_labels() {
    let server = server();
    let mut device = Device::new(&server, 1);
    create(&device, "Zazen");
    device.sync();
    let calls = || device.remote.with(|server| server.calls);
    let before = calls();
    let later = common::at(device.seconds + 3600);
    device.engine.wake(zafu_sync::Wakeup::Request, later);
    let run = device.engine.run_until_idle(&device.remote, || later);
    futures_lite::future::block_on(run).unwrap();
    // A health check, a pull and a digest at most.
    assert!(device.remote.with(|server| server.calls) - before <= 3);
}

#[test]
fn labels_that_fail_do_not_keep_sessions_from_being_synced() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    create(&one, "Zazen");
    one.remote.with(|server| server.faults.labels_fail = true);
    sit_with(&mut one, 1, "Zazen");
    assert_eq!(one.sync().pushed, 1);
    assert_eq!(two.sync().pulled, 1);
    let status = one.engine.status().unwrap();
    assert!(status.hold.is_none() && status.last_failure.is_some());
    assert_eq!(names(&two), named(&[("Zazen", 1)]));
    one.remote.with(|server| server.faults.labels_fail = false);
    one.seconds += 600;
    one.sync();
    assert_eq!(one.engine.status().unwrap().last_failure, None);
    assert_eq!(one.remote.with(|server| server.labels(ME).len()), 1);
}

#[test]
fn an_older_server_is_not_asked_for_labels() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.remote.with(|server| server.faults.without_labels = true);
    create(&device, "Zazen");
    sit_with(&mut device, 1, "Zazen");
    assert_eq!(device.sync().pushed, 1);
    let status = device.engine.status().unwrap();
    assert_eq!((status.hold, status.last_failure), (None, None));
    // After its update, the labels are sent.
    device.remote.with(|server| server.faults.without_labels = false);
    device.seconds += 600;
    device.sync();
    assert_eq!(device.remote.with(|server| server.labels(ME).len()), 1);
}

#[test]
fn a_restored_server_gets_the_labels_again() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    one.sync();
    let dump = one.remote.with(|server| server.dump());
    create(&one, "Zazen");
    one.sync();
    two.sync();
    rename(&two, "Zazen", "Sitting");
    two.sync();
    one.remote.with(|server| server.restore(&dump));
    assert_eq!(one.remote.with(|server| server.labels(ME).len()), 0);
    for _ in 0..2 {
        one.sync();
        two.sync();
    }
    assert_eq!(names(&one), named(&[("Sitting", 0)]));
    assert_eq!(one.remote.with(|server| server.labels(ME)[&key("Zazen")].details.revision), 2);
}

#[test]
fn erased_labels_are_not_uploaded_again_by_a_device_that_does_not_know_of_it() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    create(&one, "Zazen");
    one.sync();
    two.sync();
    let erase = futures_lite::future::block_on(zafu_sync::Remote::erase(&*one.remote, ME)).unwrap();
    one.store.agree_to_erasure(ME, erase, AfterErasure::KeepHere).unwrap();
    rename(&two, "Zazen", "Sitting");
    two.seconds += 600;
    two.sync();
    assert_eq!(two.engine.hold(), Some(&Hold::Erased(erase)));
    assert!(two.remote.with(|server| server.labels(ME).is_empty()));
    one.seconds += 600;
    one.sync();
    assert!(one.remote.with(|server| server.labels(ME).is_empty()));
    two.store.agree_to_erasure(ME, erase, AfterErasure::Upload).unwrap();
    two.sync();
    one.seconds += 600;
    one.sync();
    assert_eq!(names(&one), named(&[("Sitting", 0)]));
}
