//! The figures of the project, each beside a floor measured in the same run: on the screen and in
//! target/bench/results.json as `[{name, ours, floor, ratio, unit, bar, ok}]`.
//!
//! What happens inside core, server and window is measured by tests/bench; what the face weighs is measured here.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::postgres::Cluster;
use crate::step::step;
use crate::system_packages::Group;
use crate::{face, place, program, setup};

/// The figures that open the app's window.
const WINDOWS: [&str; 3] = ["start", "memory", "photo"];

/// The figures that show the face in a browser.
const BROWSERS: [&str; 1] = ["scroll"];
/// The figures with a server in a process of its own.
const SERVERS: [&str; 2] = ["fan-out", "listeners"];
/// The figures with other people's servers.
const PEERS: [&str; 1] = ["fan-out"];

/// Measures the figures of these names, or all of them.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let any = |some: &[&str]| names.is_empty() || names.iter().any(|name| some.contains(name));
    let windows = any(&WINDOWS);
    let mut groups = vec![Group::Build, Group::Release, Group::Test];
    groups.extend(windows.then_some(Group::Window));
    groups.extend(any(&PEERS).then_some(Group::Peers));
    setup::ensure(&groups)?;
    if names.is_empty() || names.contains(&"bundle") {
        keep(&bundle()?)?;
    }
    let others: Vec<&str> = names.iter().filter(|name| **name != "bundle").copied().collect();
    if !names.is_empty() && others.is_empty() {
        return Ok(());
    }
    step("compiling the measurements with optimisation", || compile(&["-p", "linli-bench"], "bench"))?;
    if any(&SERVERS) {
        step("compiling the server with optimisation", || compile(&["-p", "linli-server"], "bench-server"))?;
    }
    if windows || any(&BROWSERS) {
        face::build(face::Profile::Release, &face::folder())?;
        step("compiling the host with optimisation", || compile(&["-p", "linli-host"], "bench-host"))?;
    }
    if windows {
        step("compiling the app and an empty window with optimisation", || {
            // Together, so that both stand on one and the same Tauri; `custom-protocol` is how it is delivered.
            let windows = ["-p", "linli", "-p", "empty-window", "--features", "tauri/custom-protocol"];
            compile(&windows, "bench-windows")
        })?;
    }
    let cluster = step("starting a PostgreSQL of the figures' own", Cluster::start)?;
    // Cargo keeps what the profile `bench` builds in the folder of `release`.
    let programs = place::target().join("release");
    let mut bench = Command::new(programs.join("linli-bench"));
    bench
        .args(others)
        .current_dir(place::root())
        .env("LINLI_APP", programs.join("linli"))
        .env("LINLI_HOST", programs.join("linli-host"))
        .env("LINLI_SERVER", programs.join("linli-server"))
        .env("LINLI_TEST_POSTGRES", cluster.url());
    program::run(&mut bench)
}

fn compile(what: &[&str], name: &str) -> Result<()> {
    program::compile(program::cargo().args(["build", "--profile", "bench"]).args(what), name)
}

/// What the whole face weighs on the wire, beside the smallest that Leptos can be.
fn bundle() -> Result<Value> {
    const KILOBYTES: f64 = 600.0;
    const TIMES: f64 = 8.0;
    face::build(face::Profile::Release, &face::folder())?;
    let ours = face::brotli_size(&face::folder())?;
    let floor = face::brotli_size(&face::minimal()?)?;
    let [ours, floor] = [ours, floor].map(|bytes| bytes as f64 / 1024.0);
    let ratio = ours / floor;
    Ok(json!({
        "name": "bundle",
        "ours": ours,
        "floor": floor,
        "ratio": ratio,
        "unit": "KB brotli",
        "bar": "≤ 600 KB and ≤ 8 × minimal Leptos",
        "ok": ours <= KILOBYTES && ratio <= TIMES,
    }))
}

/// Shows a figure and keeps it beside those of earlier runs.
fn keep(figure: &Value) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(figure)?);
    let file = place::target().join("bench/results.json");
    let kept = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Vec<Value>>(&bytes).ok());
    let mut kept = kept.unwrap_or_default();
    kept.retain(|row| row.get("name") != figure.get("name"));
    kept.push(figure.clone());
    fs::create_dir_all(place::target().join("bench"))?;
    fs::write(&file, serde_json::to_vec_pretty(&kept)?)
        .with_context(|| format!("Could not write {}", file.display()))
}
