//! `linli-server import`

use std::{fmt::Write as _, path::PathBuf};

use clap::Args;

use super::{DATABASE, Exit, Failure, files, open, print, resolve};
use crate::{
    config::{FileOption, Options, StorageOptions},
    import::{self, Applying, Reading},
    scratch::Scratch,
};

#[derive(Args, Debug)]
pub(super) struct Import {
    /// Folder with community.toml, buildings.csv, units.csv, households.csv, people.csv and notices/.
    folder: PathBuf,
    /// Check everything and say what would change, without changing it.
    #[arg(long)]
    dry_run: bool,
    /// Replace also what was changed in the app since the last import; without it, that is listed and stays.
    #[arg(long)]
    overwrite: bool,
    /// Shift all dates by whole days so that the folder's as_of becomes today: for demonstrations.
    #[arg(long)]
    dates_end_today: bool,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    file: FileOption,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = resolve(Options { file: self.file, storage: self.storage, ..Options::default() })?;
        let reading = Reading { now: jiff::Timestamp::now(), dates_end_today: self.dates_end_today };
        let folder = import::read(&self.folder, reading).map_err(|problems| {
            let mut message = String::new();
            for problem in &problems {
                let _ = writeln!(message, "{problem}");
            }
            let count = problems.len();
            let _ = write!(
                message,
                "{count} {} to mend; nothing was loaded.",
                if count == 1 { "thing" } else { "things" }
            );
            Failure::new(Exit::Data, message)
        })?;
        // A dry run compares with what is there; where nothing is there yet, nothing is made either.
        let mut storage = config.storage;
        let mut scratch = None;
        if self.dry_run && storage.database.is_none() && !storage.data.join(DATABASE).exists() {
            let made = Scratch::new(&std::env::temp_dir()).map_err(|error| {
                Failure::new(Exit::Storage, format!("No temporary folder can be made: {error}."))
            })?;
            storage.data = made.path().to_owned();
            scratch = Some(made);
        }
        let db = open(&storage).await?;
        let files = files(&storage)?;
        let how = Applying { dry_run: self.dry_run, overwrite: self.overwrite };
        let summary = import::apply(&db, &files, folder, how).await?;
        drop(scratch);
        print(&summary.to_string())
    }
}
