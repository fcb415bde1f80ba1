//! Every job a developer or CI does, in Rust, so that `cargo xtask` is the only tool to know.

mod apt;
mod place;
mod program;
mod step;
mod wasm_target;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask JOB

  wasm-target   install or build the compiler's library for the face
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match job(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
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
        ["wasm-target"] => wasm_target::ensure(),
        [unknown, ..] => bail!("There is no job `{unknown}`. `cargo xtask help` lists them."),
    }
}
