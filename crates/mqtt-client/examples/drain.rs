//! Benchmark of [`Subscription`]: `drain MESSAGES QOS` counts and acknowledges messages from the broker of `MQTT_URL`,
//! under `flood/#`.

use std::error::Error;
use std::time::Instant;

use mqtt_client::{Config, Event, Filter, Qos, Subscription};
use settings::{Settings, Source};

const MOST: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let expected: usize = words.next().ok_or("drain MESSAGES QOS")?.parse()?;
    let qos = if words.next().as_deref() == Some("1") { Qos::AtLeastOnce } else { Qos::AtMostOnce };
    let mut source = Source::from_environment(secret::Redactor::default());
    let config = Config::read(&mut source);
    source.finish()?;
    let config = config.ok_or("MQTT_URL is not set")?.named("drain");
    let filters = vec![Filter::new("flood/#", qos)];
    let mut subscription = Subscription::start(&config, &tls::client_config(None)?, filters)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut messages, mut count, mut bytes, mut batches) = (Vec::new(), 0, 0, 0_usize);
        let mut started = None;
        while count < expected {
            match subscription.next_batch(&mut messages, MOST).await {
                Event::Connected { .. } => println!("connected"),
                Event::Disconnected(error) => println!("disconnected: {}", fault::chain(&error)),
                Event::Messages => {
                    started.get_or_insert_with(Instant::now);
                    count += messages.len();
                    batches += 1;
                    for message in messages.drain(..) {
                        bytes += message.payload.len();
                        subscription.acknowledge(message.token);
                    }
                }
            }
        }
        let seconds = started.map_or(0.0, |started| started.elapsed().as_secs_f64());
        let rate = f64::from(u32::try_from(count)?) / seconds;
        println!(
            "{count} messages, {bytes} bytes, {batches} batches in {seconds:.2} s: {rate:.0} per second"
        );
        subscription.close().await;
        Ok(())
    })
}
