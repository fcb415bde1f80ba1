//! The same settings as flags, environment variables and keys of the file: one struct each.

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use serde::Deserialize;

use super::{Attachments, Config, ConfigError, DatabaseUrl, Invitations, Listen, Log, LogFormat, Storage};

/// Which file the settings come from.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings file")]
pub struct FileOption {
    /// File with settings; `linli-server config` prints one with every setting explained.
    #[arg(long, env = "LINLI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `[listen]`
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Listening")]
pub struct ListenOptions {
    /// Address and port to listen at; port 0 takes a free one [default: 127.0.0.1:4848].
    #[arg(long = "listen", env = "LINLI_LISTEN", value_name = "ADDR")]
    pub address: Option<SocketAddr>,
    /// Address of this server as residents reach it, such as https://linli.example.org; it stands
    /// in letters [default: the listening address].
    #[arg(long, env = "LINLI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Second address, for Prometheus: /metrics is served there and nowhere else, without asking who
    /// reads it [default: none].
    #[arg(long = "metrics-listen", env = "LINLI_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics: Option<SocketAddr>,
    /// Let metrics listen beyond this computer, as in a container that only Prometheus reaches
    /// [default: false].
    #[arg(long, env = "LINLI_METRICS_FOR_ALL", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub metrics_for_all: Option<bool>,
    /// Number of your own proxies in front; only as many X-Forwarded-For entries are believed,
    /// from the right [default: 0].
    #[arg(long, env = "LINLI_TRUSTED_HOPS", value_name = "N")]
    pub trusted_hops: Option<u8>,
    /// Most connections at a time; further ones wait [default: 12000].
    #[arg(long, env = "LINLI_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,
}

/// `[storage]`
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Storage")]
pub struct StorageOptions {
    /// Folder for the database and for files that people send; made when missing
    /// [default: linli-data].
    #[arg(long, env = "LINLI_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of SQLite: postgres://user:password@host:5432/name [default: none].
    #[arg(long, env = "LINLI_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
}

/// `[log]`
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Log")]
pub struct LogOptions {
    /// Form of a log line [default: text].
    #[arg(long = "log-format", env = "LINLI_LOG_FORMAT", value_name = "FORMAT")]
    pub format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug or trace, also by module as in
    /// info,linli_server::sync=debug [default: info].
    #[arg(long = "log", env = "LINLI_LOG", value_name = "FILTER")]
    pub filter: Option<String>,
}

/// `[invitations]`
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Invitations")]
pub struct InvitationOptions {
    /// Days that the code of a letter works, 1 to 90 [default: 30].
    #[arg(long = "invitation-days", env = "LINLI_INVITATION_DAYS", value_name = "N")]
    pub days: Option<u16>,
}

/// `[attachments]`
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Attachments")]
pub struct AttachmentOptions {
    /// Most files that one person may send in 24 hours [default: 500].
    #[arg(long, env = "LINLI_FILES_PER_DAY", value_name = "N")]
    pub files_per_day: Option<u32>,
    /// Most megabytes that one person may send in 24 hours [default: 1024].
    #[arg(long, env = "LINLI_MEGABYTES_PER_DAY", value_name = "N")]
    pub megabytes_per_day: Option<u32>,
}

/// What was given on the command line and in the environment. Commands that do not offer a concern
/// leave its struct at the default; the file may still set it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The file.
    pub file: FileOption,
    /// `[listen]`
    pub listen: ListenOptions,
    /// `[storage]`
    pub storage: StorageOptions,
    /// `[log]`
    pub log: LogOptions,
    /// `[invitations]`
    pub invitations: InvitationOptions,
    /// `[attachments]`
    pub attachments: AttachmentOptions,
}

/// The file.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    listen: ListenOptions,
    storage: StorageOptions,
    log: LogOptions,
    invitations: InvitationOptions,
    attachments: AttachmentOptions,
}

impl Options {
    /// Reads the file, fills what flags and environment left open, and checks every value.
    ///
    /// # Errors
    /// The first setting that does not fit, with what to write instead.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let file = match &self.file.config {
            None => File::default(),
            Some(path) => {
                let name = path.display();
                let text = fs::read_to_string(path).map_err(|error| {
                    ConfigError(format!(
                        "{name} cannot be read ({error}). Check the path given with --config."
                    ))
                })?;
                read_file(&text).map_err(|error| ConfigError(format!("{name}: {error}")))?
            }
        };
        Ok(Config {
            listen: listen(self.listen, file.listen)?,
            storage: storage(self.storage, file.storage)?,
            log: log(self.log, file.log),
            invitations: invitations(&self.invitations, &file.invitations)?,
            attachments: attachments(&self.attachments, &file.attachments)?,
        })
    }
}

/// Reads the text of a file; errors name the line.
pub(super) fn read_file(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
        format!("line {line}: {}. `linli-server config` prints every setting.", error.message())
    })
}

fn listen(flag: ListenOptions, file: ListenOptions) -> Result<Listen, ConfigError> {
    let public_url = flag.public_url.or(file.public_url);
    let public_url = public_url
        .map(|typed| {
            linli_wire::join::server_address(&typed).ok_or_else(|| {
                ConfigError(format!(
                    "“{typed}” cannot be the public address. Give https:// and a host, without a path, \
                     such as https://linli.example.org; http:// works on this computer only."
                ))
            })
        })
        .transpose()?;
    let max_connections = flag.max_connections.or(file.max_connections).unwrap_or(12_000);
    if max_connections == 0 {
        return Err(ConfigError(
            "max_connections is 0, so nobody could connect. Give at least 1.".to_owned(),
        ));
    }
    let metrics = flag.metrics.or(file.metrics);
    let for_all = flag.metrics_for_all.or(file.metrics_for_all).unwrap_or(false);
    if let Some(address) = metrics.filter(|address| !for_all && !address.ip().to_canonical().is_loopback()) {
        return Err(ConfigError(format!(
            "Metrics at {address} could be read by everybody who reaches it. Give an address of this computer, \
             such as 127.0.0.1:9464, or add --metrics-for-all where only Prometheus gets there."
        )));
    }
    Ok(Listen {
        address: flag.address.or(file.address).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 4848))),
        public_url,
        metrics,
        trusted_hops: flag.trusted_hops.or(file.trusted_hops).unwrap_or(0),
        max_connections,
    })
}

fn storage(flag: StorageOptions, file: StorageOptions) -> Result<Storage, ConfigError> {
    let database = flag.database.or(file.database);
    let database = database.map(|url| DatabaseUrl::read(&url)).transpose().map_err(ConfigError)?;
    Ok(Storage { data: flag.data.or(file.data).unwrap_or_else(|| PathBuf::from("linli-data")), database })
}

fn log(flag: LogOptions, file: LogOptions) -> Log {
    Log {
        format: flag.format.or(file.format).unwrap_or_default(),
        filter: flag.filter.or(file.filter).unwrap_or_else(|| "info".to_owned()),
    }
}

fn invitations(flag: &InvitationOptions, file: &InvitationOptions) -> Result<Invitations, ConfigError> {
    let days = flag.days.or(file.days).unwrap_or(30);
    if !(1..=90).contains(&days) {
        return Err(ConfigError(format!("A letter cannot work for {days} days. Give 1 to 90.")));
    }
    Ok(Invitations { lifetime: Duration::from_secs(u64::from(days) * 24 * 60 * 60) })
}

fn attachments(flag: &AttachmentOptions, file: &AttachmentOptions) -> Result<Attachments, ConfigError> {
    let files_per_day = flag.files_per_day.or(file.files_per_day).unwrap_or(500);
    let megabytes = flag.megabytes_per_day.or(file.megabytes_per_day).unwrap_or(1024);
    for (name, number) in [("files_per_day", files_per_day), ("megabytes_per_day", megabytes)] {
        if number == 0 {
            return Err(ConfigError(format!(
                "{name} is 0, so notices with pictures would wait for ever. Give at least 1."
            )));
        }
    }
    Ok(Attachments { files_per_day, bytes_per_day: u64::from(megabytes) * 1024 * 1024 })
}
