//! The loop that sends the outbox in batches.
//!
//! A batch that the server refuses as a whole, as an older one does that does not
//! know an operation in it, is sent again one by one, so that only what is refused is stuck.

use linli_wire::{
    Code,
    command::{ConnectionState, Topic},
    ops::{MAX_BATCH, OpsReply, OpsRequest, Outcome},
};

use super::{Account, authorised};
use crate::{
    error::{Error, Result},
    notices, outbox,
};

impl Account {
    pub(super) async fn send(&self) -> Option<Error> {
        let mut failures = 0_u32;
        // How many operations go in one batch: one at a time after a batch that was refused as a whole.
        let mut most = MAX_BATCH;
        loop {
            if self.has_left() {
                return None;
            }
            let wake = self.to_send.listen();
            match self.send_batch(&mut most).await {
                Ok(true) => failures = 0,
                Ok(false) => {
                    failures = 0;
                    most = MAX_BATCH;
                    wake.await;
                }
                Err(error) => match self.has_ended(&error) {
                    Some(end) => return Some(end),
                    None => {
                        failures = failures.saturating_add(1);
                        self.pause(failures, wake).await;
                    }
                },
            }
        }
    }

    /// The error that ends this account's loops; any other means to try again later.
    pub(super) fn has_ended(&self, error: &Error) -> Option<Error> {
        match error.code() {
            Code::SignedOut | Code::DeviceRevoked => Some(error.clone()),
            _ if self.is_damaged() => self.trouble().map(Error),
            Code::ServerUnreachable => {
                self.set_connection(ConnectionState::Offline);
                None
            }
            _ => None,
        }
    }

    /// One batch. Returns whether there may be more.
    async fn send_batch(&self, most: &mut usize) -> Result<bool> {
        // Only this loop sends: what is still marked as on its way is left from an attempt whose answer
        // could not be written down, as on a full disk. It is asked for again.
        self.noted(outbox::put_back(&self.cache))?;
        if self.noted(outbox::stick_with_files(&self.cache))? {
            self.announce_outbox();
        }
        let batch = self.noted(outbox::next_batch(&self.cache, *most))?;
        if batch.is_empty() {
            return Ok(false);
        }
        (self.ports.announce)(Topic::Outbox);
        let request = OpsRequest { ops: batch };
        let reply: Result<OpsReply> = authorised!(self, |api| api.post("/v1/ops", &request));
        let outcomes = match reply {
            Ok(reply) => reply.outcomes,
            Err(error) if is_about_content(error.code()) && request.ops.len() == 1 => {
                vec![Outcome::Refused { error: error.0 }]
            }
            Err(error) => {
                self.noted(outbox::put_back(&self.cache))?;
                // A message says itself that it waits again, and its room does not follow the outbox.
                for topic in [Topic::Outbox, Topic::Chat] {
                    (self.ports.announce)(topic);
                }
                if is_about_content(error.code()) {
                    *most = 1;
                    return Ok(true);
                }
                return Err(error);
            }
        };
        let now = self.ports.system.now();
        let answered = self.wrote(outbox::conclude(&self.cache, &request.ops, &outcomes, now))?;
        self.noted(notices::offer_again(&self.cache, &*self.ports.system))?;
        self.announce_outbox();
        if !answered {
            // The server put everything off: ask again later, not at once.
            return Err(Error::new(Code::TooManyTries, "put off"));
        }
        // Files may have to go again.
        self.wake_sender();
        Ok(true)
    }

    fn announce_outbox(&self) {
        for topic in [Topic::Outbox, Topic::App, Topic::Notices, Topic::Repairs, Topic::Chat] {
            (self.ports.announce)(topic);
        }
    }
}

/// Whether a refusal of a whole batch may be due to one operation in it.
const fn is_about_content(code: Code) -> bool {
    matches!(code, Code::InvalidInput | Code::UnknownCommand | Code::TooLarge)
}
