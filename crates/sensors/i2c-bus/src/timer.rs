//! Waits that let the rest of the program go on.

use std::time::Duration;

use embedded_hal_async::delay::DelayNs;

#[cfg(unix)]
use crate::socket::Socket;

/// The timer that belongs to a bus, in the form drivers take.
///
/// By default it is tokio's, which waits a millisecond at least, and never too short. That of a bus behind a socket
/// asks there, since simulated sensors have a time of their own.
#[derive(Debug, Clone, Default)]
pub struct Timer(Clock);

#[derive(Debug, Clone, Default)]
enum Clock {
    #[default]
    Real,
    #[cfg(unix)]
    Remote(Socket),
}

impl Timer {
    #[cfg(unix)]
    pub(crate) fn of(socket: Socket) -> Self {
        Self(Clock::Remote(socket))
    }

    async fn wait(&self, duration: Duration) {
        #[cfg(unix)]
        if let Clock::Remote(socket) = &self.0
            && socket.has_waited(duration)
        {
            return tokio::task::yield_now().await;
        }
        tokio::time::sleep(duration).await;
    }
}

impl DelayNs for Timer {
    async fn delay_ns(&mut self, ns: u32) {
        self.wait(Duration::from_nanos(ns.into())).await;
    }

    async fn delay_us(&mut self, us: u32) {
        self.wait(Duration::from_micros(us.into())).await;
    }

    async fn delay_ms(&mut self, ms: u32) {
        self.wait(Duration::from_millis(ms.into())).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_is_as_long_as_it_should_be() {
        let (mut timer, start) = (Timer::default(), Instant::now());
        timer.delay_ms(500).await;
        timer.delay_us(2000).await;
        timer.delay_ns(1_000_000).await;
        assert_eq!(start.elapsed(), Duration::from_millis(503));
    }
}
