//! Where the programs are: as `cargo xtask test` says in the environment, else where a developer has them.

use std::path::{Path, PathBuf};

/// A program or folder: what the variable `name` says, else `usual`.
fn told(name: &str, usual: impl Into<PathBuf>) -> PathBuf {
    std::env::var_os(name).map_or_else(|| usual.into(), PathBuf::from)
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// The folder for everything that is built.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

fn built(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// The app with its window.
pub fn app() -> PathBuf {
    told("LINLI_APP", built("linli"))
}

/// The browser host.
pub fn host() -> PathBuf {
    told("LINLI_HOST", built("linli-host"))
}

/// The community server.
pub fn server() -> PathBuf {
    told("LINLI_SERVER", built("linli-server"))
}

/// The built face.
pub fn face() -> PathBuf {
    told("LINLI_FACE", root().join("src-ui/dist"))
}

/// Chromium.
pub fn chromium() -> PathBuf {
    told("LINLI_CHROMIUM", "/usr/bin/chromium")
}

/// Chromium's driver.
pub fn chromedriver() -> PathBuf {
    told("LINLI_CHROMEDRIVER", "/usr/bin/chromedriver")
}

/// The driver of the app's own window.
pub fn webkitdriver() -> PathBuf {
    told("LINLI_WEBKITDRIVER", "/usr/bin/WebKitWebDriver")
}

/// What stands in for the provider of card payments.
pub fn localstripe() -> PathBuf {
    told("LINLI_LOCALSTRIPE", target().join("tools/localstripe/python/bin/localstripe"))
}

/// axe-core's script.
pub fn axe() -> PathBuf {
    told("LINLI_AXE", target().join("tools/npm/axe-core/4.14.1/node_modules/axe-core/axe.min.js"))
}

/// Where pictures and logs of failed tests go, and the pictures of `cargo xtask shots`.
pub fn artifacts() -> PathBuf {
    told("LINLI_ARTIFACTS", target().join("e2e"))
}
