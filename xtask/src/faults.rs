//! What the suite tries a few times only, as often as it was promised: random schedules of card payments, kills of
//! the server in the middle of one, and random schedules of talk between three people, on both engines.
//!
//! They are the suite's own tests with larger numbers: `LINLI_CARD_SCHEDULES`, `LINLI_CARD_KILLS`, `LINLI_SCHEDULES`. Each
//! prints what it counted.

use anyhow::Result;

use crate::postgres::Cluster;
use crate::program::WHOLE;
use crate::step::step;
use crate::system_packages::Group;
use crate::{localstripe, program, setup};

/// How often, by the variables that the tests read.
const TIMES: [(&str, &str); 3] =
    [("LINLI_CARD_SCHEDULES", "10000"), ("LINLI_CARD_KILLS", "1000"), ("LINLI_SCHEDULES", "10000")];

/// The tests, by program and name.
const TESTS: [(&str, &[&str]); 2] =
    [("server", &["card::schedules::", "card::killed::"]), ("sync", &["chat::random_schedules"])];

/// Runs them; the variables say other numbers, `LINLI_CARD_SEED` and `LINLI_WORLD` where to begin.
pub(crate) fn run() -> Result<()> {
    setup::ensure(&[Group::Build, Group::Test])?;
    let cluster = step("starting a PostgreSQL of the tests' own", Cluster::start)?;
    let stripe = localstripe::fetch()?;
    for (test, names) in TESTS {
        let mut tests = program::cargo();
        tests.args(["test", "--quiet"]).args(WHOLE).args(["--test", test, "--"]);
        tests.args(names).args(["--nocapture", "--test-threads=1"]);
        for (name, times) in TIMES {
            if std::env::var_os(name).is_none() {
                tests.env(name, times);
            }
        }
        program::run(tests.env("LINLI_LOCALSTRIPE", &stripe).env("LINLI_TEST_POSTGRES", cluster.url()))?;
    }
    Ok(())
}
