//! The face as a browser loads it: src-ui compiled to WebAssembly, with its page, style sheet and pictures, in
//! `src-ui/dist`. The shell embeds that folder and the browser host serves it.
//!
//! A file whose content is the same is not written again, so nothing that watches the folder builds for nothing.

mod shrink;
mod styles;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};

use crate::program::WHOLE;
use crate::step::step;
use crate::{place, program};

pub(crate) use styles::imports;

const NAME: &str = "linli_ui";

/// How the face is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Compiles soon; several times larger.
    Dev,
    /// What is delivered.
    Release,
}

/// Where the shell and the browser host look for the face.
pub(crate) fn folder() -> PathBuf {
    place::root().join("src-ui/dist")
}

/// Makes the folder, if only an empty one: the shell does not compile without it.
pub(crate) fn ensure_folder() -> Result<()> {
    Ok(fs::create_dir_all(folder())?)
}

/// Builds the face into `folder`, doing only what has changed since the last time.
pub(crate) fn build(profile: Profile, folder: &Path) -> Result<()> {
    let source = place::root().join("src-ui");
    let cargo_profile = if profile == Profile::Release { "face" } else { "dev" };
    step("compiling the face", || {
        let mut cargo = program::cargo();
        cargo.args(["build", "-p", "linli-ui", "--target", "wasm32-unknown-unknown"]);
        // Browsers do not read them, and they are two thirds of what has to be bound.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_PROFILE_DEV_STRIP", "debuginfo");
        program::compile(cargo.args(["--profile", cargo_profile]), "face")
    })?;
    let compiled = place::target().join("wasm32-unknown-unknown").join(match profile {
        Profile::Dev => "debug/linli-ui.wasm",
        Profile::Release => "face/linli-ui.wasm",
    });
    let name = if profile == Profile::Release { "release" } else { "dev" };
    let bound = bind(name, profile, &compiled)?;

    let mut files = Files::into(folder)?;
    files.copy_folder(&bound, "")?;
    files.put("start.js", without_comments(&fs::read_to_string(source.join("start.js"))?).as_bytes())?;
    files.put("app.css", styles::inline(&source.join("styles/index.css"))?.as_bytes())?;
    let sprite = place::root().join("assets/icons/sprite.svg");
    let page = page(&fs::read_to_string(source.join("index.html"))?, &fs::read_to_string(sprite)?)?;
    files.put("index.html", page.as_bytes())?;
    let public = source.join("public");
    if public.is_dir() {
        files.copy_folder(&public, "")?;
    }
    files.remove_others()?;
    print_sizes(folder, profile)
}

/// The smallest face that Leptos can be, built like ours, to weigh ours against; returns its folder.
pub(crate) fn minimal() -> Result<PathBuf> {
    step("compiling the smallest face", || {
        let mut cargo = program::cargo();
        cargo.args(["build", "-p", "linli-ui", "--example", "minimal", "--target", "wasm32-unknown-unknown"]);
        program::compile(cargo.args(["--profile", "face"]), "minimal-face")
    })?;
    let compiled = place::target().join("wasm32-unknown-unknown/face/examples/minimal.wasm");
    bind("minimal", Profile::Release, &compiled)
}

/// What all files of a folder weigh after brotli.
pub(crate) fn brotli_size(folder: &Path) -> Result<usize> {
    let mut sum = 0;
    for file in files_in(folder)? {
        sum += packed_size("brotli", "--quality=11", &fs::read(file)?).context("brotli is not installed")?;
    }
    Ok(sum)
}

/// What wasm-bindgen (and wasm-opt) made of the compiled face; kept until the compiled face changes.
fn bind(name: &str, profile: Profile, compiled: &Path) -> Result<PathBuf> {
    let folder = place::target().join("face").join(name);
    let stamp = place::target().join("face").join(format!("{name}.stamp"));
    let stamped = stamp_of(compiled)?;
    if fs::read_to_string(&stamp).is_ok_and(|before| before == stamped) {
        return Ok(folder);
    }
    step("building face-bindgen, which turns the compiled face into what a browser loads", || {
        let mut cargo = program::cargo();
        program::compile(cargo.arg("build").args(WHOLE).args(["--bin", "face-bindgen"]), "face-bindgen")
    })?;
    let _ = fs::remove_dir_all(&folder);
    step("binding the face to the browser", || {
        let mut bindgen = Command::new(place::target().join("debug/face-bindgen"));
        bindgen.arg(compiled).arg(&folder).arg(NAME);
        if profile == Profile::Release {
            bindgen.arg("--small");
        }
        program::run(&mut bindgen)
    })?;
    if profile == Profile::Release {
        let wasm = folder.join(format!("{NAME}_bg.wasm"));
        let large = folder.with_extension("large.wasm");
        fs::rename(&wasm, &large)?;
        shrink::shrink(&large, &wasm)?;
    }
    fs::write(stamp, stamped)?;
    Ok(folder)
}

fn stamp_of(file: &Path) -> Result<String> {
    let about = fs::metadata(file).with_context(|| format!("cargo built no {}", file.display()))?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    let lock = fs::read_to_string(place::root().join("Cargo.lock"))?;
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    let version = lines.nth(1).unwrap_or_default();
    Ok(format!("{changed} {} {version}", about.len()))
}

/// A script as it is delivered: lines that are comments are for whoever reads the source.
fn without_comments(script: &str) -> String {
    let is_comment = |line: &&str| ["//", "/**"].iter().any(|start| line.trim_start().starts_with(start));
    script.lines().filter(|line| !is_comment(line)).flat_map(|line| [line, "\n"]).collect()
}

/// The page with the icons in it, so that every `<use href="#name">` is drawn at once and without a request.
fn page(html: &str, sprite: &str) -> Result<String> {
    for needed in ["href=\"/app.css\"", "src=\"/start.js\""] {
        if !html.contains(needed) {
            bail!("src-ui/index.html must load what is built: {needed} is missing");
        }
    }
    let body = html.find("<body").context("src-ui/index.html has no <body>")?;
    let (before, rest) = html.split_at(body);
    let (tag, after) = rest.split_once('>').context("src-ui/index.html has no end of <body>")?;
    Ok(format!("{before}{tag}>\n<div hidden>{}</div>{after}", sprite.trim()))
}

/// The files of a folder that is to hold these and nothing else.
struct Files {
    folder: PathBuf,
    put: BTreeSet<PathBuf>,
}

impl Files {
    fn into(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_path_buf(), put: BTreeSet::new() })
    }

    fn put(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let file = self.folder.join(name);
        if fs::read(&file).map_or(true, |there| there != content) {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&file, content).with_context(|| format!("Could not write {}", file.display()))?;
        }
        self.put.insert(file);
        Ok(())
    }

    fn copy_folder(&mut self, from: &Path, below: &str) -> Result<()> {
        for file in files_in(from)? {
            let name = Path::new(below).join(file.strip_prefix(from)?);
            self.put(&name.to_string_lossy(), &fs::read(&file)?)?;
        }
        Ok(())
    }

    fn remove_others(&self) -> Result<()> {
        for file in files_in(&self.folder)? {
            if !self.put.contains(&file) {
                fs::remove_file(file)?;
            }
        }
        Ok(())
    }
}

/// All files below a folder, sorted.
pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("Could not read {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_in(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn print_sizes(folder: &Path, profile: Profile) -> Result<()> {
    println!("  {:<22} {:>9} {:>9} {:>9}", "KB", "raw", "gzip", "brotli");
    let mut total = [0, 0, 0];
    for file in files_in(folder)? {
        let content = fs::read(&file)?;
        // A large face of development would take brotli half a minute, and nobody ever downloads it.
        let packed = |program, level| match profile {
            Profile::Release => packed_size(program, level, &content),
            Profile::Dev => None,
        };
        let sizes = [Some(content.len()), packed("gzip", "-9"), packed("brotli", "--quality=11")];
        for (sum, size) in total.iter_mut().zip(sizes) {
            *sum += size.unwrap_or(0);
        }
        print_row(&file.strip_prefix(folder)?.to_string_lossy(), sizes);
    }
    print_row("all", total.map(|size| (size > 0).then_some(size)));
    Ok(())
}

fn print_row(name: &str, sizes: [Option<usize>; 3]) {
    let [raw, gzip, brotli] =
        sizes.map(|size| size.map_or("–".to_owned(), |bytes| format!("{:.1}", bytes as f64 / 1024.0)));
    println!("  {name:<22} {raw:>9} {gzip:>9} {brotli:>9}");
}

/// What `content` weighs after a packing program, if this machine has it.
fn packed_size(program: &str, level: &str, content: &[u8]) -> Option<usize> {
    let mut child = Command::new(program)
        .args([level, "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let content = content.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&content));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    output.status.success().then_some(output.stdout.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PAGE: &str = "<head><link rel=\"stylesheet\" href=\"/app.css\"></head><body class=\"x\"><p>…</p>\
        <script type=\"module\" src=\"/start.js\"></script></body>";

    #[test]
    fn icons_stand_first_in_the_body() {
        let page = page(PAGE, "<svg></svg>\n").unwrap();
        assert!(page.contains("<body class=\"x\">\n<div hidden><svg></svg></div><p>…</p>"), "{page}");
    }

    #[test]
    fn comments_are_not_delivered() {
        let script = "// Why.\nask(\"http://x\");\n\n/** What. */\n  // How.\n  go();\n";
        assert_eq!(without_comments(script), "ask(\"http://x\");\n\n  go();\n");
    }

    #[test]
    fn a_page_that_would_load_nothing_is_refused() {
        assert!(page(&PAGE.replace("/start.js", "/other.js"), "").is_err());
        assert!(page(&PAGE.replace("/app.css", "/other.css"), "").is_err());
        assert!(page(&PAGE.replace("<body", "<div"), "").is_err());
    }

    #[test]
    fn same_content_is_not_written_again_and_other_files_go() {
        let folder = std::env::temp_dir().join(format!("linli-face-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let put = || {
            let mut files = Files::into(&folder).unwrap();
            files.put("a/b.txt", b"same").unwrap();
            files.remove_others().unwrap();
            fs::metadata(folder.join("a/b.txt")).unwrap().modified().unwrap()
        };
        let first = put();
        fs::write(folder.join("old.txt"), "").unwrap();
        assert_eq!(put(), first);
        assert!(!folder.join("old.txt").exists());
    }
}
