//! The whole app on one device: which screen comes first, and which accounts run.
//!
//! A start goes: look at the folder → open the data key (key store, passphrase, or the person's
//! choice) → open the device's database → open each account → ready. Each step that can fail leaves
//! the app on a screen that says what to do ([`Stage`]), never without one.

mod view;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use event_listener::Event;
use futures_util::{
    FutureExt, StreamExt,
    future::{AbortHandle, abortable},
    pin_mut,
    stream::FuturesUnordered,
};
use linli_wire::{
    Code, WireError,
    command::{Keeping, Stage, Topic, UnlockWith},
    id::AccountId,
};

use crate::{
    account::{self, Account, End},
    cache::{Cache, DataKey, lock},
    device,
    error::{Error, Result},
    keys::{self, Found},
    outbox::kept,
    ports::Ports,
    settings::{self, Beside},
};

/// How long a first question waits for the key store, before the person is told that it is being asked.
const OPENING: Duration = Duration::from_millis(800);

/// The core. One for each running app.
pub struct Core {
    pub(crate) ports: Ports,
    pub(crate) beside: Mutex<Option<Beside>>,
    state: Mutex<State>,
    accounts_changed: Event,
    stage_changed: Event,
}

struct State {
    stage: Stage,
    opened: Option<Opened>,
    opened_link: Option<String>,
}

/// What is there once the data key is.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) device: Arc<Cache>,
    pub(crate) key: Option<DataKey>,
    pub(crate) accounts: Vec<Arc<Account>>,
    /// What is kept of memberships that the server ended.
    pub(crate) kept: Vec<Arc<Account>>,
    pub(crate) current: Option<AccountId>,
}

impl Opened {
    fn take_out(&mut self, id: AccountId) {
        self.accounts.retain(|account| account.id != id);
        self.kept.retain(|account| account.id != id);
        if self.current == Some(id) {
            self.current = self.accounts.first().map(|account| account.id);
        }
    }
}

impl Core {
    /// Tells the face what to ask again.
    pub(crate) fn announce(&self, topics: &[Topic]) {
        topics.iter().for_each(|topic| (self.ports.announce)(*topic));
    }

    /// A core that has not been started.
    pub fn new(ports: Ports) -> Arc<Self> {
        let state = State { stage: Stage::Opening, opened: None, opened_link: None };
        // Before anything is opened, so that the very first screen is in the person's language.
        let beside = Mutex::new(ports.folder.as_deref().and_then(settings::read));
        Arc::new(Self {
            ports,
            beside,
            state: Mutex::new(state),
            accounts_changed: Event::new(),
            stage_changed: Event::new(),
        })
    }

    /// Opens the cache, or ends on the screen that says why not.
    pub async fn start(&self) {
        let stage = match self.ports.folder.as_deref() {
            None => self.open(None).unwrap_or_else(|error| locked(error, Found::Nothing)),
            Some(folder) => {
                keys::sweep_set_aside(folder, &*self.ports.system);
                self.start_in(folder).await
            }
        };
        self.set_stage(stage);
    }

    async fn start_in(&self, folder: &Path) -> Stage {
        let (store, system) = (&*self.ports.key_store, &*self.ports.system);
        let found = match keys::look(folder) {
            Ok(found) => found,
            Err(error) => return locked(error, Found::Orphans),
        };
        let key = match found {
            Found::Nothing => match keys::create_with_key_store(folder, store, system).await {
                Ok(key) => Ok(key),
                Err(Error(trouble)) if is_key_store(trouble.code) => return Stage::ChooseKeeping { trouble },
                Err(error) => Err(error),
            },
            Found::Slots { .. } => keys::open_with_key_store(folder, store).await,
            Found::Orphans => Err(Error::new(Code::KeyStoreWiped, "databases without slots")),
        };
        key.and_then(|key| self.open(Some(key))).unwrap_or_else(|error| locked(error, found))
    }

    /// Opens the databases.
    fn open(&self, key: Option<DataKey>) -> Result<Stage> {
        let device = match (&self.ports.folder, &key) {
            (Some(folder), Some(key)) => Cache::open(&folder.join("device.db"), key, device::MIGRATIONS)?,
            _ => Cache::in_memory(device::MIGRATIONS)?,
        };
        let (accounts, kept) = (Vec::new(), Vec::new());
        let mut opened = Opened { device: Arc::new(device), key, accounts, kept, current: None };
        for row in device::accounts(&opened.device)? {
            let account = self.open_account(&opened, row.id)?;
            let ended = kept::ended_at(&account.cache)?.is_some();
            if ended { opened.kept.push(account) } else { opened.accounts.push(account) }
        }
        opened.current = device::current_account(&opened.device)?
            .filter(|id| opened.accounts.iter().any(|account| account.id == *id))
            .or_else(|| opened.accounts.first().map(|account| account.id));
        self.level_settings(&opened)?;
        let stage = if opened.accounts.is_empty() { Stage::Welcome } else { Stage::Ready };
        lock(&self.state).opened = Some(opened.clone());
        for account in &opened.accounts {
            self.take_up_kept(&opened, account);
        }
        self.accounts_changed.notify(usize::MAX);
        Ok(stage)
    }

    /// Opens or creates the cache of an account.
    pub(crate) fn open_account(&self, opened: &Opened, id: AccountId) -> Result<Arc<Account>> {
        let cache = match (&self.ports.folder, &opened.key) {
            (Some(folder), Some(key)) => {
                Cache::open(&folder.join(format!("{id}.db")), key, account::MIGRATIONS)?
            }
            _ => Cache::in_memory(account::MIGRATIONS)?,
        };
        Ok(Account::new(id, cache, self.ports.clone()))
    }

    /// Runs every account until the app ends. Drop the future to stop; nothing is lost by it.
    pub async fn run(&self) {
        let mut running: FuturesUnordered<_> = FuturesUnordered::new();
        let mut known: Vec<(Arc<Account>, AbortHandle)> = Vec::new();
        loop {
            let changed = self.accounts_changed.listen();
            let accounts =
                lock(&self.state).opened.as_ref().map(|opened| opened.accounts.clone()).unwrap_or_default();
            known.retain(|(account, stop)| {
                let stays = accounts.iter().any(|other| Arc::ptr_eq(account, other));
                if !stays {
                    stop.abort();
                }
                stays
            });
            for account in accounts {
                if !known.iter().any(|(other, _)| Arc::ptr_eq(&account, other)) {
                    let kept = account.clone();
                    let (work, stop) = abortable(async move {
                        let end = account.run().await;
                        (account, end)
                    });
                    known.push((kept, stop));
                    running.push(work);
                }
            }
            let mut changed = changed.fuse();
            if running.is_empty() {
                changed.await;
                continue;
            }
            futures_util::select! {
                () = changed => {}
                ended = running.next() => if let Some(Ok((account, end))) = ended {
                    self.account_ended(&account, end);
                },
            }
        }
    }

    /// The server ended the membership: what it told goes, what the person wrote may stay, and the person is
    /// told. Or the cache is damaged: all of it is closed, so that trying again opens it anew and it can be
    /// put aside.
    fn account_ended(&self, account: &Arc<Account>, end: End) {
        let (trouble, keeps) = match end {
            End::Left => return,
            End::Damaged(error) => {
                if let Some(folder) = &self.ports.folder {
                    lock(&self.state).opened = None;
                    self.accounts_changed.notify(usize::MAX);
                    self.set_stage(locked(error, keys::look(folder).unwrap_or(Found::Orphans)));
                }
                return;
            }
            End::Ended { trouble, keeps } => (trouble, keeps),
        };
        let left = if keeps { self.keep_account(account) } else { self.forget_account(account.id) };
        if let Ok(0) | Err(_) = left {
            self.set_stage(Stage::SignedOut { trouble: trouble.0 });
        } else {
            (self.ports.announce)(Topic::App);
        }
    }

    /// An account becomes what is kept of it. Returns how many accounts are left.
    fn keep_account(&self, account: &Arc<Account>) -> Result<usize> {
        let opened = {
            let mut state = lock(&self.state);
            let Some(opened) = state.opened.as_mut() else { return Ok(0) };
            opened.take_out(account.id);
            opened.kept.push(account.clone());
            opened.clone()
        };
        self.accounts_changed.notify(usize::MAX);
        for other in &opened.accounts {
            if self.take_up_kept(&opened, other) {
                // It is level with the server already.
                other.cache.write(|tx| kept::review(tx, self.ports.system.now()))?;
                other.wake_sender();
            }
        }
        Topic::ALL.into_iter().for_each(|topic| (self.ports.announce)(topic));
        Ok(opened.accounts.len())
    }

    /// Takes what is kept of the same person over into an account. What cannot be taken over now stays where
    /// it is, is shown there, and is tried again at the next start. Returns whether anything was.
    pub(crate) fn take_up_kept(&self, opened: &Opened, account: &Account) -> bool {
        let mut any = false;
        for old in &opened.kept {
            let whole = kept::is_same_person(&old.cache, &account.cache)
                .and_then(|same| Ok(same && kept::adopt(&old.cache, &account.cache)?));
            if matches!(whole, Ok(true)) {
                any = true;
                // A file that cannot go now is taken over once more, which changes nothing.
                let _ = self.forget_account(old.id);
            }
        }
        any
    }

    /// Removes an account and its cache from this device. Returns how many accounts are left.
    pub(crate) fn forget_account(&self, id: AccountId) -> Result<usize> {
        let (device, left) = {
            let mut state = lock(&self.state);
            let Some(opened) = state.opened.as_mut() else { return Ok(0) };
            opened.take_out(id);
            (opened.device.clone(), opened.accounts.len())
        };
        self.accounts_changed.notify(usize::MAX);
        let removed = device::remove_account(&device, id);
        if let Some(folder) = &self.ports.folder {
            for ending in ["db", "db-wal", "db-shm"] {
                // A file that is not there is as good as deleted.
                let _ = std::fs::remove_file(folder.join(format!("{id}.{ending}")));
            }
        }
        for topic in Topic::ALL {
            (self.ports.announce)(topic);
        }
        // On a full disk its row stays, but nothing of what it kept; the next start finds it empty.
        removed.map(|()| left)
    }

    pub(crate) async fn unlock(&self, with: UnlockWith) -> Result<()> {
        let Some(folder) = self.ports.folder.as_deref() else { return Ok(()) };
        if lock(&self.state).opened.is_some() {
            return Ok(());
        }
        match with {
            UnlockWith::KeyStore => {
                let stage = self.start_in(folder).await;
                let trouble = match &stage {
                    Stage::Locked { trouble, .. } | Stage::ChooseKeeping { trouble } => Some(trouble.clone()),
                    _ => None,
                };
                self.set_stage(stage);
                trouble.map_or(Ok(()), |trouble| Err(trouble.into()))
            }
            UnlockWith::Passphrase { passphrase } => {
                let key = keys::open_with_passphrase(folder, &passphrase)?;
                // The key store may have lost its key; with the cache open it gets a new one. Without a
                // key store the passphrase stays the way in.
                let _ =
                    keys::renew_key_store(folder, &key, &*self.ports.key_store, &*self.ports.system).await;
                self.open_or_lock(Some(key))
            }
        }
    }

    pub(crate) fn choose_keeping(&self, keeping: Keeping) -> Result<()> {
        let folder = self.ports.folder.as_deref();
        match (keeping, folder) {
            (Keeping::Passphrase { passphrase }, Some(folder)) => {
                let key = keys::create_with_passphrase(folder, &passphrase, &*self.ports.system)?;
                self.open_or_lock(Some(key))
            }
            (Keeping::Nothing, _) => self.open_or_lock(None),
            _ => Err(WireError::invalid("by", "passphrase or nothing").into()),
        }
    }

    /// The key is there. What is wrong with the databases behind it has its screen, like at a start.
    fn open_or_lock(&self, key: Option<DataKey>) -> Result<()> {
        let opened = self.open(key);
        let found = self.ports.folder.as_deref().and_then(|folder| keys::look(folder).ok());
        let (stage, result) = match opened {
            Ok(stage) => (stage, Ok(())),
            Err(error) => (locked(error.clone(), found.unwrap_or(Found::Nothing)), Err(error)),
        };
        self.set_stage(stage);
        result
    }

    pub(crate) async fn set_aside(&self) -> Result<()> {
        if let Some(folder) = self.ports.folder.as_deref() {
            if lock(&self.state).opened.is_some() {
                return Err(WireError::invalid("stage", "the cache is open").into());
            }
            keys::set_aside(folder, &*self.ports.system)?;
            let stage = self.start_in(folder).await;
            self.set_stage(stage);
        }
        Ok(())
    }

    /// A link that the system opened the app with; the person confirms it on the join page.
    pub fn opened_with(&self, link: &str) {
        lock(&self.state).opened_link = linli_wire::join::JoinLink::read(link).map(|link| link.to_string());
        (self.ports.announce)(Topic::App);
    }

    pub(crate) fn forget_link(&self) {
        lock(&self.state).opened_link = None;
    }

    /// Waits until the cache has been looked for, at most for [`OPENING`]: whoever asks for the frame at a start
    /// gets the screen that stays.
    pub(crate) async fn opened_or_not(&self) {
        let patience = self.ports.system.sleep(OPENING).fuse();
        pin_mut!(patience);
        loop {
            let mut changed = self.stage_changed.listen().fuse();
            if lock(&self.state).stage != Stage::Opening {
                return;
            }
            futures_util::select! {
                () = changed => {}
                () = patience => return,
            }
        }
    }

    /// What is open.
    pub(crate) fn opened(&self) -> Result<Opened> {
        lock(&self.state)
            .opened
            .clone()
            .ok_or_else(|| Error::new(Code::KeyStoreLocked, "the cache is not open"))
    }

    /// The account that is shown.
    pub(crate) fn account(&self) -> Result<Arc<Account>> {
        let opened = self.opened()?;
        let current = opened.accounts.iter().find(|account| Some(account.id) == opened.current);
        current.cloned().ok_or_else(|| Error::new(Code::SignedOut, "no community joined"))
    }

    /// The account that is shown: for tests and benchmarks that look behind the commands.
    ///
    /// # Errors
    /// `signed_out` when no community is joined.
    pub fn current_account(&self) -> Result<Arc<Account>> {
        self.account()
    }

    /// Shows another account of this device.
    pub(crate) fn switch_to(&self, id: AccountId) -> Result<()> {
        let device = {
            let mut state = lock(&self.state);
            let opened = state
                .opened
                .as_mut()
                .ok_or_else(|| Error::new(Code::KeyStoreLocked, "the cache is not open"))?;
            if !opened.accounts.iter().any(|account| account.id == id) {
                return Err(Error::new(Code::NotFound, "account"));
            }
            opened.current = Some(id);
            opened.device.clone()
        };
        device::set_current_account(&device, id)?;
        for topic in Topic::ALL {
            (self.ports.announce)(topic);
        }
        Ok(())
    }

    /// A new account runs from now on and is shown.
    pub(crate) fn add_account(&self, account: Arc<Account>) {
        if let Some(opened) = lock(&self.state).opened.as_mut() {
            opened.current = Some(account.id);
            opened.accounts.push(account);
        }
        self.accounts_changed.notify(usize::MAX);
        self.set_stage(Stage::Ready);
    }

    pub(crate) fn set_stage(&self, stage: Stage) {
        lock(&self.state).stage = stage;
        self.stage_changed.notify(usize::MAX);
        (self.ports.announce)(Topic::App);
    }
}

const fn is_key_store(code: Code) -> bool {
    matches!(code, Code::KeyStoreMissing | Code::KeyStoreLocked | Code::KeyStoreRefused)
}

fn locked(error: Error, found: Found) -> Stage {
    let passphrase = matches!(found, Found::Slots { passphrase: true, .. });
    Stage::Locked { trouble: error.0, passphrase, unsent: None }
}
