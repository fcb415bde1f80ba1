//! `linli-server backup` and `linli-server restore`

use std::path::{Path, PathBuf};

use clap::Args;
use linli_wire::Timestamp;

use super::{DATABASE, Exit, Failure, files, open, print, resolve};
use crate::{
    backup::{self, BackupError, Carried, Endings, Manifest},
    clock::Clock,
    config::{DatabaseUrl, FileOption, Options, StorageOptions},
    db::{Database, Location},
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
    /// Data folder or postgres:// address of the database that is replaced, if it can still be read:
    /// devices removed, letters used and people gone since the backup stay so.
    #[arg(long, value_name = "PLACE")]
    carry_from: Option<String>,
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
        let old = match &self.carry_from {
            Some(place) => Some(endings(place).await?),
            None => None,
        };
        let db = open(&config.storage).await?;
        let files = files(&config.storage)?;
        let (manifest, after) = match old {
            Some(old) => {
                let (manifest, carried) = backup::restore_over(&db, &files, &self.file, old).await?;
                (manifest, told(&carried))
            }
            None => {
                let manifest = backup::restore(&db, &files, &self.file).await?;
                let after = forgotten(manifest.made_at);
                (manifest, after)
            }
        };
        let findings = crate::check::check(&db, &files).await?;
        if !findings.is_empty() {
            let list = findings.join("\n");
            return Err(Failure::new(
                Exit::Data,
                format!("The backup was restored, but does not fit together:\n{list}"),
            ));
        }
        print(&format!(
            "{}, restored and verified. Every device takes everything again by itself.\n{after}",
            contents(&manifest)
        ))
    }
}

/// What has ended in the database that is replaced.
async fn endings(place: &str) -> Result<Endings, Failure> {
    let unreadable = |why: String| {
        Failure::new(
            Exit::Storage,
            format!(
                "The old database {} cannot be read: {why} Nothing was restored. Mend the address, or leave \
                 --carry-from out: then what ended since the backup counts again.",
                if place.contains("://") { "on PostgreSQL" } else { place }
            ),
        )
    };
    let location = if place.contains("://") {
        let url = DatabaseUrl::read(place).map_err(|message| Failure::new(Exit::Usage, message))?;
        Location::Postgres(url.expose().to_owned())
    } else {
        let file = Path::new(place).join(DATABASE);
        if !file.is_file() {
            return Err(unreadable(format!("there is no {DATABASE} in it.")));
        }
        Location::Sqlite(file)
    };
    let read = async {
        let db = Database::open(&location, Clock::system()).await?;
        db.read(backup::endings).await
    };
    read.await.map_err(|error: crate::Error| unreadable(format!("{error}.")))
}

/// What was carried over, in words.
fn told(carried: &Carried) -> String {
    let count = |number: usize, one: &str, more: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {more}"),
    };
    let mut text = format!(
        "Carried over from the old database: {} removed, {} ended, {} gone since the backup.\n",
        count(carried.devices, "device", "devices"),
        count(carried.codes, "letter or code", "letters and codes"),
        count(carried.left, "person", "people"),
    );
    if carried.relatives > 0 {
        text.push_str(&format!(
            "Since the backup it was ended that {} for another household; it stays so.\n",
            count(carried.relatives, "person pays", "people pay")
        ));
    }
    if !carried.signed_out.is_empty() {
        text.push_str(&format!(
            "These people joined since the backup and need a new letter: {}.\n",
            carried.signed_out.join(", ")
        ));
    }
    text
}

/// What nobody knows any more without the old database, and what to do about it.
fn forgotten(made_at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(made_at.0)
        .map_or_else(|_| "the backup".to_owned(), |at| at.to_string());
    format!(
        "What happened after {at} is forgotten: devices that were removed since then are let in again, and \
         letters that were used since then work again.\n\
         If the old database can still be read, restore once more into an empty place with --carry-from. \
         If not, ask who lost a device since then, and lock each of them out: \
         linli-server remove --devices-only --person CODE\n"
    )
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
            error @ (BackupError::Exists(_) | BackupError::NotEmpty | BackupError::Stranger) => {
                Self::new(Exit::Usage, error.to_string())
            }
            error @ BackupError::File { .. } => Self::new(Exit::Storage, error.to_string()),
            other => Self::new(Exit::Data, other.to_string()),
        }
    }
}
