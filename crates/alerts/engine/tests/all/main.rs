//! The engine from outside: alerts, thresholds, events, and their stored state.

mod alerts;
mod events;
mod merge;
mod properties;
mod stored;
mod thresholds;
