//! Settings of the server: flags, environment and one TOML file.
//!
//! A flag wins over the environment, the environment over the file, the file over the default. Each
//! concern is one small struct that is read from all three alike, so a setting cannot exist in one
//! of them only; `linli-server config` prints the file with every setting, its meaning and its
//! default, made from the same descriptions as `--help`. An unknown key in the file is an error
//! that names the line: a misspelt limit must not be a limit that is silently off.
//!
//! Turned down: layered configuration crates (they lose the line of a mistake), and reloading while
//! running (a restart takes less than a second and clients resume by themselves).

mod example;
mod options;

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use tokio_postgres::config::SslMode;

pub use example::example;
pub use options::{
    AttachmentOptions, CardOptions, FileOption, InvitationOptions, ListenOptions, LogOptions, Options,
    StorageOptions,
};

/// All settings, resolved.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub listen: Listen,
    /// Where everything is kept.
    pub storage: Storage,
    /// What is logged, and how.
    pub log: Log,
    /// The office's letters.
    pub invitations: Invitations,
    /// Files that people send.
    pub attachments: Attachments,
    /// Payments by card; none where no keys were given.
    pub card: Option<Card>,
}

/// Payments by card, with Stripe.
#[derive(Clone, Debug)]
pub struct Card {
    /// Address of the API, without a slash at its end.
    pub api: String,
    /// Address of the script of the pay page.
    pub script: String,
    /// The key that the pay page is given.
    pub publishable_key: String,
    /// The key for the API.
    pub secret_key: Secret,
    /// What webhooks are signed with.
    pub webhook_secret: Secret,
}

/// A secret, which no output of it shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret with this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for using it only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(‹redacted›)")
    }
}

/// Where the server listens, and under which address it is known.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// `https://host[:port]` as it stands in letters; none means the listening address.
    pub public_url: Option<String>,
    /// A second address for `/metrics`, best on loopback; none means no metrics.
    pub metrics: Option<SocketAddr>,
    /// Proxies in front whose forwarded address is believed, counted from the right.
    pub trusted_hops: u8,
    /// Most connections at a time.
    pub max_connections: usize,
}

/// Where everything is kept.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Folder of the SQLite database and of attachments.
    pub data: PathBuf,
    /// PostgreSQL; none means SQLite in the data folder.
    pub database: Option<DatabaseUrl>,
}

/// Address of a PostgreSQL database. It may hold a password, which no output of it shows.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Reads `postgres://user:password@host:port/name?…`.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn read(text: &str) -> Result<Self, String> {
        let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
        match text.parse::<tokio_postgres::Config>() {
            Ok(config) if known && config.get_ssl_mode() == SslMode::Require => Err(
                "linli-server speaks to PostgreSQL without TLS; let both stand on one machine or in one private \
                 network, and leave sslmode out"
                    .to_owned(),
            ),
            Ok(_) if known => Ok(Self(text.to_owned())),
            _ => Err("a database address looks like postgres://user:password@host:5432/linli; \
                 leave it out to use SQLite in the data folder"
                .to_owned()),
        }
    }

    /// The whole address, for connecting only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(‹redacted›)")
    }
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// One line of text or of JSON for each event.
    pub format: LogFormat,
    /// What is let through, such as `info` or `info,linli_server::sync=debug`.
    pub filter: String,
}

/// Form of a log line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For eyes.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// The office's letters.
#[derive(Clone, Debug)]
pub struct Invitations {
    /// How long a letter's code works.
    pub lifetime: Duration,
}

/// Files that people send.
#[derive(Clone, Debug)]
pub struct Attachments {
    /// Most files of one person in a day.
    pub files_per_day: u32,
    /// Most bytes of one person in a day.
    pub bytes_per_day: u64,
}

/// Settings that do not fit: a sentence with what to change.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);
