//! System notifications of new notices.

use linli_wire::{Timestamp, notices::Notice};

use super::Account;
use crate::{community, error::Result, notices, ports::Notification};

/// At most one system notification for normal notices in this time, in milliseconds.
const NOTIFY_EVERY: i64 = 3600 * 1000;

impl Account {
    /// System notifications: emergencies always, others at most once an hour and not when muted.
    pub(super) fn notify(&self, fresh: &[Notice], now: Timestamp) -> Result<()> {
        let Some((title, language, preferences)) = self.cache.read(|db| {
            let Some(community) = community::community(db)? else { return Ok(None) };
            let Some(me) = community::me(db)? else { return Ok(None) };
            let title = community.name.in_language(&me.language).to_owned();
            Ok(Some((title, me.language, community::preferences(db)?)))
        })?
        else {
            return Ok(());
        };
        let mut shown_normal = false;
        for notice in fresh {
            if notice.content.expires_at.is_some_and(|at| at <= now) {
                continue;
            }
            let urgent = notice.content.emergency;
            if !urgent {
                if shown_normal
                    || preferences.muted_categories.contains(&notice.content.category)
                    || !self.may_notify(now)?
                {
                    continue;
                }
                shown_normal = true;
            }
            let (_, text) = notices::in_language(notice, &language);
            self.ports.desktop.notify(Notification {
                title: title.clone(),
                body: text.title.clone(),
                urgent,
            });
        }
        Ok(())
    }

    /// Takes the hour's turn, if it is free. A clock that was set back frees it too.
    fn may_notify(&self, now: Timestamp) -> Result<bool> {
        self.cache.write(|tx| {
            let changed = tx.execute(
                "UPDATE progress SET notified_at = ?1 WHERE notified_at <= ?1 - ?2 OR notified_at > ?1",
                [now.0, NOTIFY_EVERY],
            )?;
            Ok(changed == 1)
        })
    }
}
