//! The layer that turns events into lines.

use jiff::Timestamp;
use secret::Redactor;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::fields::Fields;
use crate::line::Line;
use crate::{Format, Identity};

/// A layer that hands every event to `write` as one finished line, line end included.
///
/// [`install`](crate::install) is made of it; on its own it lets a test read the log of a program.
pub fn layer<S, W>(identity: Identity, format: Format, redactor: Redactor, write: W) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: Fn(&str) + Send + Sync + 'static,
{
    Lines { identity, format, redactor, write }
}

struct Lines<W> {
    identity: Identity,
    format: Format,
    redactor: Redactor,
    write: W,
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: Fn(&str) + Send + Sync + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.inherit(outer);
            }
        }
        let metadata = event.metadata();
        let line = Line::new(Timestamp::now(), *metadata.level(), metadata.target(), fields, &self.redactor);
        (self.write)(&line.render(&self.identity, self.format, &self.redactor));
    }
}
