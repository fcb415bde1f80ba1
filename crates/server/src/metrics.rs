//! Figures for Prometheus. Labels are route templates and status classes, never ids.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Upper bounds of the histogram's buckets, in milliseconds.
const BUCKETS: [u64; 8] = [1, 3, 10, 30, 100, 300, 1000, 3000];

#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, &'static str, u16), Requests>>,
    card: Mutex<BTreeMap<&'static str, u64>>,
    ledger: AtomicUsize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Requests {
    count: u64,
    millis: u64,
    within: [u64; BUCKETS.len()],
}

impl Metrics {
    pub(crate) fn request(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let mut all = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let row = all.entry((method, route, status)).or_default();
        row.count += 1;
        row.millis += millis;
        for (bucket, bound) in row.within.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(millis <= bound);
        }
    }

    /// What became of something that the provider of card payments told, or was asked.
    pub(crate) fn card(&self, outcome: &'static str) {
        *self.card.lock().unwrap_or_else(PoisonError::into_inner).entry(outcome).or_default() += 1;
    }

    /// How much did not fit together when the ledger was last looked through.
    pub(crate) fn ledger(&self, findings: usize) {
        self.ledger.store(findings, Ordering::Relaxed);
    }

    pub(crate) fn text(&self, streams: usize) -> String {
        let mut text =
            String::from("# HELP linli_live_streams Open live streams.\n# TYPE linli_live_streams gauge\n");
        let _ = writeln!(text, "linli_live_streams {streams}");
        text.push_str("# HELP linli_ledger_findings What did not fit together when the ledger was last looked through.\n");
        text.push_str("# TYPE linli_ledger_findings gauge\n");
        let _ = writeln!(text, "linli_ledger_findings {}", self.ledger.load(Ordering::Relaxed));
        text.push_str("# HELP linli_card_answers What became of answers about payments by card.\n");
        text.push_str("# TYPE linli_card_answers counter\n");
        for (outcome, count) in &*self.card.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "linli_card_answers{{outcome=\"{outcome}\"}} {count}");
        }
        text.push_str("# HELP linli_http_request_milliseconds Time to the head of the answer.\n");
        text.push_str("# TYPE linli_http_request_milliseconds histogram\n");
        let all = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "linli_http_request_milliseconds";
        for ((method, route, status), row) in &*all {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            for (bound, count) in BUCKETS.iter().zip(row.within) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", row.count);
            let _ = writeln!(text, "{name}_sum{{{labels}}} {}", row.millis);
            let _ = writeln!(text, "{name}_count{{{labels}}} {}", row.count);
        }
        text
    }
}
