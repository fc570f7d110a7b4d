//! The delivery of a batch, until the fate of every line is known.

use record::Refused;
use sink::Error;

use crate::bad_request::BadRequest;
use crate::part::{Group, Part};
use crate::write_api::{Answer, WriteApi, too_small};

/// Largest number of divisions of the groups of one part. Each costs two requests at most.
const DIVISIONS: usize = 128;

/// The delivery of a batch.
pub(crate) struct Delivery<'a> {
    api: &'a WriteApi,
    refused: Vec<Refused>,
    /// A body that the server found too large was longer than this. Learned once, kept for all that follows.
    fits: usize,
    /// Whether the server takes a request without a point, so that its refusals are about lines.
    is_open: bool,
}

/// The groups of a part that are still to be sent, and the number of divisions left.
struct Search {
    waiting: Vec<Group>,
    divisions: usize,
}

impl<'a> Delivery<'a> {
    pub(crate) fn new(api: &'a WriteApi) -> Self {
        Self { api, refused: Vec::new(), fits: usize::MAX, is_open: false }
    }

    /// Adds records that were refused before they were sent.
    pub(crate) fn refuse(&mut self, refused: impl IntoIterator<Item = Refused>) {
        self.refused.extend(refused);
    }

    /// All refused records, in the order of the batch.
    pub(crate) fn into_refused(mut self) -> Vec<Refused> {
        self.refused.sort_by_key(|refused| refused.row);
        self.refused
    }

    /// Delivers a part. When it returns, each line was in a request the server took, or is refused.
    pub(crate) async fn deliver(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let mut search = Search { waiting: vec![part.all()], divisions: DIVISIONS };
        while let Some(group) = search.waiting.pop() {
            if group.is_empty() {
                continue;
            }
            let body = part.body(&group);
            if body.len() > self.fits && group.len() > 1 {
                search.add(part.halve(group));
                continue;
            }
            match self.api.write(&body).await? {
                Answer::Written => {}
                Answer::TooLarge => self.shrink(part, group, body.len(), &mut search)?,
                Answer::Refused(bad_request) => self.sort(part, group, bad_request, &mut search).await?,
            }
        }
        Ok(())
    }

    /// Divides a group that is too large. A single line that is too large is refused.
    fn shrink(
        &mut self,
        part: &Part<'_>,
        group: Group,
        bytes: usize,
        search: &mut Search,
    ) -> Result<(), Error> {
        if !search.may_divide() {
            return Err(too_small(bytes));
        }
        self.fits = self.fits.min(bytes / 2);
        if group.len() == 1 {
            self.refuse_group(
                part,
                &group,
                &format!("its line of {bytes} bytes is larger than the server takes"),
            );
        } else {
            search.add(part.halve(group));
        }
        Ok(())
    }

    /// Refuses the lines of a group that an error response is about, as far as that is certain, and divides the rest.
    async fn sort(
        &mut self,
        part: &Part<'_>,
        group: Group,
        bad_request: BadRequest,
        search: &mut Search,
    ) -> Result<(), Error> {
        let bad_request = self.about_lines(bad_request).await?;
        let reason = bad_request.reason(part.measurement());
        if group.len() == 1 || bad_request.is_about_all(group.len()) {
            self.refuse_group(part, &group, &reason);
            return Ok(());
        }
        if !search.may_divide() {
            let reason = format!("one of {} that the server refuses together: {reason}", group.len());
            self.refuse_group(part, &group, &reason);
            return Ok(());
        }
        match part.divide(&group, &bad_request) {
            Some((suspects, others)) if suspects.len() == 1 => {
                self.refuse_group(part, &suspects, &reason);
                search.waiting.push(others);
            }
            Some(divided) => search.add(divided),
            None => search.add(part.halve(group)),
        }
        Ok(())
    }

    /// The error response, unless it would be the same about no lines at all: then the request as such is at fault, and no
    /// record must be refused for it.
    async fn about_lines(&mut self, bad_request: BadRequest) -> Result<BadRequest, Error> {
        if self.is_open || bad_request.is_about_lines() {
            return Ok(bad_request);
        }
        let same = self.api.probe().await?.is_some_and(|other| other.message() == bad_request.message());
        if same {
            return Err(self.api.failed(bad_request.into_error()));
        }
        self.is_open = true;
        Ok(bad_request)
    }

    fn refuse_group(&mut self, part: &Part<'_>, group: &[usize], reason: &str) {
        self.refuse(group.iter().filter_map(|line| part.refusal(*line, reason)));
    }
}

impl Search {
    fn add(&mut self, (one, other): (Group, Group)) {
        self.waiting.extend([other, one]);
    }

    fn may_divide(&mut self) -> bool {
        let left = self.divisions.checked_sub(1);
        self.divisions = left.unwrap_or_default();
        left.is_some()
    }
}
