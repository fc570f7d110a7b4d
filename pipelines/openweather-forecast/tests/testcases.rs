//! Every folder of `testcases`, replayed through the shipped program.

#[test]
fn every_test_case_leads_to_what_it_says() {
    testkit::replay!();
}
