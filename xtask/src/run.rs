//! The whole of Linli on one machine, to look at and to work on: the demo community on a server of its own, and the
//! app beside it, where one can step in as one of the demo people.
//!
//! Everything it keeps lies in target/demo; `--fresh` begins anew. It ends with the window, or with Ctrl-C.

mod demo;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::children::{self, Children};
use crate::program::WHOLE;
use crate::step::step;
use crate::system_packages::Group;
use crate::{face, place, program, setup};

/// Prepares, builds and starts everything, and returns when the app is closed.
pub(crate) fn run(fresh: bool) -> Result<()> {
    let has_display = setup::has_display();
    let groups: &[Group] = if has_display { &[Group::Build, Group::Window] } else { &[Group::Build] };
    setup::ensure(groups)?;
    face::build(face::Profile::Dev, &face::folder())?;
    build_apps(has_display)?;

    let home = place::target().join("demo");
    if fresh {
        let _ = fs::remove_dir_all(&home);
    }
    let data = home.join("server");
    demo::import(&data)?;
    let address = address()?;
    let url = format!("http://{address}");
    let people = home.join("people.json");
    fs::write(&people, demo::invite(&data, &url)?)?;

    let mut children = Children::new();
    let server = start_server(&mut children, &data, address)?;
    println!("▸ the community server listens at {url}");
    let (people, data) = (&people, &home.join("app"));
    let app = if has_display {
        open_window(&mut children, people, data)?
    } else {
        serve_browser(&mut children, people, data)?
    };
    let end = children.next_end()?;
    if children::asked_to_stop() {
        return Ok(());
    }
    match end.id {
        id if id == app && end.status.success() => Ok(()),
        id if id == server => bail!("The server ended with {}", end.status),
        _ => bail!("The app ended with {}", end.status),
    }
}

fn build_apps(has_display: bool) -> Result<()> {
    let window: &[&str] = if has_display { &["--bin", "linli"] } else { &[] };
    step("compiling server and app (several minutes the first time)", || {
        let mut cargo = program::cargo();
        cargo.arg("build").args(WHOLE).args(["--bin", "linli-server", "--bin", "linli-host"]).args(window);
        program::compile(&mut cargo, "apps")
    })
}

/// The usual address, which invitations of earlier starts carry, or a free one when another program has it.
fn address() -> Result<SocketAddr> {
    const USUAL: u16 = 4848;
    let taken = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|socket| socket.local_addr());
    taken(USUAL).or_else(|_| taken(0)).context("No port is free")
}

/// Starts the server and waits until it answers.
fn start_server(children: &mut Children, data: &Path, address: SocketAddr) -> Result<u32> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let mut command = demo::server();
    command.arg("serve").arg("--data").arg(data).args(["--listen", &address.to_string(), "--log", "warn"]);
    let server = children.start(&mut command)?;
    let started = Instant::now();
    while !is_ready(address) {
        if let Some(end) = children.end_within(Duration::from_millis(50)) {
            bail!("The server ended with {} instead of listening", end.status);
        }
        if started.elapsed() > PATIENCE {
            bail!("The server did not get ready within {} s", PATIENCE.as_secs());
        }
    }
    Ok(server)
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}

fn open_window(children: &mut Children, people: &Path, data: &Path) -> Result<u32> {
    println!("▸ the app opens; closing it or Ctrl-C ends everything");
    children.start(&mut app("linli", people, data))
}

/// Serves the same app to a browser on this machine and says where.
fn serve_browser(children: &mut Children, people: &Path, data: &Path) -> Result<u32> {
    println!("▸ there is no display here, so the same app is served to a browser on this machine");
    let (reader, writer) = std::io::pipe()?;
    let mut command = app("linli-host", people, data);
    command.arg("--face").arg(face::folder()).stdout(writer);
    let host = children.start(&mut command)?;
    drop(command); // holds an end of the pipe, which would then never close
    let mut lines = BufReader::new(reader).lines();
    let ready = lines.next().context("The browser host ended before it was ready")??;
    let ready: serde_json::Value = serde_json::from_str(&ready)?;
    let url =
        ready.get("url").and_then(serde_json::Value::as_str).context("The browser host named no address")?;
    println!("\n    {url}\n\n  Ctrl-C ends everything.");
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| println!("{line}")));
    Ok(host)
}

fn app(name: &str, people: &Path, data: &Path) -> Command {
    let mut command = Command::new(binary(name));
    command.env("LINLI_DEMO", people).env("LINLI_DATA", data);
    command
}

fn binary(name: &str) -> PathBuf {
    place::target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
