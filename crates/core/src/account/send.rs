//! The loop that sends: files first, then the outbox in batches.

use linli_wire::{
    Code,
    attachments::Attachment,
    command::{ConnectionState, Topic},
    ops::{OpsReply, OpsRequest},
};

use super::{Account, authorised};
use crate::{
    api::is_passing,
    attachments::{self, Kept},
    error::{Error, Result},
    notices, outbox,
};

impl Account {
    pub(super) async fn send(&self) -> Option<Error> {
        let mut failures = 0_u32;
        loop {
            if self.has_left() {
                return None;
            }
            let wake = self.to_send.listen();
            match self.send_once().await {
                Ok(true) => failures = 0,
                Ok(false) => {
                    failures = 0;
                    wake.await;
                }
                Err(error) => match error.code() {
                    Code::SignedOut | Code::DeviceRevoked => return Some(error),
                    _ if self.is_damaged() => return self.trouble().map(Error),
                    _ => {
                        if matches!(error.code(), Code::ServerUnreachable) {
                            self.set_connection(ConnectionState::Offline);
                        }
                        failures = failures.saturating_add(1);
                        self.pause(failures, wake).await;
                    }
                },
            }
        }
    }

    /// One file or one batch. Returns whether there may be more.
    async fn send_once(&self) -> Result<bool> {
        if let Some(Kept { about, bytes }) = self.noted(attachments::next_upload(&self.cache))? {
            let path = format!("/v1/attachments/{}", about.id);
            match authorised!(self, |api| api.put_file::<Attachment>(&path, &about.name, bytes.clone())) {
                Ok(_) => attachments::uploaded(&self.cache, about.id)?,
                Err(error)
                    if is_passing(error.code())
                        || matches!(error.code(), Code::SignedOut | Code::DeviceRevoked) =>
                {
                    return Err(error);
                }
                Err(_) => attachments::refused(&self.cache, about.id)?,
            }
            return Ok(true);
        }
        // Only this loop sends: what is still marked as on its way is left from an attempt whose answer
        // could not be written down, as on a full disk. It is asked for again.
        self.noted(outbox::put_back(&self.cache))?;
        let batch = self.noted(outbox::next_batch(&self.cache))?;
        if batch.is_empty() {
            return Ok(false);
        }
        (self.ports.announce)(Topic::Outbox);
        let request = OpsRequest { ops: batch };
        let reply: Result<OpsReply> = authorised!(self, |api| api.post("/v1/ops", &request));
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                self.noted(outbox::put_back(&self.cache))?;
                (self.ports.announce)(Topic::Outbox);
                return Err(error);
            }
        };
        let before: usize = reply
            .outcomes
            .iter()
            .filter(|outcome| matches!(outcome, linli_wire::ops::Outcome::Done { .. }))
            .count();
        let now = self.ports.system.now();
        let stuck = self.wrote(outbox::conclude(&self.cache, &request.ops, &reply.outcomes, now))?;
        self.noted(notices::offer_again(&self.cache, &*self.ports.system))?;
        for topic in [Topic::Outbox, Topic::App, Topic::Notices] {
            (self.ports.announce)(topic);
        }
        if before == 0 && !stuck {
            // The server put everything off: ask again later, not at once.
            return Err(Error::new(Code::TooManyTries, "put off"));
        }
        Ok(true)
    }
}
