//! Records that one call stores: of one type, or of several.

use record::{Batch, Record};

/// Records that one call stores: a list of one type, a batch, or a tuple of up to six of these.
///
/// ```
/// # use record::{Record, Timestamp};
/// # use runner::{Failure, Run};
/// # #[derive(Record)]
/// # #[record(measurement = "levels")]
/// # struct Level { #[record(time)] at: Timestamp, /// Level.
/// # level: f64 }
/// # #[derive(Record)]
/// # #[record(table = "stations")]
/// # struct Station { #[record(key)] name: String }
/// async fn store(run: &Run<()>, stations: Vec<Station>, levels: Vec<Level>) -> Result<(), Failure> {
///     run.load((&stations, &levels)).await
/// }
/// ```
pub trait Records {
    /// The records, one batch for each type.
    fn batches(&self) -> Vec<Batch<'_>>;
}

impl<R: Record> Records for [R] {
    fn batches(&self) -> Vec<Batch<'_>> {
        vec![Batch::of(self)]
    }
}

impl<R: Record, const N: usize> Records for [R; N] {
    fn batches(&self) -> Vec<Batch<'_>> {
        vec![Batch::of(self)]
    }
}

impl<R: Record> Records for Vec<R> {
    fn batches(&self) -> Vec<Batch<'_>> {
        vec![Batch::of(self)]
    }
}

/// A batch of a schema that is known at run time only, or under a name of its own.
impl Records for Batch<'_> {
    fn batches(&self) -> Vec<Batch<'_>> {
        vec![self.clone()]
    }
}

impl<T: Records + ?Sized> Records for &T {
    fn batches(&self) -> Vec<Batch<'_>> {
        (**self).batches()
    }
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<$($name: Records),+> Records for ($($name,)+) {
            fn batches(&self) -> Vec<Batch<'_>> {
                #[expect(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)+) = self;
                [$($name.batches()),+].concat()
            }
        }
    };
}

tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);

#[cfg(test)]
mod tests {
    use record::Timestamp;

    use super::*;

    /// A level.
    #[derive(Record)]
    #[record(measurement = "levels")]
    struct Level {
        #[record(time)]
        at: Timestamp,
        /// Water level.
        #[record(unit = "m")]
        level: f64,
    }

    /// A station.
    #[derive(Record)]
    #[record(table = "stations")]
    struct Station {
        #[record(key)]
        name: &'static str,
    }

    fn names(records: impl Records) -> Vec<(String, usize)> {
        let name = |batch: &Batch<'_>| (batch.schema().name.to_string(), batch.len());
        records.batches().iter().map(name).collect()
    }

    #[test]
    fn lists_batches_and_tuples_of_them_are_records() {
        let levels = vec![Level { at: Timestamp::UNIX_EPOCH, level: 0.4 }];
        let stations = [Station { name: "Maidenhead" }, Station { name: "Windsor" }];
        assert_eq!(names(&levels), [("levels".to_owned(), 1)]);
        assert_eq!(names(levels.as_slice()), [("levels".to_owned(), 1)]);
        let renamed = Batch::of(&levels).named("water");
        let all = names((&stations, &levels, &renamed));
        assert_eq!(all, [("stations".to_owned(), 2), ("levels".to_owned(), 1), ("water".to_owned(), 1)]);
    }
}
