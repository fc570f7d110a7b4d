//! `range = 0..=3000, unit = "m"`: a range that is written in an attribute.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, ExprRange, ExprUnary, Lit, LitStr, RangeLimits, Result, Type, UnOp};

/// The range of a setting that is a number, both ends included.
pub(crate) struct Range {
    min: Option<f64>,
    max: Option<f64>,
    unit: Option<LitStr>,
    span: proc_macro2::Span,
}

impl Range {
    pub(crate) fn read(written: &Expr, unit: Option<LitStr>) -> Result<Self> {
        let span = written.span();
        let refuse = |problem| Err(Error::new(span, problem));
        let Expr::Range(ExprRange { start, end, limits, .. }) = written else {
            return refuse("a range has two dots, as in 0..=3000");
        };
        if matches!(limits, RangeLimits::HalfOpen(_)) && end.is_some() {
            return refuse("both ends of the range are in it; write ..=");
        }
        let (min, max) = (end_of(start.as_deref())?, end_of(end.as_deref())?);
        match (min, max) {
            (None, None) => refuse("the range has no end, so it takes every number"),
            (Some(min), Some(max)) if min > max => refuse("the range is empty, so it takes no number"),
            _ => Ok(Self { min, max, unit, span }),
        }
    }

    /// The expression of an `Option<settings::Range>`.
    pub(crate) fn code(&self) -> TokenStream {
        let (min, max) = (option(self.min.as_ref()), option(self.max.as_ref()));
        let unit = option(self.unit.as_ref());
        quote! {
            ::std::option::Option::Some(::settings::Range { min: #min, max: #max, unit: #unit })
        }
    }

    /// An assertion, for the compiler, that the range fits the type of the field.
    pub(crate) fn check(&self, rust_type: &Type) -> TokenStream {
        let is_whole = [self.min, self.max].into_iter().flatten().all(|end| end.fract() == 0.0);
        quote_spanned! { self.span=>
            const { assert!(
                #is_whole || !<#rust_type as ::settings::Ranged>::IS_WHOLE,
                "a whole number has a range of whole numbers"
            ); }
        }
    }
}

fn option(value: Option<&impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote! { ::std::option::Option::Some(#value) },
        None => quote! { ::std::option::Option::None },
    }
}

fn end_of(written: Option<&Expr>) -> Result<Option<f64>> {
    let Some(written) = written else { return Ok(None) };
    match number(written) {
        Some(number) => Ok(Some(number)),
        None => Err(Error::new(written.span(), "an end of the range is a plain number")),
    }
}

fn number(written: &Expr) -> Option<f64> {
    let number = match written {
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => number(expr).map(|number| -number),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}
