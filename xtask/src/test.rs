//! Every check of the project in one command, for a developer and for CI alike.
//!
//! A check that fails does not keep the others from running, except those that need what it was to build. The summary
//! at the end shows each with its time; the job fails when one of them did.

mod checks;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::step::spoken;
use crate::system_packages::Group;
use crate::{children, setup};

/// What `cargo xtask test` was asked for.
pub(crate) struct Wish<'a> {
    /// Only what an inner loop wants: format, lints and tests on SQLite.
    pub(crate) quick: bool,
    /// Only the checks whose name contains this.
    pub(crate) filter: Option<&'a str>,
}

/// Prepares the machine, runs the checks and prints the summary.
pub(crate) fn run(wish: &Wish<'_>) -> Result<()> {
    let chosen: Vec<&checks::Check> = checks::ALL
        .iter()
        .filter(|check| check.is_quick || !wish.quick)
        .filter(|check| wish.filter.is_none_or(|part| check.name.contains(part)))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = checks::ALL.iter().map(|check| check.name).collect();
        bail!("No check has that in its name. There are: {}", names.join(", "));
    }
    let groups: &[Group] = if wish.quick {
        &[Group::Build, Group::Window]
    } else {
        &[Group::Build, Group::Window, Group::Release, Group::Test]
    };
    setup::ensure(groups)?;

    let mut rows: Vec<Row> = Vec::new();
    for check in chosen {
        if children::asked_to_stop() {
            bail!("Stopped");
        }
        let failed =
            |name: &&&str| rows.iter().any(|row| row.name == **name && row.outcome != Outcome::Passed);
        if let Some(needed) = check.needs.iter().find(failed) {
            rows.push(Row { name: check.name, outcome: Outcome::NotRun(needed), time: Duration::ZERO });
            continue;
        }
        println!("\n━━ {} ━━", check.name);
        let started = Instant::now();
        let outcome = match (check.run)(wish.quick) {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                println!("{error:#}");
                Outcome::Failed
            }
        };
        rows.push(Row { name: check.name, outcome, time: started.elapsed() });
    }
    summarise(&rows)
}

#[derive(PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun(&'static str),
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    time: Duration,
}

fn summarise(rows: &[Row]) -> Result<()> {
    println!("\n━━ summary ━━");
    for row in rows {
        let said = match row.outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed => "FAILED".to_owned(),
            Outcome::NotRun(needed) => format!("not run: {needed} failed"),
        };
        println!("  {:<12} {:>12}  {said}", row.name, spoken(row.time));
    }
    let total: Duration = rows.iter().map(|row| row.time).sum();
    println!("  {:<12} {:>12}", "all", spoken(total));
    let bad = rows.iter().filter(|row| row.outcome != Outcome::Passed).count();
    match bad {
        0 => Ok(()),
        1 => bail!("One check did not pass"),
        many => bail!("{many} checks did not pass"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_or_skipped_check_fails_the_job() {
        let row = |outcome| Row { name: "x", outcome, time: Duration::ZERO };
        assert!(summarise(&[row(Outcome::Passed)]).is_ok());
        assert!(summarise(&[row(Outcome::Passed), row(Outcome::Failed)]).is_err());
        assert!(summarise(&[row(Outcome::NotRun("y"))]).is_err());
    }

    #[test]
    fn what_a_check_needs_comes_before_it() {
        for (place, check) in checks::ALL.iter().enumerate() {
            for needed in check.needs {
                assert!(checks::ALL.iter().take(place).any(|earlier| earlier.name == *needed), "{needed}");
            }
        }
    }
}
