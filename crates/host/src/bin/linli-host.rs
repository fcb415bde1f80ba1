//! The browser host: `linli-host [--face DIR] [--listen 127.0.0.1:0] [--no-key-store] [--keep-nothing]`.
//!
//! Prints one line of JSON when it is ready: `{"url":"http://127.0.0.1:…/#token=…"}`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use linli_core::ports::{Desktop, KeyStore, Notification, System};
use linli_host::{
    Options, browser, demo,
    key_store::{NoKeyStore, RealKeyStore},
    log, place, start,
    system::RealSystem,
};

/// What `--help` prints.
const HELP: &str = "\
Linli in a browser of this computer.

Usage: linli-host [OPTIONS]

Options:
  --face DIR        Folder of the built face [env: LINLI_FACE] [default: src-ui/dist]
  --listen ADDR     Address and port to listen at; port 0 takes a free one [default: 127.0.0.1:0]
  --no-key-store    Act as on a computer without a key store
  --keep-nothing    Keep everything in memory, and forget it at the end
  -h, --help        Print this

When it is ready it prints one line of JSON: {\"url\":\"http://127.0.0.1:…/#token=…\"}. Open that address;
the token in it is the key to everything, so hand it to nobody. Ctrl-C ends it.
";

/// A browser does these itself.
struct InBrowser;

impl Desktop for InBrowser {
    fn notify(&self, notification: Notification) {
        // Tests read that a notification was shown; its text stays out of logs.
        tracing::info!(target: "linli", urgent = notification.urgent, "notification");
    }

    fn open_url(&self, _: &str) -> bool {
        false
    }

    // The browser cannot be told to open it; it stands where it would have saved it.
    fn open_file(&self, name: &str, bytes: &[u8]) -> bool {
        linli_host::downloads::save(name, bytes).is_ok()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut face = std::env::var_os("LINLI_FACE").map_or_else(|| PathBuf::from("src-ui/dist"), PathBuf::from);
    let mut listen: SocketAddr = "127.0.0.1:0".parse()?;
    let mut key_store: Arc<dyn KeyStore> = Arc::new(RealKeyStore);
    let mut folder = Some(place::data_folder());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--face" => face = value()?.into(),
            "--listen" => listen = value()?.parse()?,
            "--no-key-store" => key_store = Arc::new(NoKeyStore),
            "--keep-nothing" => folder = None,
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(format!("unknown option {other}; --help lists all").into()),
        }
    }
    let _log = log::start(folder.as_deref());
    let host = Arc::new(start(Options {
        folder,
        key_store,
        desktop: Arc::new(InBrowser),
        demo: demo::people()?,
        face_first: Duration::ZERO,
    })?);
    let mut random = [0; 24];
    RealSystem.random(&mut random);
    let token: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let runtime = host.runtime().clone();
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        println!(
            "{}",
            serde_json::json!({ "url": format!("http://{}/#token={token}", listener.local_addr()?) })
        );
        tokio::select! {
            served = browser::serve(host, face, token, listener) => served?,
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}
