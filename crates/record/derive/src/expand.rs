//! The code of a derived struct: its columns as a constant, a value for each, and the schema of a record.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DataStruct, DeriveInput, Error, Fields, Result};

use crate::attributes::{ColumnAttributes, Part, RecordAttributes, Role, Write};
use crate::check;

/// `#[derive(Fields)]`
pub(crate) fn fields(input: &DeriveInput) -> Result<TokenStream> {
    let parts = parts(input)?;
    check::fields(&parts, &input.ident)?;
    Ok(fields_of(input, &parts))
}

/// `#[derive(Record)]`
pub(crate) fn record(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = RecordAttributes::read(&input.attrs, &input.ident)?;
    let parts = parts(input)?;
    check::record(&attributes, &parts, &input.ident)?;
    let fields = fields_of(input, &parts);
    let shape = shape(&attributes);
    // Mistakes of the columns of all structs together are reported at the first flattened one.
    let event = attributes.event;
    let check = parts.iter().find_map(Part::flattened).map(|flattened| {
        let name = &input.ident;
        quote_spanned! { flattened.rust_type.span()=>
            const _: () = ::record::derived::check(<#name as ::record::Fields>::COLUMNS, #shape, #event);
        }
    });
    let schema = schema(&attributes, &shape);
    let name = &input.ident;
    Ok(quote! {
        #fields
        #check

        #[automatically_derived]
        impl ::record::Record for #name {
            fn schema() -> &'static ::record::Schema {
                static COLUMNS: [::record::Column; <#name as ::record::Fields>::COLUMNS.len()] =
                    ::record::derived::sorted(<#name as ::record::Fields>::COLUMNS);
                static SCHEMA: ::record::Schema = #schema;
                &SCHEMA
            }

            fn value(&self, index: usize) -> ::record::Value<'_> {
                static ORDER: [usize; <#name as ::record::Fields>::COLUMNS.len()] =
                    ::record::derived::order(<#name as ::record::Fields>::COLUMNS);
                match ORDER.get(index) {
                    ::std::option::Option::Some(index) => ::record::Fields::field(self, *index),
                    ::std::option::Option::None => ::record::Value::Null,
                }
            }
        }
    })
}

fn parts(input: &DeriveInput) -> Result<Vec<Part>> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Err(Error::new(input.ident.span(), "a record is a struct with named fields"));
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new(parameter.span(), "a record has one schema, so it cannot be generic"));
    }
    fields.named.iter().map(Part::read).collect()
}

/// The columns in the order of the struct, and their values.
fn fields_of(input: &DeriveInput, parts: &[Part]) -> TokenStream {
    let name = &input.ident;
    let bounds = parts.iter().filter_map(Part::column).map(bound);
    let columns = parts.iter().map(|part| match part {
        Part::Column(column) => {
            let column = self::column(column);
            quote! { &[#column] }
        }
        Part::Flattened(flattened) => {
            let rust_type = &flattened.rust_type;
            quote_spanned! { rust_type.span()=> <#rust_type as ::record::Fields>::COLUMNS }
        }
    });
    let starts = (1..=parts.len()).zip(parts).map(|(number, part)| {
        let (start, before) = (format_ident!("START_{number}"), format_ident!("START_{}", number - 1));
        match part {
            Part::Column(_) => quote! { const #start: usize = #before + 1; },
            Part::Flattened(flattened) => {
                let rust_type = &flattened.rust_type;
                quote! { const #start: usize = #before + <#rust_type as ::record::Fields>::COLUMNS.len(); }
            }
        }
    });
    let values = parts.iter().enumerate().map(|(number, part)| {
        let (start, end) = (format_ident!("START_{number}"), format_ident!("START_{}", number + 1));
        match part {
            Part::Column(column) => {
                let field = &column.field;
                quote! { #start => ::record::Field::value(&self.#field), }
            }
            Part::Flattened(flattened) => {
                let field = &flattened.field;
                quote! { #start..#end => ::record::Fields::field(&self.#field, index - #start), }
            }
        }
    });
    quote! {
        const _: () = { #(#bounds)* };

        #[automatically_derived]
        impl ::record::Fields for #name {
            const COLUMNS: &'static [::record::Column] = {
                const PARTS: &[&[::record::Column]] = &[#(#columns),*];
                const COLUMNS: [::record::Column; ::record::derived::count(PARTS)] =
                    ::record::derived::joined(PARTS);
                &COLUMNS
            };

            fn field(&self, index: usize) -> ::record::Value<'_> {
                const START_0: usize = 0;
                #(#starts)*
                match index {
                    #(#values)*
                    _ => ::record::Value::Null,
                }
            }
        }
    }
}

fn shape(attributes: &RecordAttributes) -> TokenStream {
    let write = match attributes.write {
        Write::Append => quote! { Append },
        Write::Upsert => quote! { Upsert },
        Write::Replace => quote! { Replace },
    };
    if attributes.is_measurement {
        quote! { ::record::Shape::Measurement }
    } else {
        quote! { ::record::Shape::Table(::record::WriteMode::#write) }
    }
}

fn schema(attributes: &RecordAttributes, shape: &TokenStream) -> TokenStream {
    let RecordAttributes { name, description, event, .. } = attributes;
    quote! {
        ::record::Schema {
            name: ::std::borrow::Cow::Borrowed(#name),
            description: ::std::borrow::Cow::Borrowed(#description),
            shape: #shape,
            event: #event,
            columns: ::std::borrow::Cow::Borrowed(&COLUMNS),
        }
    }
}

fn column(column: &ColumnAttributes) -> TokenStream {
    let ColumnAttributes { name, description, rust_type, label, .. } = column;
    let (name, role) = match column.role {
        // The time column of a measurement has the same name in every store, whatever the name of the field.
        Role::Time => (quote! { "time" }, quote! { Time }),
        Role::Tag => (quote! { #name }, quote! { Tag }),
        Role::Partition => (quote! { #name }, quote! { Partition }),
        Role::Key => (quote! { #name }, quote! { Key }),
        Role::Field => (quote! { #name }, quote! { Field }),
    };
    let unit = match &column.unit {
        Some(unit) => quote! { ::std::option::Option::Some(::std::borrow::Cow::Borrowed(#unit)) },
        None => quote! { ::std::option::Option::None },
    };
    let valid = match &column.valid {
        Some(valid) => {
            let (min, max) = (end(valid.min), end(valid.max));
            quote! { ::record::Valid::new(#min, #max) }
        }
        None => quote! { ::std::option::Option::None },
    };
    quote! {
        ::record::Column {
            name: ::std::borrow::Cow::Borrowed(#name),
            role: ::record::Role::#role,
            value_type: <#rust_type as ::record::Field>::TYPE,
            optional: <#rust_type as ::record::Field>::OPTIONAL,
            unit: #unit,
            valid: #valid,
            label: #label,
            description: ::std::borrow::Cow::Borrowed(#description),
        }
    }
}

fn end(number: Option<f64>) -> TokenStream {
    match number {
        Some(number) => quote! { ::std::option::Option::Some(#number) },
        None => quote! { ::std::option::Option::None },
    }
}

/// A check of the field's type that the compiler reports at the field.
fn bound(column: &ColumnAttributes) -> TokenStream {
    let rust_type = &column.rust_type;
    let span = rust_type.span();
    match column.role {
        Role::Tag => quote_spanned! { span=>
            { const fn is_tag<T: ::record::TagField>() {} is_tag::<#rust_type>(); }
        },
        Role::Time => quote_spanned! { span=>
            { const fn is_time<T: ::record::TimeField>() {} is_time::<#rust_type>(); }
        },
        Role::Field if column.label => quote_spanned! { span=>
            { const fn is_label<T: ::record::LabelField>() {} is_label::<#rust_type>(); }
        },
        _ => quote_spanned! { span=>
            { const fn is_field<T: ::record::Field>() {} is_field::<#rust_type>(); }
        },
    }
}
