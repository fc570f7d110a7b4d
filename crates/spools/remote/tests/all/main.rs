//! The spool in a bucket and in a database, by the same tests: both keep the same promises.

#[cfg(test)]
mod bucket;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod world;
