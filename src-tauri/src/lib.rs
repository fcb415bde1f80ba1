//! The shell: a window, a tray, notifications and deep links around the core.
//!
//! No domain logic lives here. The face calls one command, as text ([`commands::call`]) or with a file, which goes to
//! the host; what changes goes to the face as one event, `linli://topic`. The window may do nothing
//! else (src-tauri/capabilities/main.json).

mod commands;
mod desktop;
mod tray;
mod window;

use std::{
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, Instant},
};

use linli_host::{Host, Options, demo, key_store::RealKeyStore, log, place, start};
use linli_wire::command::Topic;
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_deep_link::DeepLinkExt;

/// The core, as Tauri's state.
pub(crate) struct Core(pub(crate) Arc<Host>);

/// Event with which the face hears what changed: a JSON array of topics.
const TOPIC_EVENT: &str = "linli://topic";

/// How long the network waits for the first page: a window that shows no notice at first, as in Simple mode,
/// never says that it did.
const FACE_FIRST: Duration = Duration::from_millis(1500);

/// Set where the app has begun anew once: see [`begin_anew`].
const AGAIN: &str = "LINLI_BEGUN_ANEW";

/// Runs the app until its window is closed.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
fn run() {
    // The exit code is for desktops only.
    let _ = main();
}

/// Runs the app until its window is closed.
pub fn main() -> ExitCode {
    let started = commands::Started(Instant::now());
    let folder = place::data_folder();
    let _log = log::start(Some(&folder));
    let app = tauri::Builder::default()
        // First, so that a second start hands its link over before it opens anything.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(commands::plugin())
        .manage(started)
        .setup(move |app| {
            tracing::debug!(target: "linli", "desktop ready");
            let desktop = Arc::new(desktop::TauriDesktop::new(app.handle().clone()));
            let options = Options {
                folder: Some(folder),
                key_store: Arc::new(RealKeyStore),
                desktop,
                demo: demo::people()?,
                face_first: FACE_FIRST,
            };
            let host = Arc::new(start(options).map_err(|error| -> Box<dyn std::error::Error> { error })?);
            app.manage(Core(host.clone()));
            tracing::debug!(target: "linli", "core started");
            window::open(app.handle())?;
            tracing::debug!(target: "linli", "window opened");
            tray::add_later(app.handle().clone(), &host);
            follow_links(app.handle(), &host);
            tell_the_face(app.handle().clone(), &host);
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|_, _| {});
            ExitCode::SUCCESS
        }
        Err(tauri::Error::PluginInitialization(plugin, why))
            if plugin == "single-instance" && std::env::var_os(AGAIN).is_none() =>
        {
            tracing::warn!(target: "linli", %why, "another one was ending; beginning anew");
            begin_anew()
        }
        Err(error) => {
            tracing::error!(target: "linli", %error, "the app could not start");
            eprintln!("Linli could not start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Begins anew: the app was opened while it was closing, and who still had its name on the desktop answers no more.
/// Anew wholly, since a program opens its display once.
fn begin_anew() -> ExitCode {
    let begun = std::env::current_exe().and_then(|program| {
        let mut command = Command::new(program);
        instead(command.args(std::env::args_os().skip(1)).env(AGAIN, "1"))
    });
    match begun {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Linli could not start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a program in place of this one.
#[cfg(unix)]
fn instead(command: &mut Command) -> std::io::Result<()> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
fn instead(command: &mut Command) -> std::io::Result<()> {
    command.spawn().map(drop)
}

/// Links that the system opens the app with: at start, and later.
fn follow_links(app: &AppHandle, host: &Arc<Host>) {
    let links = app.deep_link();
    for link in links.get_current().ok().flatten().unwrap_or_default() {
        host.core().opened_with(link.as_str());
    }
    let (app, host) = (app.clone(), host.clone());
    links.on_open_url(move |event| {
        for link in event.urls() {
            host.core().opened_with(link.as_str());
        }
        window::show(&app);
    });
}

fn tell_the_face(app: AppHandle, host: &Arc<Host>) {
    let mut topics = host.topics();
    host.runtime().spawn(async move {
        while let Some(changed) = topics.next().await {
            // A window that is closing hears nothing any more.
            let _ = app.emit(TOPIC_EVENT, &changed);
            if changed.contains(&Topic::App) {
                tray::show_unread(&app).await;
            }
        }
    });
}
