//! A bank statement of 10,000 movements laid beside 50,000 open bills, on one processor. The bar is a time, not a ratio:
//! a clerk waits for it. Beside it stands reading each movement and bill once.

use std::time::Instant;

use anyhow::{Result, ensure};
use linli_server::bank::matching::{Outcome, sample::sample, settle};
use tokio::runtime::Runtime;

use crate::report::{Figure, quantile};

const MOVEMENTS: u32 = 10_000;
const BILLS: u32 = 50_000;
const ROUNDS: usize = 7;

/// Measures.
pub fn measure(_: &Runtime) -> Result<Vec<Figure>> {
    let given = sample(MOVEMENTS, BILLS);
    let [mut ours, mut bare] = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let found = settle(&given.movements, &given.bills, &given.payers);
        ours.push(started.elapsed().as_secs_f64());
        ensure!(found.len() == given.movements.len(), "an answer for each movement");
        let certain = found.iter().filter(|outcome| matches!(outcome, Outcome::Certain { .. })).count();
        ensure!(certain > 0, "nothing fits for certain");
        let started = Instant::now();
        let read: usize = given.movements.iter().map(|movement| format!("{movement:?}").len()).sum::<usize>()
            + given.bills.iter().map(|bill| format!("{bill:?}").len()).sum::<usize>();
        bare.push(started.elapsed().as_secs_f64());
        ensure!(read > 0, "nothing was read");
    }
    let (ours, floor) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
    let (ratio, ok) = (ours / floor, ours <= 2.0);
    Ok(vec![Figure { name: "statement".to_owned(), ours, floor, ratio, unit: "s", bar: "≤ 2 s", ok }])
}
