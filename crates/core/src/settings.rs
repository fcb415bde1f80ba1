//! Settings of this device: how the app looks and speaks, before its cache is open, too.
//!
//! The choice stands in the encrypted cache. Beside it lies a plain copy, `settings.json`, so that the
//! screens that come before the cache (locked, wiped, on a full disk) speak the person's language in
//! the person's size: who needs large letters needs them there most. It holds these choices and nothing
//! else, and exists only where a cache is kept. What is chosen while the cache is closed is marked as
//! [`Beside::ahead`] and goes into the cache as soon as it opens.
//!
//! Rubbish in the file is as good as none. Turned down: the file alone, since who keeps nothing on a
//! device leaves no file, and a file that is lost must not cost a choice.

use std::path::{Path, PathBuf};

use linli_wire::{
    Language,
    settings::{Settings, TEXT_PERCENT},
};
use serde::{Deserialize, Serialize};

use crate::{
    app::{Core, Opened},
    cache::lock,
    device,
    error::Result,
    file,
    keys::{self, Found},
};

/// Name of the file in the cache's folder.
pub(crate) const FILE: &str = "settings.json";
/// Larger than this it is not ours.
const MAX_BYTES: u64 = 4096;

/// What stands beside the cache.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub(crate) struct Beside {
    /// The choice.
    pub(crate) settings: Settings,
    /// Whether it was made while the cache was closed, and the cache does not know it yet.
    #[serde(default)]
    pub(crate) ahead: bool,
}

/// What lies beside the cache, if it can be read.
pub(crate) fn read(folder: &Path) -> Option<Beside> {
    let path = path(folder);
    if std::fs::metadata(&path).ok()?.len() > MAX_BYTES {
        return None;
    }
    let beside: Beside = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
    Some(Beside { settings: fitted(beside.settings), ..beside })
}

/// Puts the choice beside the cache.
///
/// # Errors
/// `storage_full` and other trouble of the file system; what lay there stays.
pub(crate) fn write(folder: &Path, beside: &Beside) -> Result<()> {
    Ok(file::replace(&path(folder), &serde_json::to_vec_pretty(beside)?)?)
}

/// The text size within what the face can show.
pub(crate) fn fitted(mut settings: Settings) -> Settings {
    settings.text_percent = settings.text_percent.clamp(*TEXT_PERCENT.start(), *TEXT_PERCENT.end());
    settings
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

impl Core {
    /// What the person chose, if they did.
    pub(crate) fn settings(&self) -> Result<Option<Settings>> {
        let beside = lock(&self.beside).clone();
        match (self.opened(), beside) {
            (Ok(opened), beside) if !beside.as_ref().is_some_and(|beside| beside.ahead) => {
                device::settings(&opened.device)
            }
            (_, beside) => Ok(beside.map(|beside| beside.settings)),
        }
    }

    /// The language of the face.
    pub(crate) fn language(&self) -> Result<Language> {
        Ok(self.settings()?.unwrap_or_default().language)
    }

    /// Takes a choice: into the cache when it is open, else to the place beside it.
    pub(crate) fn choose_settings(&self, settings: Settings) -> Result<()> {
        let settings = fitted(settings);
        let opened = self.opened().ok();
        if let Some(opened) = &opened {
            device::save_settings(&opened.device, &settings)?;
        }
        self.put_beside(Beside { settings, ahead: opened.is_none() }, opened.as_ref());
        Ok(())
    }

    /// The cache has just been opened: what was chosen before goes into it, also when it is a new one, and
    /// the copy follows it.
    pub(crate) fn level_settings(&self, opened: &Opened) -> Result<()> {
        let beside = lock(&self.beside).clone();
        let known = device::settings(&opened.device)?;
        let settings = match &beside {
            // A cache that takes nothing now is told at its next opening.
            Some(Beside { settings, ahead }) if *ahead || known.is_none() => {
                device::save_settings(&opened.device, settings).ok().map(|()| settings.clone())
            }
            _ => known,
        };
        let level = settings.map(|settings| Beside { settings, ahead: false });
        if let Some(level) = level.filter(|level| beside.as_ref() != Some(level)) {
            self.put_beside(level, Some(opened));
        }
        Ok(())
    }

    fn put_beside(&self, beside: Beside, opened: Option<&Opened>) {
        if let Some(folder) = &self.ports.folder {
            let kept = opened.map_or_else(
                || !matches!(keys::look(folder), Ok(Found::Nothing)),
                |opened| opened.key.is_some(),
            );
            if kept {
                // It lasts until the app closes all the same, and the cache has it, or will.
                let _ = write(folder, &beside);
            }
        }
        *lock(&self.beside) = Some(beside);
    }
}
