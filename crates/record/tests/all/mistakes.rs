//! Mistakes in a record are compile errors that name the field.

#[test]
fn mistakes_are_named() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
