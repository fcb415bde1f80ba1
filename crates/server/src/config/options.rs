//! The same settings as flags, environment variables and keys of the file: one struct each.

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use serde::Deserialize;

use super::{
    Attachments, Card, Config, ConfigError, DatabaseUrl, Invitations, Listen, Log, LogFormat, Secret, Storage,
};

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

/// `[card]`
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Payments by card")]
pub struct CardOptions {
    /// Publishable key of the community's account at Stripe, such as pk_live_…; without it nobody can
    /// pay by card [default: none].
    #[arg(long = "card-publishable-key", env = "LINLI_CARD_PUBLISHABLE_KEY", value_name = "KEY")]
    pub publishable_key: Option<String>,
    /// File with the secret key, such as sk_live_…; only the server should be able to read it
    /// [default: none].
    #[arg(long = "card-secret-key-file", env = "LINLI_CARD_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// File with the signing secret of the webhook, such as whsec_…; at Stripe the webhook is
    /// /v1/webhooks/stripe of the public address, for all events of payment_intent [default: none].
    #[arg(long = "card-webhook-secret-file", env = "LINLI_CARD_WEBHOOK_SECRET_FILE", value_name = "FILE")]
    pub webhook_secret_file: Option<PathBuf>,
    /// Address of Stripe's API [default: https://api.stripe.com].
    #[arg(long = "card-api", env = "LINLI_CARD_API", value_name = "URL")]
    pub api: Option<String>,
    /// Address of the script with Stripe's fields, for the pay page
    /// [default: https://js.stripe.com/v3/].
    #[arg(long = "card-script", env = "LINLI_CARD_SCRIPT", value_name = "URL")]
    pub script: Option<String>,
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
    /// `[card]`
    pub card: CardOptions,
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
    card: CardOptions,
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
            card: card(self.card, file.card)?,
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

/// Payments by card: all three keys, or none of them.
fn card(flag: CardOptions, file: CardOptions) -> Result<Option<Card>, ConfigError> {
    // An empty setting is none, as the example has it.
    let path = |flag: Option<PathBuf>, file: Option<PathBuf>| {
        flag.or(file).filter(|path| !path.as_os_str().is_empty())
    };
    let publishable_key = flag.publishable_key.or(file.publishable_key).filter(|key| !key.is_empty());
    let secret_key = path(flag.secret_key_file, file.secret_key_file);
    let webhook_secret = path(flag.webhook_secret_file, file.webhook_secret_file);
    let (publishable_key, secret_key, webhook_secret) = match (publishable_key, secret_key, webhook_secret) {
        (None, None, None) => return Ok(None),
        (Some(key), Some(secret_key), Some(webhook)) => (key, secret_key, webhook),
        _ => {
            return Err(ConfigError(
                "Payments by card need publishable_key, secret_key_file and webhook_secret_file together. \
                 Give all three, or none for no payments by card."
                    .to_owned(),
            ));
        }
    };
    if !publishable_key.starts_with("pk_")
        || !publishable_key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        return Err(ConfigError(
            "The publishable key for cards begins with pk_ and stands in a web page for everybody. \
             Check that it is not the secret key."
                .to_owned(),
        ));
    }
    let api = address("api", flag.api.or(file.api), "https://api.stripe.com")?;
    let script = address("script", flag.script.or(file.script), "https://js.stripe.com/v3/")?;
    Ok(Some(Card {
        api: api.trim_end_matches('/').to_owned(),
        script,
        publishable_key,
        secret_key: secret(&secret_key)?,
        webhook_secret: secret(&webhook_secret)?,
    }))
}

/// `https://…`, or `http://` of this computer; nothing that would end an attribute or a policy.
fn address(name: &str, given: Option<String>, default: &str) -> Result<String, ConfigError> {
    let given = given.filter(|given| !given.is_empty()).unwrap_or_else(|| default.to_owned());
    let near = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    let fits = given.starts_with("https://") || near.iter().any(|start| given.starts_with(start));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]".contains(c);
    if fits && given.chars().all(plain) {
        return Ok(given);
    }
    Err(ConfigError(format!(
        "“{given}” cannot be the {name} for cards. Give https:// and a host; http:// works on this computer only."
    )))
}

/// A secret from its file: one line.
fn secret(path: &std::path::Path) -> Result<Secret, ConfigError> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        ConfigError(format!("{name} cannot be read ({error}). It must hold a secret for payments by card."))
    })?;
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError(format!(
            "{name} does not hold a secret for payments by card: one line of letters and digits is expected."
        )));
    }
    Ok(Secret::new(text.to_owned()))
}
