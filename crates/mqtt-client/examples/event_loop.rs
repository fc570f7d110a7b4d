//! Benchmark of rumqttc's own client, for the decision on MQTT: `event_loop MESSAGES QOS`, from the broker of
//! `MQTT_URL`, under `flood/#`.

use std::error::Error;
use std::time::Instant;

use rumqttc::{AckMode, AsyncClient, Event, Incoming, MqttOptions, QoS};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let expected: u32 = words.next().ok_or("event_loop MESSAGES QOS")?.parse()?;
    let qos = if words.next().as_deref() == Some("1") { QoS::AtLeastOnce } else { QoS::AtMostOnce };
    let is_automatic = words.next().as_deref() == Some("automatic");
    let url = url::Url::parse(&std::env::var("MQTT_URL")?)?;
    let address = (url.host_str().ok_or("MQTT_URL names no host")?, url.port().unwrap_or(1883));
    let mut options = MqttOptions::new("event-loop", address);
    options.set_credentials(url.username(), url.password().unwrap_or_default().to_owned());
    options.set_ack_mode(if is_automatic { AckMode::Automatic } else { AckMode::Manual });
    options.set_read_batch_size(128).set_max_request_batch(1000).set_inflight(1000);
    let (client, mut event_loop) = AsyncClient::builder(options).capacity(4096).build();
    client.subscribe("flood/#", qos).await?;
    let (mut count, mut started) = (0, None);
    while count < expected {
        if let Event::Incoming(Incoming::Publish(publish)) = event_loop.poll().await? {
            started.get_or_insert_with(Instant::now);
            count += 1;
            if qos == QoS::AtLeastOnce && !is_automatic {
                client.try_ack(&publish)?;
            }
        }
    }
    let seconds = started.map_or(0.0, |started: Instant| started.elapsed().as_secs_f64());
    println!("{count} messages in {seconds:.2} s: {:.0} per second", f64::from(count) / seconds);
    Ok(())
}
