//! The app's own window beside an empty one of the same Tauri: how soon the first cached notice is on the screen,
//! and what the process tree weighs then.
//!
//! Both run headless under an Xvfb of their own, on a session bus with a real key store. The device has 10,000
//! notices in its encrypted cache, and its server answers on loopback, as on an ordinary morning. Each start is a
//! new process on a warm disk; ours and the empty one take turns. Time runs from just before the program is
//! started to the line with which it says that its page was painted: two animation frames after the notice (or the
//! empty page's one sentence) came into the document. With `LINLI_BENCH_SHOW` set, what the programs say meanwhile
//! and what each process weighs are shown, too.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use linli_e2e::{
    community::Letter,
    host::{Host, Keys, Setup, own_folders},
    key_store::{Bus, KeyStore},
    place,
    program::{Program, read_until},
};
use linli_wire::{
    command::{AppGet, Empty, NoticesList, Stage},
    notices::NoticesQuery,
};
use tokio::runtime::Runtime;

use crate::{
    report::{Figure, millis, quantile},
    world::{World, world},
};

/// In the cache of a device that is started.
const NOTICES: u32 = 10_000;
const STARTS: usize = 11;
const WEIGHINGS: usize = 5;
/// How long after its first notice a window is weighed.
const SETTLING: Duration = Duration::from_secs(10);
/// Longer than any start takes, unless the window never gets there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Process start → first cached notice painted.
pub fn start(runtime: &Runtime) -> Result<Vec<Figure>> {
    let desk = Desk::set_up(runtime, NOTICES)?;
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for round in 0..=STARTS {
        let times = (desk.open(&App)?.painted, desk.open(&EmptyWindow)?.painted);
        // The first of each fills the disk's cache and WebKit's own.
        if round > 0 {
            ours.push(millis(times.0));
            floor.push(millis(times.1));
        }
    }
    Ok(vec![figure("start", &mut ours, &mut floor, "ms", "≤ 1.5 ×", 1.5)])
}

/// Proportional set size of the whole process tree.
pub fn memory(runtime: &Runtime) -> Result<Vec<Figure>> {
    let desk = Desk::set_up(runtime, NOTICES)?;
    let weigh = |program: &dyn Opened| -> Result<f64> {
        let window = desk.open(program)?;
        std::thread::sleep(SETTLING);
        window.pss()
    };
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..WEIGHINGS {
        ours.push(weigh(&App)?);
        floor.push(weigh(&EmptyWindow)?);
    }
    Ok(vec![figure("memory", &mut ours, &mut floor, "MB PSS", "≤ 1.4 ×", 1.4)])
}

fn figure(
    name: &str,
    ours: &mut [f64],
    floor: &mut [f64],
    unit: &'static str,
    bar: &'static str,
    most: f64,
) -> Figure {
    for (whose, samples) in [("ours", &mut *ours), ("floor", &mut *floor)] {
        samples.sort_by(f64::total_cmp);
        eprintln!("  {whose:<6}{}", samples.iter().map(|sample| format!("{sample:7.0}")).collect::<String>());
    }
    let (ours, floor) = (quantile(ours, 0.5), quantile(floor, 0.5));
    let ratio = ours / floor;
    Figure { name: name.into(), ours, floor, ratio, unit, bar, ok: ratio <= most }
}

/// A program with a window: where it is and what it says once its page is painted.
trait Opened {
    fn path(&self) -> PathBuf;
    fn says(&self) -> &'static str;
}

struct App;

impl Opened for App {
    fn path(&self) -> PathBuf {
        place::app()
    }

    fn says(&self) -> &'static str {
        "first notice painted"
    }
}

struct EmptyWindow;

impl Opened for EmptyWindow {
    fn path(&self) -> PathBuf {
        // Cargo puts both beside each other.
        place::app().with_file_name("empty-window")
    }

    fn says(&self) -> &'static str {
        "page painted"
    }
}

/// A display, a session with a key store, a server, and the folders of a device that has joined it.
pub(crate) struct Desk {
    display: String,
    _screen: Program,
    _store: KeyStore,
    bus: Bus,
    folder: tempfile::TempDir,
    _world: World,
}

impl Desk {
    /// Sets it up; the device is level with a community of so many notices.
    pub(crate) fn set_up(runtime: &Runtime, notices: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("screen.log");
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-noreset", "-nolisten", "tcp"]);
        let (screen, out) = Program::start(&mut xvfb, &log)?;
        let display =
            read_until(out, |line| Some(format!(":{}", line.trim().parse::<u32>().ok()?))).context("Xvfb")?;
        let bus = Bus::start(&folder.path().join("bus"), folder.path())?;
        let store = bus.unlocked_key_store()?;
        let world = runtime.block_on(world(notices, None))?;
        let link = runtime.block_on(world.invite("resident", 0))?;
        let home = folder.path().join("home");
        join(&home, &bus, &link, notices)?;
        Ok(Self { display, _screen: screen, _store: store, bus, folder, _world: world })
    }

    /// A folder that ends with the desk.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Has a program run on this display and in this session, with the device's folders.
    pub(crate) fn place(&self, command: &mut Command) -> Result<()> {
        let home = self.folder.path().join("home");
        own_folders(command, &home, Some(&self.bus.address));
        let runtime = home.join("runtime");
        fs::create_dir_all(&runtime)?;
        command
            .env("DISPLAY", &self.display)
            .env("XDG_RUNTIME_DIR", runtime)
            // No accessibility bus and no portal in this session: a window would wait for each.
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_USE_PORTAL", "0")
            .env("LANG", "en_GB.UTF-8")
            .env("LINLI_LOG", if shown() { "warn,linli=debug" } else { "warn,linli=info" })
            .env_remove("LINLI_DEMO");
        Ok(())
    }

    /// Starts a program and waits until its page is painted.
    fn open(&self, program: &dyn Opened) -> Result<Window> {
        let mut command = Command::new(program.path());
        self.place(&mut command)?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Window::open(&mut command, program.says())
    }
}

/// Whether what the programs say is wanted.
fn shown() -> bool {
    std::env::var_os("LINLI_BENCH_SHOW").is_some()
}

/// Fills the encrypted cache, its key in the key store, as the window will find them.
fn join(home: &Path, bus: &Bus, link: &str, notices: u32) -> Result<()> {
    let setup = Setup {
        folder: home.to_owned(),
        keys: Keys::KeyStore,
        demo: None,
        bus: Some(bus.address.clone()),
        home: None,
        disk: None,
    };
    let host = Host::start(&setup, &home.with_extension("log"))?;
    let started = Instant::now();
    while host.call::<AppGet>(&Empty {})?.stage != Stage::Welcome {
        ensure!(started.elapsed() < PATIENCE, "the device did not make its cache");
    }
    host.join(&Letter { server: String::new(), code: String::new(), link: link.to_owned() })?;
    while host.call::<NoticesList>(&NoticesQuery { limit: 1, ..NoticesQuery::default() })?.total != notices {
        ensure!(started.elapsed() < PATIENCE, "the device did not get level with its server");
    }
    // A search indexes what is left to index, so that no start has to.
    host.call::<NoticesList>(&NoticesQuery { search: "water".into(), ..NoticesQuery::default() }).map(drop)
}

/// A running program with its window; it ends with everything it started when this goes.
struct Window {
    child: Child,
    painted: Duration,
}

impl Window {
    fn open(command: &mut Command, says: &'static str) -> Result<Self> {
        let started = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
        let errors = child.stderr.take().context("it has no output")?;
        let mut window = Self { child, painted: Duration::ZERO };
        let (sender, painted) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if line.contains(says) {
                    // Nobody waits any more when the time was up.
                    let _ = sender.send(started.elapsed());
                } else if shown() {
                    eprintln!("  {:6.1} {line}", millis(started.elapsed()));
                }
            }
        });
        window.painted = painted.recv_timeout(PATIENCE).with_context(|| format!("no `{says}`"))?;
        Ok(window)
    }

    /// In megabytes. What processes share is divided among those that share it.
    fn pss(&self) -> Result<f64> {
        let mut kilobytes = 0;
        for id in tree(self.child.id())? {
            let size = pss(id)?;
            if shown() {
                let name = fs::read_to_string(format!("/proc/{id}/comm"))?;
                eprintln!("  {:>8} KB {}", size, name.trim());
            }
            kilobytes += size;
        }
        Ok(kilobytes as f64 / 1024.0)
    }
}

/// What a process weighs, in kilobytes of 1,024 bytes. What processes share is divided among those that share it.
pub(crate) fn pss(id: u32) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("no PSS")?;
    Ok(pss.trim().trim_end_matches("kB").trim().parse()?)
}

impl Drop for Window {
    fn drop(&mut self) {
        let tree = tree(self.child.id()).unwrap_or_default();
        // Gone already is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // WebKit's processes end by themselves once their window is gone; the next start has the machine to itself.
        let ended = Instant::now();
        while ended.elapsed() < PATIENCE && tree.iter().any(|id| runs(*id)) {
            std::thread::yield_now();
        }
    }
}

/// Whether a process has neither ended nor only its end left to be noticed.
fn runs(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/smaps_rollup")).is_ok_and(|rollup| !rollup.is_empty())
}

/// A process and everything that it started.
fn tree(root: u32) -> Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end while we look.
        let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
        // The name stands in brackets and may hold anything; behind it come the state and the parent.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        parents.extend(parent.map(|parent: u32| (id, parent)));
    }
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        at += 1;
    }
    Ok(found)
}
