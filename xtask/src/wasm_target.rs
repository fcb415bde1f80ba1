//! The standard library for `wasm32-unknown-unknown`, so that plain cargo can build the face.
//!
//! Where rustup's server answers, `rustup target add` brings it. On mirrored or closed networks it does not, and
//! then the library is built here, once, from the `rust-src` package of the same version, which the mirror that apt
//! already uses carries in one of its suites. apt itself fetches it, so its proxies, its signatures and its
//! checksums apply, and no address stands in this file. The result goes into the toolchain and looks to cargo
//! exactly like rustup's.
//!
//! Turned down: Debian's ready-made `libstd-rust-dev-wasm32`, because a compiler refuses a library that another
//! build of the same version made; `-Zbuild-std` for every build, because each job would need the nightly switch.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{apt, place, program};

const TARGET: &str = "wasm32-unknown-unknown";

/// Makes `cargo build --target wasm32-unknown-unknown` work; costs one call of rustc when it already does.
pub(crate) fn ensure() -> Result<()> {
    let sysroot = PathBuf::from(program::text(Command::new("rustc").args(["--print", "sysroot"]))?);
    if is_there(&sysroot) {
        return Ok(());
    }
    if let Err(refused) =
        step("wasm target: the face is compiled to WebAssembly; asking rustup", || add(&sysroot))
    {
        println!("  rustup could not bring it ({refused:#}); building it from source");
        step("wasm target: building the standard library for it (about a minute)", || build(&sysroot))?;
    }
    // What was compiled against an earlier library does not fit this one, and cargo would not notice.
    let _ = fs::remove_dir_all(place::target().join(TARGET));
    step("wasm target: trying it", try_out)
}

fn is_there(sysroot: &Path) -> bool {
    let libraries = names(&sysroot.join("lib/rustlib").join(TARGET).join("lib"));
    ["libcore-", "liballoc-", "libstd-", "libpanic_abort-"]
        .iter()
        .all(|start| libraries.iter().any(|name| name.starts_with(start) && name.ends_with(".rlib")))
}

fn add(sysroot: &Path) -> Result<()> {
    // rustup retries a silent server for minutes; whoever has a network has the few megabytes sooner.
    const PATIENCE: Duration = Duration::from_secs(90);
    if program::find("rustup").is_none() {
        bail!("there is no rustup");
    }
    let log = place::target().join("setup/rustup.log");
    program::run_quietly(Command::new("rustup").args(["target", "add", TARGET]), &log, Some(PATIENCE))?;
    if !is_there(sysroot) {
        bail!("it serves another toolchain than {}", sysroot.display());
    }
    Ok(())
}

fn build(sysroot: &Path) -> Result<()> {
    let version = rustc_version()?;
    let work = place::target().join("setup/wasm-target");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;

    let minor = version.rsplit_once('.').map_or(version.as_str(), |(minor, _)| minor);
    let package = apt::download(&["rust-src".to_owned(), format!("rust-{minor}-src")], &version, &work)?;
    let unpacked = work.join("unpacked");
    program::run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&unpacked))?;
    let library =
        library_in(&unpacked.join("usr")).context("The rust-src package holds no `library` folder")?;

    let crate_folder = work.join("empty");
    fs::create_dir_all(crate_folder.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
        [profile.release]\ncodegen-units = 1\n\n[workspace]\n";
    fs::write(crate_folder.join("Cargo.toml"), manifest)?;
    fs::write(crate_folder.join("src/lib.rs"), "")?;

    let built = work.join("built");
    let link = SourceLink::put(sysroot, &library)?;
    let mut cargo = program::cargo();
    cargo.args(["build", "-Zbuild-std=std,panic_abort,panic_unwind,test", "--release", "--target", TARGET]);
    cargo.current_dir(&crate_folder).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &built);
    // As rustup's: without bitcode in it, no program could be optimised as a whole.
    cargo.env("RUSTFLAGS", "-Cembed-bitcode=yes");
    program::run_quietly(&mut cargo, &place::target().join("setup/wasm-target.log"), None)?;
    drop(link);

    install(&built.join(TARGET).join("release/deps"), sysroot)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Copies the libraries into the toolchain under another name first, so that half a copy is never taken for one.
fn install(built: &Path, sysroot: &Path) -> Result<()> {
    let home = sysroot.join("lib/rustlib").join(TARGET);
    let partial = sysroot.join("lib/rustlib").join(format!("{TARGET}.partial"));
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(partial.join("lib"))
        .with_context(|| format!("The toolchain in {} cannot be written to", sysroot.display()))?;
    for name in names(built) {
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(built.join(&name), partial.join("lib").join(&name))?;
        }
    }
    let _ = fs::remove_dir_all(&home);
    fs::rename(&partial, &home)?;
    if !is_there(sysroot) {
        bail!("The build of the standard library left out a part of it");
    }
    Ok(())
}

fn try_out() -> Result<()> {
    let work = place::target().join("setup/wasm-trial");
    fs::create_dir_all(&work)?;
    let source = work.join("trial.rs");
    fs::write(&source, "#[unsafe(no_mangle)] pub extern \"C\" fn half(n: u32) -> u32 { n / 2 }")?;
    let mut rustc = Command::new("rustc");
    // Optimised as a whole, like the face of a release: that needs more of the library than plain compiling.
    rustc.args(["--edition=2024", "--crate-type=cdylib", "-Clto=fat", "--target", TARGET]).arg(&source);
    program::run(rustc.arg("-o").arg(work.join("trial.wasm")))
}

/// The compiler's version, such as `1.95.0`.
pub(crate) fn rustc_version() -> Result<String> {
    let said = program::text(Command::new("rustc").arg("--version"))?;
    let version = said.split_whitespace().nth(1).context("rustc did not say its version")?;
    Ok(version.to_owned())
}

/// The toolchain's place for the sources of the standard library, pointing at ours for as long as this value lives.
struct SourceLink(Option<PathBuf>);

impl SourceLink {
    fn put(sysroot: &Path, library: &Path) -> Result<Self> {
        let place = sysroot.join("lib/rustlib/src/rust/library");
        if place.join("std/Cargo.toml").is_file() {
            return Ok(Self(None));
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("The toolchain in {} cannot be written to", sysroot.display()))?;
        }
        let _ = fs::remove_file(&place);
        link(library, &place)?;
        Ok(Self(Some(place)))
    }
}

impl Drop for SourceLink {
    fn drop(&mut self) {
        if let Some(place) = &self.0 {
            let _ = fs::remove_file(place);
        }
    }
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(from, to)?)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<()> {
    bail!("The standard library is built from source only on Debian and Ubuntu")
}

/// The `library` folder that holds `std`, at most four levels down.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let mut level = vec![folder.to_path_buf()];
    for _ in 0..4 {
        let mut next = Vec::new();
        for folder in level {
            let library = folder.join("library");
            if library.join("std/Cargo.toml").is_file() {
                return Some(library);
            }
            next.extend(
                names(&folder).into_iter().map(|name| folder.join(name)).filter(|path| path.is_dir()),
            );
        }
        level = next;
    }
    None
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
