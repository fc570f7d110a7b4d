//! Every fault of a source, of a store and of the machine, against the shipped program.

testkit::faults!();
