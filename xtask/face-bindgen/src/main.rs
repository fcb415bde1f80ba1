//! Turns the compiled face into what a browser loads: `face-bindgen IN.wasm OUT-FOLDER NAME [--small]`.
//!
//! A package of its own, because it takes many times longer to compile than all other jobs together.

use anyhow::{Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (input, folder, name, small) = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [input, folder, name] => (input, folder, name, false),
        [input, folder, name, "--small"] => (input, folder, name, true),
        _ => bail!("usage: face-bindgen IN.wasm OUT-FOLDER NAME [--small]"),
    };
    Bindgen::new()
        .input_path(input)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .remove_name_section(small)
        .remove_producers_section(small)
        .generate(folder)
}
