//! A fling through a room of 100,000 messages in Chromium, with the real face on a real host and its encrypted cache;
//! beside the same flings over a bare list of as many one-line rows, of which twenty lines of script keep those near the
//! window.
//!
//! A fling is a wheel's: 24,000 pixels within two seconds, begun at the newest message, at three quarters, at half and at
//! a quarter of the room, upwards and down again. Both pages take turns, in the same browser, after a fling each that is
//! not counted. A frame is the time from one animation frame to the next, so where the screen shows 60 in a second a
//! frame in time takes 16.7 ms. `shown` says for how much of the time every row in the window was a message and not the
//! shape of one that is still to come.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use linli_e2e::{
    community::Letter,
    driver::Driver,
    host::{Host, Keys, Setup},
    key_store::Bus,
    session::Session,
};
use linli_wire::{
    Language,
    chat::{MessagesQuery, RoomKind, SeenRoom},
    command::{AppGet, Empty, MessagesGet, RoomRead, RoomsGet, SaveSettings, Stage},
    id::RoomId,
    settings::Settings,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    report::{Figure, quantile},
    talk::{Rooms, fill},
    world::world,
};

const MESSAGES: usize = 100_000;
const ROUNDS: usize = 3;
/// Pixels of a fling, and how many a second.
const FAR: i32 = 24_000;
const SPEED: i32 = 12_000;
/// Where flings begin, as parts of the room from its beginning.
const PLACES: [f64; 4] = [1.0, 0.75, 0.5, 0.25];
const PATIENCE: Duration = Duration::from_secs(300);

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let world = runtime.block_on(world(10, None))?;
    runtime.block_on(fill(&world, MESSAGES, Rooms::Community))?;
    let link = runtime.block_on(world.invite("resident", 0))?;
    let bus = Bus::start(&folder.path().join("bus"), folder.path())?;
    let _store = bus.unlocked_key_store()?;
    let setup =
        Setup { bus: Some(bus.address.clone()), ..Setup::new(folder.path().join("home"), Keys::KeyStore) };
    let host = Host::start(&setup, &folder.path().join("host.log"))?;
    let room = settle_in(&host, link)?;
    let driver = Driver::chromium(&folder.path().join("chromedriver.log"))?;
    let session = driver.open_chromium(&folder.path().join("profile"), "en")?;
    session.set_script_timeout(PATIENCE)?;
    let bare = folder.path().join("bare.html");
    std::fs::write(&bare, BARE)?;
    let pages = [host.url(&format!("/chat/{room}")), format!("file://{}", bare.display())];
    let mut frames = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (page, frames) in pages.iter().zip(&mut frames) {
            session.open_url(page)?;
            let flings = flings(&session, if round == 0 { &[1.0] } else { &PLACES })?;
            if round > 0 {
                frames.extend(flings);
            }
        }
    }
    let [mut ours, mut floor] = frames;
    for (whose, frames) in [("ours", &mut ours), ("floor", &mut floor)] {
        let late = frames.iter().filter(|frame| frame.took > 16.8).count();
        let shown = frames.iter().filter(|frame| frame.whole).count() as f64 / frames.len() as f64;
        let mut times: Vec<f64> = frames.iter().map(|frame| frame.took).collect();
        eprintln!(
            "  {whose}: {} frames, {late} late, p50 {:.1}, p95 {:.1}, p99 {:.1}, longest {:.1} ms, shown {:.1} %",
            times.len(),
            quantile(&mut times, 0.5),
            quantile(&mut times, 0.95),
            quantile(&mut times, 0.99),
            quantile(&mut times, 1.0),
            shown * 100.0
        );
    }
    let [ours, floor] = [ours, floor].map(|frames| {
        let mut times: Vec<f64> = frames.iter().map(|frame| frame.took).collect();
        quantile(&mut times, 0.95)
    });
    Ok(vec![Figure {
        name: "scroll, p95 of a frame".into(),
        ours,
        floor,
        ratio: ours / floor,
        unit: "ms",
        bar: "≤ 16.7 ms",
        // Frames of 60 a second are told as 16.6 and 16.7 in turn, and a little beside it.
        ok: ours <= 16.75,
    }])
}

/// One frame of a fling.
struct Frame {
    /// Milliseconds since the one before.
    took: f64,
    /// Whether everything in the window was there.
    whole: bool,
}

/// Joins, waits until every message is here, and has read them.
fn settle_in(host: &Host, link: String) -> Result<RoomId> {
    let started = Instant::now();
    let wait = |what: &str| -> Result<()> {
        ensure!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
        Ok(())
    };
    while host.call::<AppGet>(&Empty {})?.stage != Stage::Welcome {
        wait("the device did not make its cache")?;
    }
    host.join(&Letter { server: String::new(), code: String::new(), link })?;
    let room = loop {
        let rooms = host.call::<RoomsGet>(&Empty {})?.rooms;
        if let Some(room) = rooms.into_iter().find(|room| room.kind == RoomKind::Community) {
            break room.id;
        }
        wait("there is no room of the community")?;
    };
    let first = MessagesQuery { room_id: room, first: 1, count: 1 };
    while host.call::<MessagesGet>(&first)?.last != MESSAGES as u64 {
        wait("the messages did not come")?;
    }
    host.call::<RoomRead>(&SeenRoom { room_id: room, number: MESSAGES as u64 })?;
    host.call::<SaveSettings>(&Settings { language: Language::en(), ..Settings::default() })?;
    Ok(room)
}

/// Flings the page up and down again at each of the places.
fn flings(session: &Session, places: &[f64]) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    session.run_async(READY, &[])?;
    for place in places {
        session.run_async(GO, &[json!(place)])?;
        // Up first, to older messages.
        for far in [FAR, -FAR] {
            session.run(WATCH, &[])?;
            let middle = session.run(MIDDLE, &[])?;
            let (x, y) = (middle.get(0), middle.get(1));
            let gesture = json!({
                "x": x, "y": y, "yDistance": far, "speed": SPEED, "gestureSourceType": "mouse",
            });
            session.devtools("Input.synthesizeScrollGesture", &gesture)?;
            let seen = session.run("window.watching = false; return window.frames_seen", &[])?;
            let seen = seen.as_array().context("no frames")?;
            let moved = session.run("return Math.abs(window.began - window.scroller().scrollTop)", &[])?;
            let moved = moved.as_f64().unwrap_or_default();
            // At the end of the room there is nowhere to go down to but back.
            ensure!(moved > f64::from(FAR) / 2.0, "it moved by {moved} pixels only, the wheel at {middle}");
            frames.extend(seen.iter().filter_map(frame));
        }
    }
    Ok(frames)
}

fn frame(value: &Value) -> Option<Frame> {
    Some(Frame { took: value.get(0)?.as_f64()?, whole: value.get(1)?.as_bool()? })
}

/// Waits until the list is there and stands still.
const READY: &str = "
    const done = arguments[0];
    window.scroller = () => document.querySelector('.p-room__talk, #bare');
    let still = 0, before = -1;
    const look = () => {
        const it = window.scroller();
        const now = it && it.scrollHeight > 1000000 && !it.querySelector('.p-bubble--coming') ? it.scrollTop : -1;
        still = now >= 0 && now === before ? still + 1 : 0;
        before = now;
        if (still > 30) done(true); else requestAnimationFrame(look);
    };
    look();";

/// Goes to a part of the list and waits until it stands still there.
const GO: &str = "
    const [part, done] = arguments, it = window.scroller();
    it.scrollTop = part * (it.scrollHeight - it.clientHeight);
    let still = 0, before = -1;
    const look = () => {
        const now = it.querySelector('.p-bubble--coming') ? -1 : it.scrollTop;
        still = now >= 0 && now === before ? still + 1 : 0;
        before = now;
        if (still > 30) done(true); else requestAnimationFrame(look);
    };
    look();";

/// The middle of the list's window.
const MIDDLE: &str = "
    const frame = window.scroller().getBoundingClientRect();
    return [Math.round(frame.left + frame.width / 2), Math.round(frame.top + frame.height / 2)];";

/// Notes every frame until it is told to stop, and whether a shape stood in the window in it.
const WATCH: &str = "
    window.frames_seen = [];
    window.watching = true;
    window.began = window.scroller().scrollTop;
    const it = window.scroller(), frame = it.getBoundingClientRect();
    let before = null, moved = false, top = it.scrollTop;
    const look = now => {
        // From the first frame in which something has moved.
        moved = moved || it.scrollTop !== top;
        if (moved && before !== null) {
            const coming = [...it.querySelectorAll('.p-bubble--coming')].some(shape => {
                const box = shape.getBoundingClientRect();
                return box.bottom > frame.top && box.top < frame.bottom;
            });
            window.frames_seen.push([now - before, !coming]);
        }
        before = now;
        if (window.watching) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);";

/// The floor: as many rows of one line, of which those near the window exist.
const BARE: &str = "<!doctype html><meta charset=utf-8><style>
    body { margin: 0 } #bare { height: 100vh; overflow-y: auto } #all { position: relative; height: 9600000px }
    p { position: absolute; margin: 0; height: 96px; font: 16px sans-serif }
    </style><div id=bare><div id=all></div></div><script>
    const scroller = document.getElementById('bare'), all = document.getElementById('all'), rows = new Map();
    const place = () => {
        const first = Math.max(0, Math.floor((scroller.scrollTop - 600) / 96));
        const last = Math.min(100000, Math.ceil((scroller.scrollTop + innerHeight + 600) / 96));
        for (const [at, row] of rows) if (at < first || at >= last) { row.remove(); rows.delete(at); }
        for (let at = first; at < last; at++) if (!rows.has(at)) {
            const row = document.createElement('p');
            row.textContent = 'Has anybody seen the key of cellar ' + at + '?';
            row.style.top = at * 96 + 'px';
            all.append(row);
            rows.set(at, row);
        }
    };
    scroller.addEventListener('scroll', place);
    place();
    scroller.scrollTop = scroller.scrollHeight;
    </script>";
