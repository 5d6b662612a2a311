//! What this reader says is what `serde_json` says.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use small_json::from_str;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Plain {
    name: String,
    count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(default)]
    offset: i64,
    pair: (u8, bool),
    shapes: Vec<Shape>,
    by_name: BTreeMap<String, Option<Wrapped>>,
    nothing: (),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(String);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Alone,
    One(u64),
    Two(char, f32),
    Fields { a: bool },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    A { value: f64 },
    B(Flat),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    own: bool,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

fn same<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(value: &T) {
    for text in [serde_json::to_string(value).unwrap(), serde_json::to_string_pretty(value).unwrap()] {
        assert_eq!(&from_str::<T>(&text).unwrap(), value, "{text}");
    }
}

#[test]
fn shapes_of_every_kind_come_back() {
    let mut plain = Plain {
        name: "a \"quoted\" text\\ with 中文, 🚢, \u{1} and\nlines".into(),
        count: u32::MAX,
        share: Some(0.125),
        offset: i64::MIN,
        pair: (7, true),
        shapes: vec![Shape::Alone, Shape::One(u64::MAX), Shape::Two('é', 1.5), Shape::Fields { a: false }],
        by_name: [("x".into(), None), ("y".into(), Some(Wrapped("z".into())))].into(),
        nothing: (),
    };
    same(&plain);
    plain.share = None;
    plain.shapes.clear();
    plain.by_name.clear();
    same(&plain);
    same(&Tagged::A { value: 1.0 });
    same(&Tagged::B(Flat { own: true, rest: [("deep".into(), serde_json::json!({"a": [1, -2, null]}))].into() }));
    same(&Err::<u8, String>("no".into()));
}

#[test]
fn fields_that_nobody_knows_are_passed_over() {
    let text = r#" { "z" : [ {"a":"]}"}, [ ], -1.5e-3, true, false, null ] , "own" : true } "#;
    #[derive(Debug, PartialEq, Deserialize)]
    struct Own {
        own: bool,
    }
    assert_eq!(from_str(text), Ok(Own { own: true }));
}

#[test]
fn what_serde_json_refuses_is_refused() {
    for text in [
        "",
        " ",
        "nul",
        "01",
        "-",
        "1.",
        "1e",
        ".5",
        "+1",
        "1e400",
        "\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\u{1}\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "[1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{1:2}",
        "1 2",
        "\"é",
    ] {
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        assert!(from_str::<Value>(text).is_err(), "{text}");
    }
    assert!(from_str::<u8>("256").is_err());
    assert!(from_str::<u8>("-1").is_err());
    assert!(from_str::<i64>("9223372036854775808").is_err());
    assert!(from_str::<Shape>("{\"alone\":1}").is_err());
    assert!(from_str::<Shape>("\"one\"").is_err());
    assert!(from_str::<Value>(&"[".repeat(100_000)).is_err());
    for depth in [127, 128] {
        let text = ["[".repeat(depth), "]".repeat(depth)].concat();
        assert_eq!(from_str::<Value>(&text).is_ok(), serde_json::from_str::<Value>(&text).is_ok(), "{depth}");
    }
}

#[test]
fn numbers_are_what_they_say() {
    for text in [
        "0",
        "-0",
        "1",
        "-1",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "0.1",
        "98.5",
        "1e3",
        "12.75E+2",
        "2.5e-3",
        "0.000001",
        "123456789.123",
        "184467440737095516160000",
        "1e-400",
        "0e999",
    ] {
        let (ours, theirs) = (from_str::<Value>(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(ours, theirs, "{text}");
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 64.0)),
    ];
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number, ".*".prop_map(Value::from)];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_comes_back(value in anything()) {
        let text = value.to_string();
        prop_assert_eq!(from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_number_is_the_nearest(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
        let text = serde_json::to_string(&number).unwrap();
        let read: f64 = from_str(&text).unwrap();
        prop_assert_eq!(read.to_bits(), number.to_bits(), "{} {}", text, read);
    }

    #[test]
    fn what_is_cut_off_or_changed_does_not_make_it_panic(value in anything(), at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let text = value.to_string();
        let at = (0..=at.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let changed = format!("{}{}{}", &text[..at], char::from(byte), &text[at..]);
        for text in [&text[..at], changed.as_str()] {
            prop_assert_eq!(from_str::<Value>(text).is_ok(), serde_json::from_str::<Value>(text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        prop_assert_eq!(from_str::<Value>(&text).is_ok(), serde_json::from_str::<Value>(&text).is_ok());
    }
}
