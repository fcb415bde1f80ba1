//! wasm-opt, which makes the compiled face about a quarter smaller. It comes from npm, because Debian's binaryen is
//! too old for what wasm-bindgen emits; the version and its checksum stand in the lock file below, which `npm ci`
//! enforces.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::step::step;
use crate::{place, program};

const PACKAGE: &str =
    r#"{ "name": "linli-tools", "private": true, "dependencies": { "binaryen": "132.0.0" } }"#;

const LOCK: &str = r#"{
  "name": "linli-tools",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": { "name": "linli-tools", "dependencies": { "binaryen": "132.0.0" } },
    "node_modules/binaryen": {
      "version": "132.0.0",
      "integrity": "sha512-4Usg7yEvwO3FMso3Oov6qkOOHSod1IEv+boKkh77kTljM+eNBouqCTbqWswGzbG+vDNO/b/v2C4gfEh1WgB9Lg==",
      "license": "Apache-2.0",
      "bin": { "wasm-opt": "bin/wasm-opt" }
    }
  }
}"#;

/// Writes a smaller face with the same behaviour to `output`.
pub(crate) fn shrink(input: &Path, output: &Path) -> Result<()> {
    let wasm_opt = install()?;
    let features = [
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ];
    let mut command = Command::new("node");
    command.arg(wasm_opt).arg("-Oz").args(features).arg(input).arg("-o").arg(output);
    step("making it smaller with wasm-opt", || {
        program::run_quietly(&mut command, &place::target().join("face/wasm-opt.log"), None)
    })
}

fn install() -> Result<PathBuf> {
    // Deep enough that tauri-cli, which looks for a package.json near the root, does not take this one for ours.
    let folder = place::target().join("tools/npm/binaryen/132.0.0");
    let wasm_opt = folder.join("node_modules/binaryen/bin/wasm-opt");
    let done = folder.join("installed");
    if fs::read_to_string(&done).is_ok_and(|lock| lock == LOCK) && wasm_opt.is_file() {
        return Ok(wasm_opt);
    }
    step("fetching wasm-opt (npm's binaryen) to make the face smaller", || {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), PACKAGE)?;
        fs::write(folder.join("package-lock.json"), LOCK)?;
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let mut command = Command::new(npm);
        command.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
        program::run_quietly(&mut command, &folder.join("npm.log"), None)?;
        fs::write(&done, LOCK)?;
        Ok(())
    })?;
    Ok(wasm_opt)
}
