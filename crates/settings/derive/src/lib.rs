//! The derive macro of `settings`. Its attributes are documented there, at the trait.

mod range;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Error, Expr, ExprLit, Field, Fields, Lit, LitStr, Meta, Result,
    parse_macro_input,
};

use range::Range;

/// Derives `settings::Settings`; the trait documents the attributes.
#[proc_macro_derive(Settings, attributes(setting))]
pub fn derive_settings(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// A field of the struct: one variable, or a block of them.
enum Entry {
    Variable(Box<Variable>),
    Block,
}

struct Variable {
    name: LitStr,
    also: Vec<LitStr>,
    default: Option<LitStr>,
    range: Option<Range>,
    group: Option<LitStr>,
    description: String,
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Err(Error::new(input.ident.span(), "settings are a struct with named fields"));
    };
    let group = group(&input.attrs)?;
    let (mut variables, mut reads) = (Vec::new(), Vec::new());
    for field in &fields.named {
        let (described, read) = code(field, &entry(field, group.as_ref())?);
        variables.push(described);
        reads.push(read);
    }
    let fields: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    // A field may be called `source`, as the parameter is.
    let locals: Vec<_> = fields.iter().map(|field| format_ident!("read_{}", field.unraw())).collect();
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl ::settings::Settings for #name {
            fn variables() -> ::std::vec::Vec<::settings::Variable> {
                let mut variables = ::std::vec::Vec::new();
                #(#variables)*
                variables
            }

            fn read(source: &mut ::settings::Source) -> ::std::option::Option<Self> {
                // Every field is read before any is given up on, so that all mistakes are found.
                #(let #locals = #reads;)*
                ::std::option::Option::Some(Self { #(#fields: #locals?),* })
            }
        }
    })
}

/// The code that adds a field to the variables, and the code that reads it.
fn code(field: &Field, entry: &Entry) -> (TokenStream, TokenStream) {
    let rust_type = &field.ty;
    match entry {
        Entry::Block => (
            quote! { variables.extend(<#rust_type as ::settings::Settings>::variables()); },
            quote! { <#rust_type as ::settings::Settings>::read(source) },
        ),
        Entry::Variable(variable) => {
            let Variable { name, also, default, range, group, description } = &**variable;
            let has_default = default.is_some();
            let default = match default {
                Some(text) => quote! { ::std::option::Option::Some(#text) },
                None => quote! { ::std::option::Option::None },
            };
            let group = match group {
                Some(name) => quote! { ::std::option::Option::Some(#name) },
                None => quote! { ::std::option::Option::None },
            };
            let limits = match range {
                Some(range) => range.code(),
                None => quote! { ::std::option::Option::None },
            };
            let check = range.as_ref().map(|range| range.check(rust_type));
            let read = if range.is_some() {
                quote! { ranged }
            } else {
                quote! { setting }
            };
            let variable = quote! {
                ::settings::Variable {
                    name: #name,
                    also: &[#(#also),*],
                    takes: <#rust_type as ::settings::Setting>::TAKES,
                    required: !<#rust_type as ::settings::Setting>::OPTIONAL && !#has_default,
                    secret: <#rust_type as ::settings::Setting>::SECRET,
                    range: #limits,
                    default: #default,
                    group: #group,
                    description: #description,
                }
            };
            (quote! { #check variables.push(#variable); }, quote! { source.#read::<#rust_type>(&#variable) })
        }
    }
}

/// The group that a struct names for its variables.
fn group(attributes: &[Attribute]) -> Result<Option<LitStr>> {
    let mut group = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("setting")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("group") {
                return Err(meta.error("expected `group`"));
            }
            group = Some(meta.value()?.parse::<LitStr>()?);
            Ok(())
        })?;
    }
    Ok(group)
}

fn entry(field: &Field, group: Option<&LitStr>) -> Result<Entry> {
    let (mut name, mut also, mut default, mut block) = (None, Vec::new(), None, false);
    let (mut range, mut unit, mut group) = (None, None, group.cloned());
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("setting")) {
        attribute.parse_nested_meta(|meta| {
            match meta.path.get_ident().map(ToString::to_string).as_deref() {
                Some("block") => block = true,
                Some("name") => name = Some(meta.value()?.parse::<LitStr>()?),
                Some("also") => also.push(meta.value()?.parse::<LitStr>()?),
                Some("default") => default = Some(meta.value()?.parse::<LitStr>()?),
                Some("range") => range = Some(meta.value()?.parse::<Expr>()?),
                Some("unit") => unit = Some(meta.value()?.parse::<LitStr>()?),
                Some("group") => group = Some(meta.value()?.parse::<LitStr>()?),
                _ => {
                    let expected = "expected `name`, `also`, `default`, `range`, `unit`, `group` or `block`";
                    return Err(meta.error(expected));
                }
            }
            Ok(())
        })?;
    }
    let range = match (range, unit) {
        (Some(range), unit) => Some(Range::read(&range, unit)?),
        (None, Some(unit)) => return Err(Error::new(unit.span(), "a unit belongs to a range")),
        (None, None) => None,
    };
    match (block, name) {
        (true, None) if also.is_empty() && default.is_none() && range.is_none() => Ok(Entry::Block),
        (false, Some(name)) => {
            let description = described(field)?;
            Ok(Entry::Variable(Box::new(Variable { name, also, default, range, group, description })))
        }
        _ => Err(Error::new_spanned(
            field,
            "a setting has a name, #[setting(name = \"…\")], or is a block of settings, #[setting(block)]",
        )),
    }
}

fn described(field: &Field) -> Result<String> {
    let text = field
        .attrs
        .iter()
        .filter_map(doc_line)
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if text.is_empty() {
        return Err(Error::new_spanned(field, "a setting has a doc comment: it is its help text"));
    }
    Ok(text)
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    }
}
