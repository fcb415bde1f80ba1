//! The commands of `linli-server`.
//!
//! A command that fails says in a sentence what happened and what to do next, and ends with one of
//! the codes in [`Exit`], which scripts may rely on.

mod backup;
mod check;
mod generate;
mod import;
mod invite;
mod ledger;
mod remove;
mod serve;

use std::{fmt, io::Write as _, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, builder::Resettable};
use linli_wire::Code;

use crate::{
    attachments::files::Files,
    clock::Clock,
    config::{Config, Options, Storage},
    db::{Database, DbError, Location},
    private,
};

/// Exit codes, at the end of every `--help`.
const EXIT_CODES: &str = "Exit codes:
  0  done
  1  something in the data must be mended: a folder to import, a backup, or what `check` found
  2  the command line, the environment or the settings file does not fit
  3  the database, the data folder or the network address cannot be used
  4  an error inside the server; its log says more";

/// File of the SQLite database within the data folder.
const DATABASE: &str = "linli.db";

/// The community server of Linli.
#[derive(Parser, Debug)]
#[command(name = "linli-server", version, about, after_help = EXIT_CODES, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the community until stopped with Ctrl-C or SIGTERM.
    #[command(after_help = EXIT_CODES)]
    Serve(serve::Serve),
    /// Load buildings, people and notices from a folder of spreadsheets and texts.
    #[command(after_help = EXIT_CODES)]
    Import(import::Import),
    /// Make up a larger community from a seed, to try and to measure with.
    #[command(after_help = EXIT_CODES)]
    Generate(generate::Generate),
    /// Issue invitations to residents, as letters to print or as data.
    #[command(after_help = EXIT_CODES)]
    Invite(invite::Invite),
    /// End the devices and letters of people who have moved out or no longer work here.
    #[command(after_help = EXIT_CODES)]
    Remove(remove::Remove),
    /// Write everything into one file, while the server runs.
    #[command(after_help = EXIT_CODES)]
    Backup(backup::Backup),
    /// Bring a backup back, into an empty place and onto either database.
    #[command(after_help = EXIT_CODES)]
    Restore(backup::Restore),
    /// Verify the database and the files, and list everything that does not fit.
    #[command(after_help = EXIT_CODES)]
    Check(check::Check),
    /// Look after the community's money.
    #[command(after_help = EXIT_CODES)]
    Ledger(ledger::Ledger),
    /// Print the description of the HTTP interface (OpenAPI).
    Openapi,
    /// Print a settings file with every setting explained.
    Config,
}

/// What a command ends with, besides 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Something in the data must be mended.
    Data = 1,
    /// Command line, environment or settings file.
    Usage = 2,
    /// Database, data folder or address.
    Storage = 3,
    /// The server's own fault.
    Internal = 4,
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<crate::Error> for Failure {
    fn from(error: crate::Error) -> Self {
        if error.code() == Code::StorageFull {
            let message = "The disk is full. Nothing was changed; make room and run it again.";
            return Self::new(Exit::Storage, message);
        }
        match error {
            crate::Error::Refused(refused) => {
                Self::new(Exit::Internal, format!("The server refused its own request: {refused}."))
            }
            crate::Error::Database(DbError::Newer { found, known }) => Self::new(
                Exit::Storage,
                format!(
                    "The database was written by a newer linli-server (migration {found}; this one knows {known}). \
                     Install that version, or restore a backup into another place."
                ),
            ),
            other => Self::new(
                Exit::Storage,
                format!("The database could not be used: {other}. Nothing was changed."),
            ),
        }
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new(Exit::Usage, error.0)
    }
}

/// Reads the command line and the environment, in which an empty variable counts as none: files for
/// containers and services often name every variable and leave most of them empty.
fn read() -> Cli {
    let is_empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let mut command = Cli::command();
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| {
            sub.mut_args(
                |arg| if arg.get_env().is_some_and(is_empty) { arg.env(Resettable::Reset) } else { arg },
            )
        });
    }
    Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

/// Runs the program.
pub fn main() -> ExitCode {
    match run(read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "linli-server: {failure}");
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Serve(command) => blocking(command.run()),
        Command::Import(command) => blocking(command.run()),
        Command::Generate(command) => blocking(command.run()),
        Command::Invite(command) => blocking(command.run()),
        Command::Remove(command) => blocking(command.run()),
        Command::Backup(command) => blocking(command.run()),
        Command::Restore(command) => blocking(command.run()),
        Command::Check(command) => blocking(command.run()),
        Command::Ledger(command) => blocking(command.run()),
        Command::Openapi => print(&format!("{}\n", crate::openapi::document())),
        Command::Config => print(&crate::config::example()),
    }
}

fn blocking(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Storage, format!("No threads can be started: {error}.")))?
        .block_on(work)
}

/// Writes to standard output; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Storage, format!("The output cannot be written: {error}.")))
        }
        _ => Ok(()),
    }
}

/// Where the settings say the database is; the data folder is made when missing, and closed to other
/// accounts of this computer.
fn location(storage: &Storage) -> Result<Location, Failure> {
    let unusable = |error: std::io::Error| {
        Failure::new(
            Exit::Storage,
            format!(
                "The data folder {} cannot be made: {error}. Name another one with --data.",
                storage.data.display()
            ),
        )
    };
    private::folder(&storage.data).map_err(unusable)?;
    Ok(match &storage.database {
        Some(url) => Location::Postgres(url.expose().to_owned()),
        None => {
            let file = storage.data.join(DATABASE);
            private::database(&file).map_err(unusable)?;
            Location::Sqlite(file)
        }
    })
}

async fn open(storage: &Storage) -> Result<Database, Failure> {
    let location = location(storage)?;
    let place = match &location {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(_) => "the PostgreSQL database".to_owned(),
    };
    Database::open(&location, Clock::system()).await.map_err(|error| match Failure::from(error) {
        Failure { exit: Exit::Storage, message } if !message.contains("newer linli-server") => Failure::new(
            Exit::Storage,
            format!("{place} cannot be opened. {message} Check --data and --database, and that nothing else holds it."),
        ),
        other => other,
    })
}

/// The files in the data folder.
fn files(storage: &Storage) -> Result<Files, Failure> {
    Files::open(&storage.data).map_err(|error| {
        let folder = storage.data.display();
        Failure::new(
            Exit::Storage,
            format!("The folder for attachments in {folder} cannot be made: {error}."),
        )
    })
}

fn resolve(options: Options) -> Result<Config, Failure> {
    Ok(options.resolve()?)
}
