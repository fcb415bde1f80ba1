//! A package for Debian and Ubuntu: the app with its menu entry, its icons and the `linli:` links it opens.
//!
//! It is put together here from few files by `dpkg-deb`, in seconds, where tauri-cli would first compile for a quarter
//! of an hour; `cargo tauri build` remains for the packages of other systems. `cargo xtask test package` installs it
//! into a clean Debian and joins a community there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::system_packages::Group;
use crate::{app_session, face, place, program, setup};

/// Libraries that are loaded while the app runs, where nothing that reads the binary finds them: the tray's.
const LOADED: &str = "libayatana-appindicator3-1";
/// A key store and Chinese letters, which nearly every desktop has already.
const RECOMMENDS: &str = "gnome-keyring | org.freedesktop.secrets, fonts-noto-cjk";

const DESKTOP: &str = "\
[Desktop Entry]
Type=Application
Name=Linli
Name[zh_CN]=邻里
Comment=Notices and help in your community
Comment[zh_CN]=看通知，找物业，邻里互助
Exec=linli %u
Icon=linli
Terminal=false
Categories=Network;
Keywords=community;notices;neighbours;large text;easy;
Keywords[zh_CN]=小区;物业;通知;邻居;长辈版;关怀版;大字版;
MimeType=x-scheme-handler/linli;
StartupNotify=true
StartupWMClass=linli
";

const METAINFO: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>org.linli.app</id>
  <name>Linli</name>
  <name xml:lang="zh_CN">邻里</name>
  <summary>The app of a housing community</summary>
  <summary xml:lang="zh_CN">小区居民的应用</summary>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>MIT OR Apache-2.0</project_license>
  <description>
    <p>Read the notices of your community, also without a network and in large text, search them, and reach the property office with one touch.</p>
    <p xml:lang="zh_CN">看小区通知，断网也能看，能搜索，字可以很大，一键联系物业。</p>
  </description>
  <launchable type="desktop-id">linli.desktop</launchable>
  <content_rating type="oars-1.1"/>
</component>
"#;

/// How the package is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speed {
    /// Optimised, as it is delivered.
    Release,
    /// The binary of development, which the tests have built already, for tests of the package itself: the same files in
    /// the same places.
    Quick,
}

/// Builds the package and says where it is.
pub(crate) fn build(speed: Speed) -> Result<()> {
    setup::ensure(&[Group::Build, Group::Window, Group::Release])?;
    if program::find("dpkg-deb").is_none() {
        bail!("The package is for Debian and Ubuntu and is put together there; elsewhere: cargo tauri build");
    }
    face::build(face::Profile::Release, &face::folder())?;
    step("compiling the app", || match speed {
        Speed::Quick => app_session::build_programs(),
        Speed::Release => {
            let mut cargo = program::cargo();
            cargo.args(["build", "-p", "linli", "--features", "tauri/custom-protocol", "--release"]);
            program::compile(&mut cargo, "dist")
        }
    })?;
    println!("{}", assemble(speed)?.display());
    Ok(())
}

/// Puts the package together from what is built already, and returns it.
pub(crate) fn assemble(speed: Speed) -> Result<PathBuf> {
    let folder = if speed == Speed::Release { "release" } else { "debug" };
    step("putting the package together", || package_of(&place::target().join(folder).join("linli")))
}

fn package_of(binary: &Path) -> Result<PathBuf> {
    let tree = place::target().join("dist/tree");
    let _ = fs::remove_dir_all(&tree);
    put(&tree.join("usr/bin/linli"), &fs::read(binary)?)?;
    put(&tree.join("usr/share/applications/linli.desktop"), DESKTOP.as_bytes())?;
    put(&tree.join("usr/share/metainfo/linli.metainfo.xml"), METAINFO.as_bytes())?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        put(&tree.join("usr/share/doc/linli").join(licence), &fs::read(place::root().join(licence))?)?;
    }
    let icons = place::root().join("src-tauri/icons");
    for (file, size) in [("32x32.png", "32x32"), ("128x128.png", "128x128"), ("128x128@2x.png", "256x256")] {
        let icon =
            fs::read(icons.join(file)).with_context(|| format!("src-tauri/icons/{file} is missing"))?;
        put(&tree.join(format!("usr/share/icons/hicolor/{size}/apps/linli.png")), &icon)?;
    }

    let version = env!("CARGO_PKG_VERSION");
    let architecture = program::text(Command::new("dpkg").arg("--print-architecture"))?;
    let size = installed_size(&tree)?;
    let depends = libraries(binary)?;
    let control = format!(
        "Package: linli\nVersion: {version}\nArchitecture: {architecture}\nInstalled-Size: {size}\n\
         Maintainer: The Linli contributors <linli@localhost>\nSection: net\nPriority: optional\n\
         Depends: {depends}, {LOADED}\nRecommends: {RECOMMENDS}\n\
         Description: The app of a housing community\n \
         Linli shows the notices of a housing community, also without a network and in\n large text.\n"
    );
    put(&tree.join("DEBIAN/control"), control.as_bytes())?;
    make_readable(&tree)?;

    let package = place::target().join(format!("dist/linli_{version}_{architecture}.deb"));
    let mut dpkg = Command::new("dpkg-deb");
    // gzip: the package is unpacked by every dpkg there is, and packed in a second.
    program::run(dpkg.args(["--root-owner-group", "-Zgzip", "--build"]).arg(&tree).arg(&package))?;
    Ok(package)
}

/// The packages of the libraries that the binary is linked to, with the oldest versions that have all it uses.
fn libraries(binary: &Path) -> Result<String> {
    let folder = place::target().join("dist/libraries");
    // It will not look at a binary without the sources of a package around it.
    put(&folder.join("debian/control"), b"Source: linli\n\nPackage: linli\nArchitecture: any\n")?;
    let mut shlibdeps = Command::new("dpkg-shlibdeps");
    let said = program::text(shlibdeps.arg("-O").arg("-e").arg(binary).current_dir(folder))?;
    let depends = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(depends.with_context(|| format!("dpkg-shlibdeps named no packages: {said}"))?.to_owned())
}

fn put(file: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, content).with_context(|| format!("Could not write {}", file.display()))
}

/// In KiB, as dpkg counts.
fn installed_size(tree: &Path) -> Result<u64> {
    let mut bytes = 0;
    for file in face::files_in(tree)? {
        bytes += fs::metadata(file)?.len();
    }
    Ok(bytes.div_ceil(1024))
}

/// Everybody may read what the package brings and run its programs, whatever this machine gives new files.
fn make_readable(tree: &Path) -> Result<()> {
    let mode = |rights: &str, what: &str| {
        let found = ["-type", what, "-exec", "chmod", rights, "{}", "+"];
        program::run(Command::new("find").arg(tree).args(found))
    };
    mode("755", "d")?;
    mode("644", "f")?;
    program::run(Command::new("chmod").arg("755").arg(tree.join("usr/bin/linli")))
}
