//! `valid = 0.0..=999.9`: a range that is written in an attribute.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, ExprRange, ExprUnary, Ident, Lit, RangeLimits, Result, UnOp};

/// Valid range of a field, and its position in the source.
pub(crate) struct Valid {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) span: Span,
}

pub(crate) fn read(slot: &mut Option<Valid>, field: &Ident, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let written: Expr = meta.value()?.parse()?;
    let span = written.span();
    let refuse = |problem: &str| Err(Error::new(span, format!("`{field}`: {problem}")));
    let Expr::Range(ExprRange { start, end, limits, .. }) = &written else {
        return refuse("what is valid is a range, as in 0.0..=999.9");
    };
    if matches!(limits, RangeLimits::HalfOpen(_)) && end.is_some() {
        return refuse("both ends of the range are in it; write ..=");
    }
    let valid = Valid { min: end_of(start.as_deref(), field)?, max: end_of(end.as_deref(), field)?, span };
    match (valid.min, valid.max) {
        (None, None) => return refuse("the range has no end, so every number would be valid"),
        (Some(min), Some(max)) if min > max => {
            return refuse("the range is empty, so no number would be valid");
        }
        _ => {}
    }
    match slot.replace(valid) {
        Some(_) => refuse("its range is given twice"),
        None => Ok(()),
    }
}

fn end_of(written: Option<&Expr>, field: &Ident) -> Result<Option<f64>> {
    let Some(written) = written else { return Ok(None) };
    match number(written) {
        Some(number) => Ok(Some(number)),
        None => Err(Error::new(written.span(), format!("`{field}`: an end of the range is a plain number"))),
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
