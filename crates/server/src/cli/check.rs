//! `linli-server check`

use clap::Args;

use super::{Exit, Failure, files, open, print, resolve};
use crate::{
    card, check,
    config::{FileOption, Options, StorageOptions},
};

#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    file: FileOption,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = resolve(Options { file: self.file, storage: self.storage, ..Options::default() })?;
        let db = open(&config.storage).await?;
        let findings = check::check(&db, &files(&config.storage)?).await?;
        if findings.is_empty() {
            let mut said = String::from("Everything fits together.\n");
            for trouble in db.read(card::troubles).await? {
                said.push_str(&format!("To look at: {trouble}\n"));
            }
            return print(&said);
        }
        let list = findings.join("\n");
        let next = "Stop the server, keep this data folder, and restore the newest backup into another one, \
                    with --carry-from naming this one.";
        Err(Failure::new(Exit::Data, format!("{list}\nThe data does not fit together. {next}")))
    }
}
