//! Linli's figures: each is measured in turn with a floor, the same work done by hand with nothing
//! around it, in the same run on the same machine; what is judged is mostly their ratio.
//!
//! `cargo xtask bench [NAME …]` builds this with optimisation and runs it. The table goes to the screen,
//! the figures to `target/bench/results.json` as `[{name, ours, floor, ratio, unit, bar, ok}]`.
//! What the face weighs (`bundle`) is measured by xtask itself.

mod bare;
mod bill_run;
mod chat_delta;
mod chat_search;
mod crowd;
mod delta;
mod fan_out;
mod floor;
mod full_sync;
mod ledger;
mod listeners;
mod live;
mod outbox;
mod photo;
mod picture;
mod queue;
mod report;
mod report_offline;
mod scroll;
mod search;
mod session;
mod statement;
mod talk;
mod window;
mod world;

use anyhow::Result;

use report::Figure;

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let [word, folder] = wanted.as_slice()
        && word == bare::WORD
    {
        return runtime.block_on(bare::serve(folder.as_ref()));
    }
    let mut figures: Vec<Figure> = Vec::new();
    for (name, measure) in FIGURES {
        if wanted.is_empty() || wanted.iter().any(|wish| wish == name) {
            eprintln!("▸ {name}");
            figures.extend(measure(&runtime)?);
        }
    }
    report::show(&figures)
}

type Measure = fn(&tokio::runtime::Runtime) -> Result<Vec<Figure>>;

const FIGURES: [(&str, Measure); 19] = [
    ("start", window::start),
    ("memory", window::memory),
    ("full-sync", full_sync::measure),
    ("delta", delta::measure),
    ("search", search::measure),
    ("outbox", outbox::measure),
    ("live", live::measure),
    ("report-offline", report_offline::measure),
    ("queue", queue::measure),
    ("photo", photo::measure),
    ("post", ledger::post),
    ("ledger-check", ledger::check),
    ("bill-run", bill_run::measure),
    ("statement", statement::measure),
    ("chat-delta", chat_delta::measure),
    ("chat-search", chat_search::measure),
    ("fan-out", fan_out::measure),
    ("listeners", listeners::measure),
    ("scroll", scroll::measure),
];
