//! wasm-opt, which makes the compiled face about a quarter smaller. It comes from npm, because Debian's binaryen is
//! too old for what wasm-bindgen emits.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::npm::{self, NpmPackage};
use crate::step::step;
use crate::{place, program};

const BINARYEN: NpmPackage = NpmPackage {
    name: "binaryen",
    version: "132.0.0",
    integrity: "sha512-4Usg7yEvwO3FMso3Oov6qkOOHSod1IEv+boKkh77kTljM+eNBouqCTbqWswGzbG+vDNO/b/v2C4gfEh1WgB9Lg==",
    why: "makes the face smaller",
};

/// Writes a smaller face with the same behaviour to `output`.
pub(crate) fn shrink(input: &Path, output: &Path) -> Result<()> {
    let wasm_opt = npm::fetch(&BINARYEN)?.join("bin/wasm-opt");
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
    step("making the face smaller with wasm-opt", || {
        program::run_quietly(&mut command, &place::target().join("face/wasm-opt.log"), None)
    })
}
