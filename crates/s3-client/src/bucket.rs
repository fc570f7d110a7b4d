//! A bucket, and the operations on its objects.

use std::time::Duration;

use fault::Retry;
use http_client::{Client, Reply, Request};
use rusty_s3::actions::ListObjectsV2;

use crate::signing::{Signer, time, time_of};
use crate::{Config, Error, error};

/// More than a page of a listing has, with a thousand names of a kilobyte each.
const LISTING_LIMIT: usize = 4 << 20;

/// A bucket of an S3-compatible service. Nothing is connected to before it is used.
#[derive(Debug)]
pub struct Bucket {
    signer: Signer,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The whole key.
    pub key: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// An object as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The bytes.
    pub content: Vec<u8>,
    /// The name of this version of it, for [`Condition::Is`].
    pub etag: String,
    /// The time since it was written, both by the clock of the server; `None` where it does not say.
    pub age: Option<Duration>,
}

/// A condition for a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// There is none.
    None,
    /// No object of that key exists.
    Absent,
    /// The object is still of this version.
    Is(&'a str),
}

/// The outcome of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It is written, as this version.
    Done(String),
    /// The condition is not met, and nothing was written.
    NotMet,
    /// The service knows no such condition, and nothing was written.
    NotSupported,
}

impl Bucket {
    /// The bucket called `name`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`].
    pub fn new(config: &Config, name: &str, http: &Client, retry: Retry) -> Result<Self, Error> {
        Ok(Self { signer: Signer::new(config, name, http, retry)? })
    }

    /// All objects whose keys begin with `prefix`, in the order of their keys.
    ///
    /// # Errors
    ///
    /// The reason why there is no list.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, Error> {
        let mut listed = Vec::new();
        let mut next = None;
        loop {
            let mut list = self.signer.bucket.list_objects_v2(Some(&self.signer.credentials));
            list.with_prefix(prefix);
            if let Some(token) = next.take() {
                list.with_continuation_token(token);
            }
            let reply = self.signer.send("list", &list, |request| request.body_limit(LISTING_LIMIT)).await?;
            let page =
                ListObjectsV2::parse_response(&succeeded(reply)?.text()).map_err(|_| Error::NotAList)?;
            let objects = page.contents.into_iter();
            listed.extend(objects.map(|object| Listed { key: object.key, bytes: object.size.unwrap_or(0) }));
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(listed);
            }
        }
    }

    /// The object with this key, if there is one of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be read.
    pub async fn get(&self, key: &str, limit: usize) -> Result<Option<Object>, Error> {
        let action = self.signer.bucket.get_object(Some(&self.signer.credentials), key);
        let reply = self.signer.send("read", &action, |request| request.body_limit(limit)).await?;
        if is_absent(&reply) {
            return Ok(None);
        }
        let reply = succeeded(reply)?;
        let age = time_of(&reply).zip(time(&reply, "last-modified"));
        // To the second, and the newest second is not negative.
        let age = age.map(|(now, then)| Duration::try_from(now.duration_since(then)).unwrap_or_default());
        Ok(Some(Object { content: reply.body().to_vec(), etag: etag(&reply), age }))
    }

    /// Writes an object.
    ///
    /// # Errors
    ///
    /// The reason why it is not written. After a temporary one it may be written nevertheless.
    pub async fn put(&self, key: &str, content: &[u8], condition: Condition<'_>) -> Result<Put, Error> {
        let action = self.signer.bucket.put_object(Some(&self.signer.credentials), key);
        let complete = |request: Request| {
            let request = request.body("application/octet-stream", content.to_vec());
            match condition {
                Condition::None => request,
                Condition::Absent => request.header("if-none-match", "*"),
                Condition::Is(etag) => request.header("if-match", etag),
            }
        };
        let reply = self.signer.send("write", &action, complete).await?;
        match (reply.status().as_u16(), condition) {
            (200..=299, _) => Ok(Put::Done(etag(&reply))),
            (_, Condition::None) => Err(Error::refused(&reply)),
            (409 | 412, _) => Ok(Put::NotMet),
            // The object whose version was asked for is gone.
            (404, _) if is_absent(&reply) => Ok(Put::NotMet),
            (501, _) => Ok(Put::NotSupported),
            _ => Err(Error::refused(&reply)),
        }
    }

    /// Removes an object. Removing one that is not there is no error.
    ///
    /// # Errors
    ///
    /// The reason why it is not removed.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let action = self.signer.bucket.delete_object(Some(&self.signer.credentials), key);
        let reply = self.signer.send("remove", &action, |request| request).await?;
        if is_absent(&reply) { Ok(()) } else { succeeded(reply).map(drop) }
    }
}

fn succeeded(reply: Reply) -> Result<Reply, Error> {
    if reply.status().is_success() { Ok(reply) } else { Err(Error::refused(&reply)) }
}

/// Whether there is no such object, as opposed to no such bucket.
fn is_absent(reply: &Reply) -> bool {
    reply.status().as_u16() == 404 && error::code(reply).is_none_or(|code| code == "NoSuchKey")
}

fn etag(reply: &Reply) -> String {
    reply.header("etag").unwrap_or_default().to_owned()
}
