//! Every job a developer or CI does, in Rust, so that `cargo xtask` is the only tool to know.

mod app_session;
mod apt;
mod bench;
mod children;
mod dist;
mod face;
mod faults;
mod localstripe;
mod npm;
mod place;
mod postgres;
mod program;
mod run;
mod setup;
mod shots;
mod step;
mod system_packages;
mod test;
mod tidy;
mod wasm_target;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask JOB

  run [--fresh]            start the demo community and open the app; --fresh: begin with an empty app
  setup [GROUP …]          install what is missing: build, window, release, test (all of these if none is named), peers
  test [--quick] [NAME]    run every check, or those whose name contains NAME; --quick: those of the inner loop
  faults                   10,000 random schedules of card payments and 1,000 kills of the server, on both engines
  face [--release] [--out DIR]
                           build the face into src-ui/dist
  bench [NAME …]           measure the figures, each beside a floor from the same run
  shots [WORD …]           picture every page × mode × width × language in target/shots
  dist [--quick]           build the package for Debian and Ubuntu; --quick: with the binary of development
  with COMMAND …           run COMMAND with LINLI_TEST_POSTGRES naming a throw-away PostgreSQL, and LINLI_LOCALSTRIPE
                           what stands in for the provider of card payments
  tidy                     check the invariants of the design
  wasm-target              install or build the compiler's library for the face (setup does it, too)
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = children::end_with_this_process()
        .and_then(|()| job(&words.iter().map(String::as_str).collect::<Vec<_>>()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn job(words: &[&str]) -> Result<()> {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["run"] => run::run(false),
        ["run", "--fresh"] => run::run(true),
        ["setup", groups @ ..] => setup::ensure(&system_packages::groups(groups)?),
        ["test", "--quick", filter @ ..] => test::run(&test::Wish { quick: true, filter: only(filter)? }),
        ["test", filter @ ..] => test::run(&test::Wish { quick: false, filter: only(filter)? }),
        ["faults"] => faults::run(),
        ["bench", names @ ..] => bench::run(names),
        ["shots", words @ ..] => shots::take(words),
        ["dist"] => dist::build(dist::Speed::Release),
        ["dist", "--quick"] => dist::build(dist::Speed::Quick),
        ["with", name, words @ ..] => {
            let cluster = postgres::Cluster::start()?;
            let mut command = Command::new(name);
            command.args(words).env("LINLI_TEST_POSTGRES", cluster.url());
            program::run(command.env("LINLI_LOCALSTRIPE", localstripe::fetch()?))
        }
        ["tidy"] => tidy::run(),
        ["wasm-target"] => wasm_target::ensure(),
        ["face", words @ ..] => {
            let (mut profile, mut folder) = (face::Profile::Dev, face::folder());
            let mut words = words.iter();
            while let Some(word) = words.next() {
                match *word {
                    "--release" => profile = face::Profile::Release,
                    "--out" => folder = words.next().context("--out wants a folder")?.into(),
                    other => bail!("face does not know `{other}`"),
                }
            }
            wasm_target::ensure()?;
            face::build(profile, &folder)
        }
        [unknown, ..] => bail!("There is no job `{unknown}`. `cargo xtask help` lists them."),
    }
}

fn only<'a>(words: &[&'a str]) -> Result<Option<&'a str>> {
    match words {
        [] => Ok(None),
        [word] => Ok(Some(word)),
        _ => bail!("One name at most"),
    }
}
