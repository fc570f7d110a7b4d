//! The code of a derived record: a static schema, and a value for each column.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DataStruct, DeriveInput, Error, Fields, Result};

use crate::attributes::{ColumnAttributes, RecordAttributes, Role, Write};
use crate::check;

pub(crate) fn record(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Err(Error::new(input.ident.span(), "a record is a struct with named fields"));
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new(parameter.span(), "a record has one schema, so it cannot be generic"));
    }
    let attributes = RecordAttributes::read(&input.attrs, &input.ident)?;
    let mut columns = fields.named.iter().map(ColumnAttributes::read).collect::<Result<Vec<_>>>()?;
    check::columns(&attributes, &columns, &input.ident)?;
    in_order(&mut columns);

    let schema = schema(&attributes, &columns);
    let values = columns.iter().enumerate().map(|(index, column)| {
        let field = &column.field;
        quote! { #index => ::record::Field::value(&self.#field), }
    });
    let bounds = columns.iter().map(bound);
    let name = &input.ident;
    Ok(quote! {
        const _: () = { #(#bounds)* };

        #[automatically_derived]
        impl ::record::Record for #name {
            fn schema() -> &'static ::record::Schema {
                static SCHEMA: ::record::Schema = #schema;
                &SCHEMA
            }

            fn value(&self, index: usize) -> ::record::Value<'_> {
                match index {
                    #(#values)*
                    _ => ::record::Value::Null,
                }
            }
        }
    })
}

/// Time, tags by name (the order InfluxDB sorts them into anyway), partitions, keys, then fields as written.
fn in_order(columns: &mut [ColumnAttributes]) {
    columns.sort_by_key(|column| {
        let name = if column.role == Role::Tag { column.name.value() } else { String::new() };
        (column.role, name)
    });
}

fn schema(attributes: &RecordAttributes, columns: &[ColumnAttributes]) -> TokenStream {
    let RecordAttributes { name, description, .. } = attributes;
    let write = match attributes.write {
        Write::Append => quote! { Append },
        Write::Upsert => quote! { Upsert },
        Write::Replace => quote! { Replace },
    };
    let shape = if attributes.is_measurement {
        quote! { ::record::Shape::Measurement }
    } else {
        quote! { ::record::Shape::Table(::record::WriteMode::#write) }
    };
    let columns = columns.iter().map(column);
    quote! {
        ::record::Schema {
            name: ::std::borrow::Cow::Borrowed(#name),
            description: ::std::borrow::Cow::Borrowed(#description),
            shape: #shape,
            columns: ::std::borrow::Cow::Borrowed(&[#(#columns),*]),
        }
    }
}

fn column(column: &ColumnAttributes) -> TokenStream {
    let ColumnAttributes { name, description, rust_type, .. } = column;
    let (name, role) = match column.role {
        // Whatever the field is called, the column of a measurement's time has one name in every store.
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
        _ => quote_spanned! { span=>
            { const fn is_field<T: ::record::Field>() {} is_field::<#rust_type>(); }
        },
    }
}
