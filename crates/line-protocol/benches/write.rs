//! Benchmark of writing points with 3 tags and 4 fields each.

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use line_protocol::{Error, Field, Lines, Name};

// Counts allocations, too: there are none once the buffer has grown.
#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const POINTS: u32 = 10_000;

struct Weather {
    measurement: Name,
    city: Name,
    country: Name,
    station: Name,
    temp: Name,
    wind: Name,
    humidity: Name,
    conditions: Name,
}

impl Weather {
    fn new() -> Result<Self, Error> {
        Ok(Self {
            measurement: Name::measurement("weather")?,
            city: Name::key("city")?,
            country: Name::key("country")?,
            station: Name::key("station")?,
            temp: Name::key("temp")?,
            wind: Name::key("wind")?,
            humidity: Name::key("humidity")?,
            conditions: Name::key("conditions")?,
        })
    }

    fn write(&self, lines: &mut Lines, n: u32) -> Result<(), Error> {
        let mut line = lines.line(&self.measurement);
        line.tag(&self.city, "San Francisco")?;
        line.tag(&self.country, "US")?;
        line.tag(&self.station, "KSFO")?;
        line.field(&self.temp, Field::Float(f64::from(n) / 7.0))?;
        line.field(&self.wind, Field::Float(f64::from(n % 300) / 10.0))?;
        line.field(&self.humidity, Field::Int(i64::from(n % 100)))?;
        line.field(&self.conditions, Field::Text("scattered clouds"))?;
        line.end(1_700_000_000_000_000_000 + i64::from(n))
    }
}

fn main() {
    divan::main();
}

#[divan::bench]
fn points(bencher: Bencher<'_, '_>) {
    let Ok(weather) = Weather::new() else { return };
    let mut lines = Lines::new();
    bencher.counter(ItemsCount::new(POINTS)).bench_local(|| {
        lines.clear();
        (0..POINTS).try_for_each(|n| weather.write(&mut lines, n))?;
        Ok::<usize, Error>(lines.len())
    });
}
