//! `linli-server ledger`

use clap::{Args, Subcommand};

use super::{Exit, Failure, open, print, resolve};
use crate::{
    config::{FileOption, Options, StorageOptions},
    ledger, payments,
};

#[derive(Args, Debug)]
pub(super) struct Ledger {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Prove that debits equal credits, that every payment is booked once, and that what is owed of every bill follows
    /// from the ledger.
    Check(Check),
}

#[derive(Args, Debug)]
struct Check {
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    file: FileOption,
}

impl Ledger {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Command::Check(Check { storage, file }) = self.command;
        let config = resolve(Options { file, storage, ..Options::default() })?;
        let db = open(&config.storage).await?;
        let work = |tx: &mut crate::db::Tx<'_>| {
            let mut findings = Vec::new();
            ledger::check(tx, &mut findings)?;
            payments::check(tx, &mut findings)?;
            let sql = "SELECT (SELECT COUNT(*) FROM ledger_entry), (SELECT COUNT(*) FROM posting),
                 (SELECT COUNT(*) FROM bill), (SELECT COUNT(*) FROM payment)";
            let row = tx.query_one(sql, &[])?;
            let counts: [i64; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok((findings, counts))
        };
        let (findings, [entries, lines, bills, payments]) = db.read(work).await?;
        if findings.is_empty() {
            return print(&format!(
                "{entries} entries of {lines} lines, {bills} bills and {payments} payments: everything fits together.\n"
            ));
        }
        let list = findings.join("\n");
        let next = "Take no money in the app until it does: stop the server, keep this data folder, and restore the \
                    newest backup into another one, with --carry-from naming this one.";
        Err(Failure::new(Exit::Data, format!("{list}\nThe ledger does not fit together. {next}")))
    }
}
