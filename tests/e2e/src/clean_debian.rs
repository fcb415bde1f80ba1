//! A Debian that has nothing but itself, in a folder: what a package needs and does not name is missing there.
//!
//! It is made by mmdebstrap from the mirrors and with the settings that apt has on this machine, and is of this
//! machine's release, since the app was linked to that release's libraries. What runs inside runs in namespaces of its
//! own: it sees no process and no mount of this machine, and all of it ends with the program that was started. The
//! network is this machine's, so that a driver inside can be reached from outside.
//!
//! Turned down: installing the package on the machine that built it, where everything it needs is there anyway; and
//! containers, which need a daemon and an image from elsewhere.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// A root folder with a Debian in it; it goes when this goes.
pub struct CleanDebian {
    folder: PathBuf,
    packages: PathBuf,
}

impl CleanDebian {
    /// Makes one in `folder`. The packages that are installed into it are kept in `packages`, so that the next one
    /// need not download them again.
    ///
    /// # Errors
    /// When mmdebstrap is missing or fails, with its last words.
    pub fn make(folder: &Path, packages: &Path) -> Result<Self> {
        let clean = Self { folder: folder.to_path_buf(), packages: packages.to_path_buf() };
        clean.remove()?;
        fs::create_dir_all(folder)?;
        fs::create_dir_all(packages)?;
        let release = release()?;
        let (sources, settings) = (folder.join("sources.list"), folder.join("apt.conf"));
        fs::write(&sources, sources_of(&release)?)?;
        // Proxies and certificates, as this machine needs them.
        fs::write(&settings, text(Command::new("apt-config").args(["dump", "Acquire"]))?)?;
        let mut make = as_root("mmdebstrap");
        make.args(["--mode=root", "--variant=apt", "--dpkgopt=force-unsafe-io"]);
        make.arg(format!("--aptopt={}", settings.display())).arg(release).arg(clean.root()).arg(sources);
        text(&mut make)?;
        clean.put("/etc/resolv.conf", &fs::read_to_string("/etc/resolv.conf").unwrap_or_default())?;
        clean.give_packages()?;
        Ok(clean)
    }

    /// Runs a shell script inside as root and returns what it printed.
    ///
    /// # Errors
    /// When it fails, with everything it said.
    pub fn run(&self, script: &str) -> Result<String> {
        text(&mut self.inside(script))
    }

    /// A command that runs a shell script inside as the person `name`; what is added to it are the script's arguments.
    pub fn as_person(&self, name: &str, script: &str) -> Command {
        let mut command = self.inside(
            "person=$1; script=$2; shift 2
             exec runuser -u \"$person\" -- env -i HOME=\"/home/$person\" USER=\"$person\" LANG=C.UTF-8 \
                 PATH=/usr/local/bin:/usr/bin:/bin:/usr/games sh -c \"$script\" sh \"$@\"",
        );
        command.args([name, script]);
        command
    }

    /// Writes a file inside.
    ///
    /// # Errors
    /// When its folder is missing.
    pub fn put(&self, path: &str, content: &str) -> Result<()> {
        let mut write = as_root("tee");
        let mut child = write.arg(self.path(path)).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        child.stdin.take().context("it has no input")?.write_all(content.as_bytes())?;
        if !child.wait()?.success() {
            bail!("{path} could not be written");
        }
        Ok(())
    }

    /// Copies a file of this machine inside.
    ///
    /// # Errors
    /// When one of the two cannot be had.
    pub fn copy(&self, from: &Path, path: &str) -> Result<()> {
        text(as_root("cp").arg(from).arg(self.path(path))).map(drop)
    }

    /// Where `path` of the inside is on this machine.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    /// Takes over what was downloaded inside for the next one.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn keep_packages(&self) -> Result<()> {
        let script = "cp -lnf \"$1\"/*.deb \"$2\" 2>/dev/null || cp -n \"$1\"/*.deb \"$2\"";
        let archives = self.path("/var/cache/apt/archives");
        text(as_root("sh").args(["-c", script, "sh"]).arg(archives).arg(&self.packages)).map(drop)
    }

    fn give_packages(&self) -> Result<()> {
        let script = "ls \"$1\"/*.deb >/dev/null 2>&1 || exit 0
            cp -lf \"$1\"/*.deb \"$2\" 2>/dev/null || cp \"$1\"/*.deb \"$2\"";
        let archives = self.path("/var/cache/apt/archives");
        text(as_root("sh").args(["-c", script, "sh"]).arg(&self.packages).arg(archives)).map(drop)
    }

    fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    fn inside(&self, script: &str) -> Command {
        // A minimal Debian has no `mount` of its own.
        let enter = "root=$1; shift
            mount -t proc proc \"$root/proc\"
            mount -t tmpfs tmpfs \"$root/dev/shm\"
            exec chroot \"$root\" env DEBIAN_FRONTEND=noninteractive sh -ec \"$@\"";
        let mut command = as_root("unshare");
        command
            .args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", enter, "sh"])
            .arg(self.root())
            .args([script, "sh"]);
        command
    }

    fn remove(&self) -> Result<()> {
        // Its mounts ended with the namespaces they were made in.
        text(as_root("rm").args(["-rf", "--one-file-system"]).arg(&self.folder)).map(drop)
    }
}

impl Drop for CleanDebian {
    fn drop(&mut self) {
        // The next one removes what this leaves.
        let _ = self.remove();
    }
}

/// A command as root: as this process, or through sudo where nobody need be asked.
fn as_root(name: &str) -> Command {
    let is_root = text(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Command::new(name);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "--", name]);
    sudo
}

fn text(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{name} could not be started"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        bail!("{name} ended with {}: {said}{complaint}", output.status);
    }
    Ok(said)
}

/// This machine's release by its code name, such as `bookworm`.
fn release() -> Result<String> {
    let about = fs::read_to_string("/etc/os-release")?;
    let name = about.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    Ok(name.context("this release has no code name")?.trim_matches('"').to_owned())
}

/// The distribution's own suites of apt's configuration; other vendors' packages have no place in a clean system.
fn sources_of(release: &str) -> Result<String> {
    let format = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)";
    let followed =
        text(Command::new("apt-get").args(["indextargets", "--format", format, "Identifier: Packages"]))?;
    let own = ["", "-updates", "-security"].map(|suffix| format!("{release}{suffix}"));
    let lines: Vec<&str> = followed
        .lines()
        .filter(|line| line.split(' ').nth(2).is_some_and(|of| own.contains(&of.to_owned())))
        .collect();
    if lines.is_empty() {
        bail!("apt follows no suite of {release}");
    }
    Ok(lines.join("\n") + "\n")
}
