//! Properties of labels.

use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::ids::DeviceId;
use zafu_core::label::{
    Colour, InvalidLabel, Label, LabelDetails, LabelKey, MAX_LABEL_BYTES, Shape, resolve, validate,
};
use zafu_core::session::Register;

fn key(text: &str) -> LabelKey {
    LabelKey(text.into())
}

/// Few keys, so that random labels meet.
fn keys() -> impl Strategy<Value = LabelKey> {
    prop::sample::select(vec!["a", "b", "c", "d", "e", "f"]).prop_map(key)
}

prop_compose! {
    fn details()(
        name in "[xyz]{1,2}",
        colour in prop::sample::select(Colour::ALL.to_vec()),
        shape in prop::sample::select(Shape::ALL.to_vec()),
        merged_into in prop::option::of(keys()),
        is_deleted in prop::bool::weighted(0.2),
    ) -> LabelDetails {
        LabelDetails { name, colour, shape, merged_into, is_deleted }
    }
}

prop_compose! {
    /// The value depends on revision and device, as on real devices.
    fn label()(revision in 0_u32..4, by in 1_u128..4) -> Label {
        let deviceid = DeviceId(Uuid::from_u128(by));
        let name = format!("{revision} by {by}");
        let value = LabelDetails { name, ..LabelDetails::unchanged(&key("a")) };
        Label { key: key("a"), details: Register { value, revision, deviceid } }
    }
}

proptest! {
    #[test]
    fn merging_copies_of_a_label_is_commutative_associative_and_idempotent(
        a in label(), b in label(), c in label()
    ) {
        prop_assert_eq!(a.clone().join(&b), b.clone().join(&a));
        prop_assert_eq!(a.clone().join(&b).join(&c), a.clone().join(&b.clone().join(&c)));
        prop_assert_eq!(a.clone().join(&a), a);
    }

    #[test]
    fn every_label_is_shown_as_one_that_is_shown_as_itself(
        labels in prop::collection::btree_map(keys(), details(), 0..6)
    ) {
        let resolved = resolve(&labels);
        prop_assert_eq!(resolved.len(), labels.len());
        for (key, shown_as) in &resolved {
            if let Some(end) = shown_as {
                prop_assert!(labels.get(*end).is_none_or(|details| !details.is_deleted));
                prop_assert!(resolved.get(end).is_none_or(|of_end| *of_end == Some(*end)));
            }
            // A label and the one that it was merged into are shown as the same one.
            if let Some(next) = &labels[*key].merged_into {
                let of_next = resolved.get(next).copied().unwrap_or(Some(next));
                prop_assert_eq!(*shown_as, of_next);
            }
        }
    }

    #[test]
    fn a_merge_cycle_is_shown_as_its_smallest_key(
        count in 1_usize..6, deleted in prop::option::of(0_usize..6), rotation in 0_usize..6
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let labels: BTreeMap<_, _> = (0..count)
            .map(|index| {
                let next = key(names[(index + rotation) % count]);
                let own = LabelDetails::unchanged(&key(names[index]));
                let is_deleted = deleted == Some(index);
                (key(names[index]), LabelDetails { merged_into: Some(next), is_deleted, ..own })
            })
            .collect();
        for (of, shown_as) in resolve(&labels) {
            // The cycle that contains `of`, walked by hand.
            let mut cycle = vec![of];
            while let Some(next) = labels[*cycle.last().unwrap()].merged_into.as_ref() {
                if next == of {
                    break;
                }
                cycle.push(next);
            }
            let smallest = cycle.into_iter().min().unwrap();
            prop_assert_eq!(shown_as, (!labels[smallest].is_deleted).then_some(smallest));
        }
    }

    #[test]
    fn a_new_key_is_free_and_valid(
        name in "[ab(2) 慈]{1,6}", long in any::<bool>(), taken in 0_usize..30
    ) {
        let name = if long { name.repeat(400).chars().take(340).collect() } else { name };
        prop_assume!(validate(&name).is_ok());
        let mut keys: Vec<LabelKey> = Vec::new();
        for _ in 0..=taken {
            let new = LabelKey::for_name(&name, |key| keys.contains(key));
            prop_assert!(!keys.contains(&new));
            prop_assert_eq!(validate(&new.0), Ok(()));
            keys.push(new);
        }
        prop_assert_eq!(&keys[0].0, &name);
    }
}

#[test]
fn a_chain_of_merges_is_followed_to_its_end() {
    let into = |of: &str, next: Option<&str>| {
        let own = LabelDetails::unchanged(&key(of));
        (key(of), LabelDetails { merged_into: next.map(key), ..own })
    };
    let mut labels = BTreeMap::from([
        into("a", Some("b")),
        into("b", Some("c")),
        into("c", None),
        into("d", Some("no row")),
    ]);
    assert_eq!(resolve(&labels)[&key("a")], Some(&key("c")));
    assert_eq!(resolve(&labels)[&key("d")], Some(&key("no row")));
    labels.get_mut(&key("c")).unwrap().is_deleted = true;
    assert_eq!(resolve(&labels)[&key("a")], None, "the end of the merges is deleted");
    labels.get_mut(&key("c")).unwrap().is_deleted = false;
    labels.get_mut(&key("b")).unwrap().is_deleted = true;
    let passed = resolve(&labels)[&key("a")];
    assert_eq!(passed, Some(&key("c")), "only the end of the merges counts");
}

#[test]
fn the_second_label_of_a_name_is_numbered() {
    let taken = [key("Zazen"), key("Zazen (2)")];
    assert_eq!(LabelKey::for_name("Zazen", |key| taken.contains(key)), key("Zazen (3)"));
    assert_eq!(LabelKey::for_name("zazen", |key| taken.contains(key)), key("zazen"));
}

#[test]
fn keys_and_names_have_limits() {
    assert_eq!(validate("Zazen 🧘"), Ok(()));
    assert_eq!(validate(&"é".repeat(MAX_LABEL_BYTES / 2)), Ok(()));
    assert_eq!(validate(&"é".repeat(MAX_LABEL_BYTES / 2 + 1)), Err(InvalidLabel::TooLong));
    assert_eq!(validate(""), Err(InvalidLabel::Empty));
    for text in ["a\nb", "\0", "\u{7f}", "\u{9f}"] {
        assert_eq!(validate(text), Err(InvalidLabel::ControlCharacter), "{text:?}");
    }
}
