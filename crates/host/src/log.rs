//! The log: a file a day, seven of them, without personal data.

use std::path::Path;

use tracing_appender::{
    non_blocking::{NonBlocking, WorkerGuard},
    rolling,
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// Writes to `folder/log/linli.YYYY-MM-DD.log`, nowhere without a folder, and to standard error when `LINLI_LOG` says what.
/// Keep the guard until the program ends.
pub fn start(folder: Option<&Path>) -> Option<WorkerGuard> {
    let (writer, guard) = folder.and_then(open).unzip();
    let file = writer.map(|writer| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer));
    let console =
        std::env::var_os("LINLI_LOG").map(|_| tracing_subscriber::fmt::layer().with_writer(std::io::stderr));
    let filter = EnvFilter::try_from_env("LINLI_LOG").unwrap_or_else(|_| EnvFilter::new("warn,linli=info"));
    // A second start in one process, as in tests, keeps the first log.
    let _ = tracing_subscriber::registry().with(filter).with(file).with(console).try_init();
    guard
}

fn open(folder: &Path) -> Option<(NonBlocking, WorkerGuard)> {
    // The appender looks into its folder before it makes it, and complains.
    std::fs::create_dir_all(folder.join("log")).ok()?;
    let appender = rolling::Builder::new()
        .rotation(rolling::Rotation::DAILY)
        .filename_prefix("linli")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder.join("log"))
        .ok()?;
    Some(tracing_appender::non_blocking(appender))
}
