//! `linli-server backup` and `linli-server restore`

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, files, open, print, resolve};
use crate::{
    backup::{self, BackupError, Manifest},
    config::{FileOption, Options, StorageOptions},
};

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// File to write; it must not exist. It holds personal data and keys: keep it encrypted.
    file: PathBuf,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    settings: FileOption,
}

#[derive(Args, Debug)]
pub(super) struct Restore {
    /// File that `linli-server backup` wrote.
    file: PathBuf,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    settings: FileOption,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = resolve(Options { file: self.settings, storage: self.storage, ..Options::default() })?;
        let db = open(&config.storage).await?;
        let manifest = backup::backup(&db, &files(&config.storage)?, &self.file).await?;
        print(&format!("{}, written and verified.\n", contents(&manifest)))
    }
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = resolve(Options { file: self.settings, storage: self.storage, ..Options::default() })?;
        let db = open(&config.storage).await?;
        let files = files(&config.storage)?;
        let manifest = backup::restore(&db, &files, &self.file).await?;
        let findings = crate::check::check(&db, &files).await?;
        if !findings.is_empty() {
            let list = findings.join("\n");
            return Err(Failure::new(
                Exit::Data,
                format!("The backup was restored, but does not fit together:\n{list}"),
            ));
        }
        print(&format!(
            "{}, restored and verified. Every device takes everything again by itself.\n",
            contents(&manifest)
        ))
    }
}

fn contents(manifest: &Manifest) -> String {
    let rows: u64 = manifest.tables.values().map(|table| table.rows).sum();
    let people = manifest.tables.get("person").map_or(0, |table| table.rows);
    let notices = manifest.tables.get("notice").map_or(0, |table| table.rows);
    format!("{people} people, {notices} notices, {} files, {rows} rows in all", manifest.attachments)
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Database(error) => error.into(),
            error @ (BackupError::Exists(_) | BackupError::NotEmpty) => {
                Self::new(Exit::Usage, error.to_string())
            }
            error @ BackupError::File { .. } => Self::new(Exit::Storage, error.to_string()),
            other => Self::new(Exit::Data, other.to_string()),
        }
    }
}
