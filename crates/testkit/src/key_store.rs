//! A key store that does what key stores do: be missing, locked, refuse, forget.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use linli_core::ports::{KeyStore, KeyStoreError, Task};
use zeroize::Zeroizing;

/// What state a [`FakeKeyStore`] is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyStoreState {
    /// It works.
    Works,
    /// There is none on this machine.
    Missing,
    /// It is locked, and nobody unlocks it.
    Locked,
    /// The person says no.
    Refuses,
    /// It answers, and keeps nothing: what is set is gone at once.
    Forgets,
}

/// A fake [`KeyStore`].
pub struct FakeKeyStore(Mutex<Inside>);

struct Inside {
    state: KeyStoreState,
    owner: String,
    secrets: BTreeMap<String, String>,
    sets: usize,
}

impl Default for FakeKeyStore {
    fn default() -> Self {
        Self::new(KeyStoreState::Works)
    }
}

impl FakeKeyStore {
    /// An empty key store in this state.
    pub fn new(state: KeyStoreState) -> Self {
        let owner = "/home/mei".to_owned();
        Self(Mutex::new(Inside { state, owner, secrets: BTreeMap::new(), sets: 0 }))
    }

    /// From now on it is like this. What it kept stays in it.
    pub fn turn(&self, state: KeyStoreState) {
        self.inside().state = state;
    }

    /// Somebody reset it: all secrets are gone.
    pub fn wipe(&self) {
        self.inside().secrets.clear();
    }

    /// The folder was copied to another account of the operating system.
    pub fn belong_to(&self, owner: &str) {
        self.inside().owner = owner.to_owned();
    }

    /// Every secret it keeps.
    pub fn secrets(&self) -> Vec<String> {
        self.inside().secrets.values().cloned().collect()
    }

    /// How many secrets it was ever given.
    pub fn sets(&self) -> usize {
        self.inside().sets
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn check(&self) -> Result<(), KeyStoreError> {
        match self.state {
            KeyStoreState::Works | KeyStoreState::Forgets => Ok(()),
            KeyStoreState::Missing => Err(KeyStoreError::Missing),
            KeyStoreState::Locked => Err(KeyStoreError::Locked),
            KeyStoreState::Refuses => Err(KeyStoreError::Refused),
        }
    }
}

impl KeyStore for FakeKeyStore {
    fn backend(&self) -> &'static str {
        "fake"
    }

    fn owner(&self) -> String {
        self.inside().owner.clone()
    }

    fn get(&self, name: &str) -> Task<'_, Result<Option<Zeroizing<String>>, KeyStoreError>> {
        let inside = self.inside();
        let answer = inside.check().map(|()| inside.secrets.get(name).cloned().map(Zeroizing::new));
        drop(inside);
        Box::pin(std::future::ready(answer))
    }

    fn set(&self, name: &str, secret: &str) -> Task<'_, Result<(), KeyStoreError>> {
        let mut inside = self.inside();
        let answer = inside.check();
        if answer.is_ok() {
            inside.sets += 1;
            if inside.state == KeyStoreState::Works {
                inside.secrets.insert(name.to_owned(), secret.to_owned());
            }
        }
        drop(inside);
        Box::pin(std::future::ready(answer))
    }
}
