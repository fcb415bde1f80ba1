//! `linli-server generate`

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{Exit, Failure, files, open, print, resolve};
use crate::{
    config::{FileOption, Options, StorageOptions},
    generate::{self, Plan},
    import,
};

#[derive(Args, Debug)]
pub(super) struct Generate {
    /// New folder to write, in the form that `import` reads.
    #[arg(long, value_name = "FOLDER", required_unless_present = "into_database")]
    out: Option<PathBuf>,
    /// Load it into the database at once.
    #[arg(long, conflicts_with = "out")]
    into_database: bool,
    /// The same seed gives the same community.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of households, 200 to a building.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    households: u32,
    /// Number of notices, spread over two years.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    notices: u32,
    /// The day that counts as today in it.
    #[arg(long, default_value = "2026-01-01", value_name = "DATE")]
    as_of: Date,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    file: FileOption,
}

impl Generate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let plan =
            Plan { seed: self.seed, households: self.households, notices: self.notices, as_of: self.as_of };
        let folder = generate::generate(plan);
        if let Some(out) = self.out {
            generate::write(&folder, &out).map_err(|error| {
                Failure::new(
                    Exit::Storage,
                    format!(
                        "{} cannot be written: {error}. Name a folder that does not exist yet.",
                        out.display()
                    ),
                )
            })?;
            return print(&format!(
                "{}: {} households, {} people, {} notices. Load it with `linli-server import {0}`.\n",
                out.display(),
                folder.households.len(),
                folder.people.len(),
                folder.notices.len(),
            ));
        }
        let config = resolve(Options { file: self.file, storage: self.storage, ..Options::default() })?;
        let db = open(&config.storage).await?;
        let summary =
            import::apply(&db, &files(&config.storage)?, folder, import::Applying::default()).await?;
        print(&summary.to_string())
    }
}
