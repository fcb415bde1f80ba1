//! A phone's photo of 12 megapixels in the app's own window: from the moment it was chosen until it stands in the report,
//! scaled, cleaned and queued; and the longest time for which the window did nothing else meanwhile.
//!
//! The floor of the first is the picture's own work in this process: decoded, scaled, written. That of the second is
//! the same window left alone for as long. The photo is put into the page's field by a script, since a driver's way of
//! choosing a file differs from window to window; what happens from then on is what happens to any photo.

use std::time::Instant;

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use linli_e2e::{driver::Driver, page::Page};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    picture,
    report::{Figure, millis, quantile},
    window::Desk,
};

const PHOTOS: usize = 9;
/// The field of the page where a repair is reported.
const FIELD: &str = "[data-testid=repair-photos]";

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    let desk = Desk::set_up(runtime, 10)?;
    let log = desk.folder().join("driver.log");
    let mut placed = Ok(());
    let driver = Driver::webkit(&log, |command| {
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        placed = desk.place(command);
    })?;
    placed?;
    let session = driver.open_app(&desk.folder().join("program"), &[])?;
    let page = Page::new(session, "photo", desk.folder().to_owned())?;
    let [mut queued, mut bare, mut blocked, mut idle] = [const { Vec::new() }; 4];
    for round in 0..=PHOTOS {
        let jpeg = picture::jpeg(round as u64, 4032, 3024)?;
        let started = Instant::now();
        by_hand(&jpeg)?;
        let by_hand = millis(started.elapsed());
        page.go("/");
        page.go("/repairs/new");
        page.find("textarea");
        // The report is the one that was begun before, and it may have six photos at most.
        page.script("all('[data-testid=photo] button').forEach(button => button.click())", &[]);
        page.until("no photo", "return !one('[data-testid=photo]')");
        let took = choose(&page, &jpeg)?;
        let alone = watch(&page, took.millis)?;
        // The first one warms up.
        if round > 0 {
            queued.push(took.millis);
            bare.push(by_hand);
            blocked.push(took.blocked);
            idle.push(alone);
        }
    }
    let bytes = [("queued", &queued), ("floor", &bare), ("blocked", &blocked), ("idle", &idle)];
    for (name, samples) in bytes {
        eprintln!("  {name:<8}{}", samples.iter().map(|sample| format!("{sample:7.0}")).collect::<String>());
    }
    let (ours, floor) = (quantile(&mut queued, 0.5), quantile(&mut bare, 0.5));
    // Never is never: the worst of all.
    let (longest, alone) = (quantile(&mut blocked, 1.0), quantile(&mut idle, 1.0));
    Ok(vec![
        Figure {
            name: "photo".into(),
            ours,
            floor,
            ratio: ours / floor,
            unit: "ms",
            bar: "≤ 300 ms",
            ok: ours <= 300.0,
        },
        Figure {
            name: "photo, window blocked".into(),
            ours: longest,
            floor: alone,
            ratio: longest / alone,
            unit: "ms",
            bar: "≤ 50 ms",
            ok: longest <= 50.0,
        },
    ])
}

struct Taken {
    /// From the choice until the photo stands in the report.
    millis: f64,
    /// The longest time between two turns of the page's own clock meanwhile.
    blocked: f64,
}

/// A clock in the page that is due every 4 ms; `longest()` is the longest time it was kept waiting, less these.
const CLOCK: &str = "
    let before = performance.now(), most = 0;
    const clock = setInterval(() => { const now = performance.now(); most = Math.max(most, now - before - 4); before = now; }, 4);
    const longest = () => { clearInterval(clock); return Math.max(most, performance.now() - before - 4); };";

fn choose(page: &Page, jpeg: &[u8]) -> Result<Taken> {
    // In a turn of its own, so that preparing the file is not measured.
    page.session().run(
        "const bytes = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0));
         const files = new DataTransfer();
         files.items.add(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
         window.chosen = files.files;",
        &[json!(STANDARD.encode(jpeg))],
    )?;
    let script = format!(
        "{CLOCK}
         const done = arguments[1], field = document.querySelector(arguments[0]);
         const started = performance.now();
         const watcher = new MutationObserver(() => {{
             if (!document.querySelector('[data-testid=photo]')) return;
             watcher.disconnect();
             const millis = performance.now() - started;
             // Two frames more: showing it is part of it.
             requestAnimationFrame(() => requestAnimationFrame(() => done({{ millis, blocked: longest() }})));
         }});
         watcher.observe(document, {{ subtree: true, childList: true }});
         setTimeout(() => {{
             field.files = window.chosen;
             field.dispatchEvent(new Event('change', {{ bubbles: true }}));
         }}, 50);"
    );
    let took = page.session().run_async(&script, &[json!(FIELD)])?;
    let number = |name: &str| took.get(name).and_then(Value::as_f64).with_context(|| format!("{took}"));
    // The pause before the choice is not part of it.
    Ok(Taken { millis: number("millis")? - 50.0, blocked: number("blocked")? })
}

/// The same clock in the same window, while nothing happens.
fn watch(page: &Page, millis: f64) -> Result<f64> {
    let script =
        format!("{CLOCK} const done = arguments[1]; setTimeout(() => done(longest()), arguments[0]);");
    page.session().run_async(&script, &[json!(millis)])?.as_f64().context("no number")
}

fn by_hand(jpeg: &[u8]) -> Result<usize> {
    let picture = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg)?;
    Ok(linli_picture::jpeg(&linli_picture::fit(picture, 2048)?)?.len())
}
