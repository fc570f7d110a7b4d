//! Bodies of replies: whole, truncated, slow or endless.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Frame;
use tokio::sync::mpsc;

use crate::{Delivery, Reply};

/// Error that makes the HTTP library close a connection early.
#[derive(Debug, thiserror::Error)]
#[error("the reply was truncated by a fault")]
pub(crate) struct BrokenOff;

pub(crate) type Body = BoxBody<Bytes, BrokenOff>;

/// Builds the body of `reply`, and the `content-length` to announce if it differs from the length of the body.
pub(crate) fn body_of(reply: &Reply) -> (Body, Option<usize>) {
    let bytes = reply.body.clone();
    let announced = Some(bytes.len());
    match reply.delivery {
        Delivery::Truncated => (Frames::written(|frames| truncate(frames, bytes)), announced),
        Delivery::Trickled(pause) => (Frames::written(|frames| trickle(frames, bytes, pause)), announced),
        Delivery::Endless => (Frames::written(|frames| repeat(frames, bytes)), None),
        Delivery::Whole | Delivery::Never | Delivery::Reset => {
            (Full::new(bytes).map_err(|never: Infallible| match never {}).boxed(), None)
        }
    }
}

type Sender = mpsc::Sender<Result<Bytes, BrokenOff>>;

async fn truncate(frames: Sender, body: Bytes) {
    let half = body.slice(..body.len() / 2);
    if frames.send(Ok(half)).await.is_ok() {
        // There is room again only after the client took the first half, so it arrives before the end.
        let _ = frames.send(Err(BrokenOff)).await;
    }
}

async fn trickle(frames: Sender, body: Bytes, pause: Duration) {
    for at in 0..body.len() {
        if frames.send(Ok(body.slice(at..=at))).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

async fn repeat(frames: Sender, head: Bytes) {
    let more = Bytes::from(",0".repeat(32 * 1024));
    let mut next = head;
    while frames.send(Ok(next)).await.is_ok() {
        next = more.clone();
    }
}

/// A body written by a task of its own, one frame ahead of the client.
struct Frames(mpsc::Receiver<Result<Bytes, BrokenOff>>);

impl Frames {
    fn written<W: Future<Output = ()> + Send + 'static>(writer: impl FnOnce(Sender) -> W) -> Body {
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(writer(sender));
        Self(receiver).boxed()
    }
}

impl hyper::body::Body for Frames {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.0.poll_recv(context).map(|frame| frame.map(|bytes| bytes.map(Frame::data)))
    }
}
