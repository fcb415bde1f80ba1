//! System notifications: of new notices, of repairs that need the person, of bills that are not paid, and of what
//! moderators did about the person's messages.

use linli_wire::{Language, Timestamp, notices::Notice, repairs::RepairCategory, sync::Entity};

use super::Account;
use crate::{
    chat::{self, Told},
    community,
    error::Result,
    notices,
    payments::{self, Reminded},
    ports::Notification,
    repairs::{self, Ask},
};

/// At most one system notification for normal notices in this time, in milliseconds.
const NOTIFY_EVERY: i64 = 3600 * 1000;

impl Account {
    /// System notifications: emergencies always, others at most once an hour and not when muted, nor within quiet hours.
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
        let quiet = self.is_quiet(now)?;
        let mut shown_normal = false;
        for notice in fresh {
            if notice.content.expires_at.is_some_and(|at| at <= now) {
                continue;
            }
            let urgent = notice.content.emergency;
            if !urgent {
                if shown_normal
                    || quiet
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

    /// Each step of a repair that waits for the person, or closes it, is told: they were asked, and asked once.
    pub(super) fn tell(&self, asks: &[Ask]) -> Result<()> {
        let known = self.cache.read(|db| {
            let Some(community) = community::community(db)? else { return Ok(None) };
            let language = community::me(db)?.map_or_else(Language::en, |me| me.language);
            let categories: Vec<RepairCategory> = community::records(db, Entity::RepairCategory)?;
            Ok(Some((community.name.in_language(&language).to_owned(), language, categories)))
        })?;
        let Some((title, language, categories)) = known else { return Ok(()) };
        if self.is_quiet(self.ports.system.now())? {
            return Ok(());
        }
        for ask in asks {
            let category = categories.iter().find(|category| category.content.key == ask.category);
            let name = category
                .map_or(ask.category.as_str(), |category| category.content.name.in_language(&language));
            let body = repairs::words_of(ask.what, name, &language);
            self.ports.desktop.notify(Notification { title: title.clone(), body, urgent: false });
        }
        Ok(())
    }

    /// Reminders of bills, unless the person wants none: what a page of the log brings is one message.
    pub(super) fn remind(&self, reminded: &[Reminded]) -> Result<()> {
        let known = self.cache.read(|db| {
            let Some(community) = community::community(db)? else { return Ok(None) };
            let language = community::me(db)?.map_or_else(Language::en, |me| me.language);
            let title = community.name.in_language(&language).to_owned();
            Ok(Some((title, language, community::preferences(db)?.muted_reminders)))
        })?;
        let Some((title, language, false)) = known else { return Ok(()) };
        if self.is_quiet(self.ports.system.now())? {
            return Ok(());
        }
        let body = payments::words_of(reminded, &language).to_owned();
        self.ports.desktop.notify(Notification { title, body, urgent: false });
        Ok(())
    }

    /// What moderators did about the person's own messages: what a page of the log brings is one message.
    pub(super) fn tell_of_measures(&self, told: &[Told]) -> Result<()> {
        let known = self.cache.read(|db| {
            let Some(community) = community::community(db)? else { return Ok(None) };
            let language = community::me(db)?.map_or_else(Language::en, |me| me.language);
            Ok(Some((community.name.in_language(&language).to_owned(), language)))
        })?;
        let Some((title, language)) = known else { return Ok(()) };
        if self.is_quiet(self.ports.system.now())? {
            return Ok(());
        }
        let body = chat::words_of(told, &language).to_owned();
        self.ports.desktop.notify(Notification { title, body, urgent: false });
        Ok(())
    }

    /// Whether the person wants to be told only of emergencies just now.
    fn is_quiet(&self, now: Timestamp) -> Result<bool> {
        self.cache.read(|db| chat::is_quiet(db, now))
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
