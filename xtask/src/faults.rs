//! What the suite tries a few times only, as often as it was promised: random schedules of card payments, and kills of
//! the server in the middle of one, on both engines.
//!
//! They are the suite's own tests with larger numbers: `LINLI_CARD_SCHEDULES`, `LINLI_CARD_KILLS`. Each prints what it
//! counted.

use anyhow::Result;

use crate::postgres::Cluster;
use crate::step::step;
use crate::system_packages::Group;
use crate::{localstripe, program, setup};

/// How often, by the variables that the tests read.
const TIMES: [(&str, &str); 2] = [("LINLI_CARD_SCHEDULES", "10000"), ("LINLI_CARD_KILLS", "1000")];

/// Runs them; `LINLI_CARD_SCHEDULES` and `LINLI_CARD_KILLS` say other numbers, `LINLI_CARD_SEED` where to begin.
pub(crate) fn run() -> Result<()> {
    setup::ensure(&[Group::Build, Group::Test])?;
    let cluster = step("starting a PostgreSQL of the tests' own", Cluster::start)?;
    let mut tests = program::cargo();
    tests.args(["test", "--quiet", "-p", "linli-server", "--test", "server", "--"]);
    tests.args(["card::schedules::", "card::killed::", "--nocapture", "--test-threads=1"]);
    for (name, times) in TIMES {
        if std::env::var_os(name).is_none() {
            tests.env(name, times);
        }
    }
    tests.env("LINLI_LOCALSTRIPE", localstripe::fetch()?);
    program::run(tests.env("LINLI_TEST_POSTGRES", cluster.url()))
}
