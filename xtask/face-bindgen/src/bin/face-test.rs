//! Runs a test of the face, compiled to WebAssembly, in a browser: `face-test TEST.wasm [FILTER]`.
//!
//! What cargo calls as the runner of the face's tests; `CHROMEDRIVER` names the driver. It stands here, because it is
//! made of the same libraries as the binding of the face.

use anyhow::Result;

fn main() -> Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
