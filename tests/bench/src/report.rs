//! The table and the file of results.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use serde::Serialize;

/// One figure beside its floor.
#[derive(Serialize, Debug)]
pub struct Figure {
    /// Name, such as `delta p50`.
    pub name: String,
    /// Ours.
    pub ours: f64,
    /// The same by hand.
    pub floor: f64,
    /// `ours / floor`, or `floor / ours` for rates: 1 is perfect, more is worse.
    pub ratio: f64,
    /// Unit of `ours` and `floor`.
    pub unit: &'static str,
    /// The bar in words.
    pub bar: &'static str,
    /// Whether it is met.
    pub ok: bool,
}

/// A duration in milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which `part` (0 to 1) of the samples lie.
pub fn quantile(samples: &mut [f64], part: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    let at = (last as f64 * part).round() as usize;
    samples.get(at.min(last)).copied().unwrap_or(f64::NAN)
}

/// Prints the table and keeps the results of this run beside those of other figures.
pub fn show(figures: &[Figure]) -> Result<()> {
    println!(
        "{:<28} {:>12} {:>12} {:>8}  {:<10} {:<34} met",
        "figure", "ours", "floor", "ratio", "unit", "bar"
    );
    for figure in figures {
        println!(
            "{:<28} {:>12.2} {:>12.2} {:>8.2}  {:<10} {:<34} {}",
            figure.name,
            figure.ours,
            figure.floor,
            figure.ratio,
            figure.unit,
            figure.bar,
            if figure.ok { "yes" } else { "NO" }
        );
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    let path = PathBuf::from("target/bench/results.json");
    let mut kept: Vec<serde_json::Value> =
        fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    kept.retain(|row| !figures.iter().any(|figure| row["name"] == figure.name.as_str()));
    for figure in figures {
        kept.push(serde_json::to_value(figure)?);
    }
    fs::create_dir_all("target/bench")?;
    fs::write(&path, serde_json::to_vec_pretty(&kept)?).context("target/bench/results.json")
}
