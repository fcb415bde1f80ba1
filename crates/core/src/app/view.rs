//! The frame around the pages: what the app is, whose it is, and what waits.

use linli_wire::{
    command::{AccountCard, AppView, Connection, ConnectionState, Keeping},
    outbox::OutboxCounts,
};

use super::{Core, Opened};
use crate::{
    cache::lock,
    chat, community, device,
    error::Result,
    keys::{self, Found},
    notices,
    outbox::{self, kept},
    sync,
};

impl Core {
    /// The frame around the pages.
    pub(crate) fn view(&self) -> Result<AppView> {
        let (stage, opened, opened_link) = {
            let state = lock(&self.state);
            (state.stage.clone(), state.opened.clone(), state.opened_link.clone())
        };
        let settings = self.settings()?;
        let mut view = AppView {
            stage,
            settings_chosen: settings.is_some(),
            settings: settings.unwrap_or_default(),
            accounts: Vec::new(),
            me: None,
            connection: Connection { state: ConnectionState::Connecting, updated_at: None },
            trouble: None,
            outbox: OutboxCounts::default(),
            kept: 0,
            unread_notices: 0,
            unread_messages: 0,
            keeping: None,
            demo: self.ports.demo.clone(),
            opened_link,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let Some(opened) = opened else { return Ok(view) };
        view.keeping = Some(self.keeping(&opened)?);
        for old in &opened.kept {
            view.kept += u32::try_from(kept::items(&old.cache)?.len()).unwrap_or(u32::MAX);
        }
        let now = self.ports.system.now();
        for row in device::accounts(&opened.device)? {
            let Some(account) = opened.accounts.iter().find(|account| account.id == row.id) else { continue };
            let unread = account.cache.read(|db| notices::unread(db, now))?;
            let current = opened.current == Some(row.id);
            if current {
                view.trouble = account.trouble();
                view.connection = Connection {
                    state: account.connection(),
                    updated_at: sync::progress(&account.cache)?.updated_at,
                };
                (view.me, view.outbox) =
                    account.cache.read(|db| Ok((community::me_whole(db)?, outbox::counts(db)?)))?;
                view.unread_notices = unread;
                view.unread_messages = chat::unread(&account.cache, now)?;
                // Asked for at every change of anything: it writes only when the names did change.
                if let Some(me) = &view.me
                    && (row.community.as_ref() != Some(&me.community.name)
                        || row.person_name != me.person.name)
                {
                    device::name_account(&opened.device, row.id, &me.community.name, &me.person.name)?;
                }
            }
            let name = row.person_name;
            view.accounts.push(AccountCard {
                id: row.id,
                server: row.server,
                community: row.community,
                name,
                current,
                unread,
            });
        }
        Ok(view)
    }

    fn keeping(&self, opened: &Opened) -> Result<Keeping> {
        let (Some(folder), Some(_)) = (&self.ports.folder, &opened.key) else { return Ok(Keeping::Nothing) };
        Ok(match keys::look(folder)? {
            Found::Slots { passphrase, key_store: true } => Keeping::KeyStore { passphrase },
            _ => Keeping::Passphrase { passphrase: String::new() },
        })
    }

    /// Counts and states, to send to whoever helps.
    pub(crate) fn diagnosis(&self) -> Result<String> {
        let view = self.view()?;
        // Counts and states only: no names, no texts, no addresses.
        let mut text = format!(
            "Linli {}\nstage {:?}\naccounts {}\nconnection {:?}\nupdated {:?}\ntrouble {:?}\nwaiting {} stuck {} kept {}\nunread {}\nkeeping {}\n",
            view.version,
            std::mem::discriminant(&view.stage),
            view.accounts.len(),
            view.connection.state,
            view.connection.updated_at,
            view.trouble.map(|trouble| trouble.code),
            view.outbox.waiting,
            view.outbox.stuck,
            view.kept,
            view.unread_notices,
            match view.keeping {
                Some(Keeping::KeyStore { passphrase }) =>
                    format!("key store ({}), passphrase {passphrase}", self.ports.key_store.backend()),
                Some(Keeping::Passphrase { .. }) => "passphrase".to_owned(),
                Some(Keeping::Nothing) => "nothing".to_owned(),
                None => "closed".to_owned(),
            },
        );
        if let Ok(account) = self.account() {
            for row in account.cache.read(outbox::rows)? {
                text.push_str(&format!("{} {:?}\n", row.kind, row.state));
            }
        }
        Ok(text)
    }
}
