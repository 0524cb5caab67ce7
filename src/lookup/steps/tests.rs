//! Ways made up by hand, and what is said of them.

use super::super::{Access, DictState, Found, Load, Outcome, Search, SearchOf, Site, Subject, Way, What, descent};
use super::steps;
use crate::trace::Family;

fn method_of_a_base(is_called: bool) -> (Site, Way) {
    let site = Site { text: "s.append".into(), object: "s".into(), name: Some("append".into()), access: Access::Load, is_called };
    let found = Found {
        owner: "list".into(),
        is_in_c: true,
        what: What::MethodDescriptor,
        kind: "method_descriptor".into(),
        is_kind_in_c: true,
        name: "list.append".into(),
        gets: true,
        sets: false,
        is_empty: false,
    };
    let load = Load {
        subject: Subject::Instance,
        kind: "Stack".into(),
        itself: None,
        mro: vec!["Stack".into(), "list".into(), "object".into()],
        own_mro: Vec::new(),
        overridden: None,
        searches: vec![Search { of: SearchOf::Type, missed: vec!["Stack".into()], found: Some(found) }],
        dict: DictState::Missing,
        rule: Outcome::Descriptor,
        fallback: None,
        result: None,
    };
    (site, Way { load: Some(load), store: None, call: None })
}

#[test]
fn a_method_of_a_base_is_told_type_by_type() {
    let (site, way) = method_of_a_base(false);
    let told: Vec<_> = steps(&site, &way, (3, 11)).into_iter().map(|step| (step.text, step.anchor.function)).collect();
    let expected = [
        ("nobody between type(obj) and object has a __getattribute__ of its own, so object's rule holds", "PyObject_GetAttr"),
        ("type(obj) is Stack: its __dict__ has no \"append\"", "_PyType_Lookup"),
        (
            "base list: its __dict__ has \"append\", a method in C (method descriptor), a non-data descriptor: it has __get__ alone",
            "_PyType_Lookup",
        ),
        ("the instance's own __dict__ has no \"append\"", "_PyObject_GenericGetAttrWithDict"),
        ("so its __get__ is called: it binds the function to the object, as a bound method", "method_get"),
    ];
    assert_eq!(told, expected.map(|(text, function)| (text.to_owned(), function)));
}

#[test]
fn a_call_of_it_makes_no_bound_method() {
    let (site, way) = method_of_a_base(true);
    let told = steps(&site, &way, (3, 11));
    assert!(
        told.iter().any(|step| step.anchor.function == "_PyObject_GetMethod" && step.text.contains("no bound method is made")),
        "{told:?}"
    );
}

#[test]
fn it_sounds_as_a_line_that_goes_down() {
    let (_, way) = method_of_a_base(false);
    let line: Vec<_> = descent(&way).into_iter().map(|fall| (fall.family, fall.depth)).collect();
    assert_eq!(line, [(Family::Load, 8), (Family::Except, 7), (Family::Attr, 6), (Family::Except, 8)]);
}
