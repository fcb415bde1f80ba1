//! The loop that tends what is here: words for search, pictures and photos for when the network is gone.

use std::time::Duration;

use super::Account;
use crate::{
    attachments, chat, community,
    error::{Error, Result},
    notices, payments, repairs,
};

/// How many of the newest notices have their files fetched for reading offline.
const FETCHED_NOTICES: u32 = 200;
/// Largest file that is fetched without being asked for.
const FETCHED_BYTES: u64 = 4 * 1024 * 1024;

impl Account {
    pub(super) async fn tend(&self) -> Option<Error> {
        loop {
            let wake = self.to_tend.listen();
            if self.has_left() {
                return None;
            }
            // Trouble here is no one's trouble: search indexes what is missing when it is asked, and a
            // picture is fetched when it is shown.
            if self.tend_once().await.is_err() {
                self.pause(3, wake).await;
            } else {
                wake.await;
            }
        }
    }

    async fn tend_once(&self) -> Result<()> {
        while notices::index_some(&self.cache, 200)? > 200 {
            // Let the other loops have their turn.
            self.ports.system.sleep(Duration::ZERO).await;
        }
        while chat::index_some(&self.cache, 200)? > 200 {
            self.ports.system.sleep(Duration::ZERO).await;
        }
        let now = self.ports.system.now();
        let mut wanted = self.cache.read(repairs::wanted_files)?;
        wanted.extend(self.cache.read(|db| notices::newest_files(db, FETCHED_NOTICES, now))?);
        wanted.extend(self.cache.read(|db| chat::wanted_files(db, now))?);
        for about in wanted {
            if about.bytes <= FETCHED_BYTES && !attachments::is_kept(&self.cache, about.id)? {
                self.fetch(&about).await?;
            }
        }
        for photo in self.cache.read(community::wanted_photos)? {
            if !attachments::is_kept(&self.cache, photo.id)? {
                self.fetch_photo(&photo).await?;
            }
        }
        payments::fetch_ahead(self).await
    }
}
