//! `linli-server serve`

use std::{io::Write as _, net::SocketAddr};

use clap::Args;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{Exit, Failure, location, resolve};
use crate::{
    app::{App, Settings},
    clock::Clock,
    config::{
        AttachmentOptions, CardOptions, Config, FileOption, InvitationOptions, ListenOptions, Log, LogFormat,
        LogOptions, Options, StorageOptions,
    },
};

#[derive(Args, Debug)]
pub(super) struct Serve {
    /// Say on standard output as JSON where the server listens: {"listening":"127.0.0.1:4848"}.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    listen: ListenOptions,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    invitations: InvitationOptions,
    #[command(flatten)]
    attachments: AttachmentOptions,
    #[command(flatten)]
    card: CardOptions,
    #[command(flatten)]
    log: LogOptions,
    #[command(flatten)]
    file: FileOption,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let json = self.json;
        let config = resolve(Options {
            file: self.file,
            listen: self.listen,
            storage: self.storage,
            log: self.log,
            invitations: self.invitations,
            attachments: self.attachments,
            card: self.card,
        })?;
        start_log(&config.log)?;
        if config.listen.public_url.is_none() {
            tracing::warn!(
                "no public address is set: letters name the listening address, which residents cannot reach from elsewhere; give --public-url https://…"
            );
        }
        // Before the data, so that a taken port leaves no new data folder behind.
        let listener = bind(config.listen.address, "--listen").await?;
        let metrics = match config.listen.metrics {
            Some(address) => Some(bind(address, "--metrics-listen").await?),
            None => None,
        };
        let app = App::open(settings(&config)?, Clock::system()).await?;
        let bound = listener.local_addr().map_err(no_address)?;
        ready(bound, json)?;
        let told = metrics.map(|listener| tokio::spawn(serve_metrics(app.clone(), listener)));
        let served = app.serve(listener, stopped()).await;
        if let Some(told) = told {
            told.abort();
        }
        served.map_err(no_address)
    }
}

fn settings(config: &Config) -> Result<Settings, Failure> {
    let mut settings = Settings::new(location(&config.storage)?, config.storage.data.clone());
    settings.public_url.clone_from(&config.listen.public_url);
    settings.invitation_ms = i64::try_from(config.invitations.lifetime.as_millis()).unwrap_or(i64::MAX);
    settings.trusted_hops = config.listen.trusted_hops;
    settings.max_connections = config.listen.max_connections;
    settings.attachments.clone_from(&config.attachments);
    settings.card.clone_from(&config.card);
    Ok(settings)
}

async fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let next = match error.kind() {
            std::io::ErrorKind::AddrInUse => "Another program listens there, perhaps another linli-server",
            std::io::ErrorKind::PermissionDenied => "Ports below 1024 need special rights",
            _ => "This computer may not have that address",
        };
        Failure::new(
            Exit::Storage,
            format!("{address} cannot be listened at: {error}. {next}; name another one with {flag}."),
        )
    })
}

fn no_address(error: std::io::Error) -> Failure {
    Failure::new(Exit::Storage, format!("The listening address was lost: {error}."))
}

/// One line when ready. Scripts and `cargo xtask run` wait for it.
fn ready(bound: SocketAddr, json: bool) -> Result<(), Failure> {
    let line = if json {
        serde_json::json!({ "listening": bound.to_string() }).to_string()
    } else {
        format!("Linli is served at http://{bound}. Stop with Ctrl-C.")
    };
    super::print(&format!("{line}\n"))
}

fn start_log(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!(
                "“{}” is not a log filter ({error}). Write for example info or info,linli_server=debug.",
                log.filter
            ),
        )
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that is there already is a test's.
    let _ = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// Resolves with the first Ctrl-C or SIGTERM; the second one ends the program at once.
async fn stopped() {
    signal().await;
    tracing::info!("stopping: streams are told to come back, requests are finished");
    tokio::spawn(async {
        signal().await;
        let _ = writeln!(std::io::stderr(), "linli-server: stopped at once.");
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

/// `/metrics` on its own address, so that it can never be reached through the public one.
async fn serve_metrics(app: App, listener: TcpListener) {
    let router = axum::Router::new().route(
        "/metrics",
        axum::routing::get(move || {
            let app = app.clone();
            async move { ([("content-type", "text/plain; version=0.0.4")], app.metrics_text()) }
        }),
    );
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "metrics are no longer served");
    }
}
