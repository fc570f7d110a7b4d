//! The derive macros of `record`. Their attributes are documented there, at the traits.

mod attributes;
mod check;
mod expand;
mod range;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `record::Record`; the trait documents the attributes.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::record(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Derives `record::Fields`; the trait documents the attributes.
#[proc_macro_derive(Fields, attributes(record))]
pub fn derive_fields(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::fields(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
