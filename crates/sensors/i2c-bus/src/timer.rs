//! Waits that let the rest of the program go on.

use std::time::Duration;

use embedded_hal_async::delay::DelayNs;

/// The timer of tokio, as drivers want it. It waits a millisecond at least, and never too short.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timer;

impl DelayNs for Timer {
    async fn delay_ns(&mut self, ns: u32) {
        tokio::time::sleep(Duration::from_nanos(ns.into())).await;
    }

    async fn delay_us(&mut self, us: u32) {
        tokio::time::sleep(Duration::from_micros(us.into())).await;
    }

    async fn delay_ms(&mut self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_is_as_long_as_it_should_be() {
        let start = Instant::now();
        Timer.delay_ms(500).await;
        Timer.delay_us(2000).await;
        Timer.delay_ns(1_000_000).await;
        assert_eq!(start.elapsed(), Duration::from_millis(503));
    }
}
