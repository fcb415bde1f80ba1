//! A throw-away PostgreSQL cluster for one run of the tests: its own folder, port and password, nothing kept.
//!
//! It stands in the system's folder for temporary files, because PostgreSQL refuses to run as root and the user it
//! then runs as may not see the project's folder. It never waits for a disk, since nobody will miss its data.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::program;

/// A running cluster; it ends and its folder goes when this value does.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    url: String,
}

impl Cluster {
    /// Makes and starts a cluster; takes about two seconds.
    pub(crate) fn start() -> Result<Self> {
        let programs = newest_version().context("PostgreSQL's server is not installed")?;
        let folder = PathBuf::from(as_owner("mktemp", &["-d", "-t", "linli-test-pg-XXXXXX"])?);
        let port = free_port()?;
        let password = password()?;
        let cluster = Self {
            programs,
            folder,
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
        };

        let (data, words) = (cluster.data(), cluster.folder.join("password"));
        as_owner("sh", &["-c", "umask 077; printf %s \"$1\" > \"$2\"", "sh", &password, &text(&words)])?;
        let mut initdb = vec!["-D", &data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"];
        let password_file = format!("--pwfile={}", words.display());
        initdb.extend([password_file.as_str(), "--auth-local=password", "--auth-host=password"]);
        as_owner(&cluster.program("initdb"), &initdb)?;

        let settings = [
            "listen_addresses=127.0.0.1",
            "max_connections=300",
            "shared_buffers=128MB",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ];
        let mut options = format!("-p {port} -k {}", cluster.folder.display());
        for setting in settings {
            options.push_str(&format!(" -c {setting}"));
        }
        let log = text(&cluster.folder.join("log"));
        as_owner(
            &cluster.program("pg_ctl"),
            &["start", "-w", "-s", "-D", &data, "-l", &log, "-o", &options],
        )?;
        Ok(cluster)
    }

    /// The address for `LINLI_TEST_POSTGRES`: a user who may create databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn data(&self) -> String {
        text(&self.folder.join("data"))
    }

    fn program(&self, name: &str) -> String {
        text(&self.programs.join(name))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = as_owner(&self.program("pg_ctl"), &["stop", "-s", "-m", "immediate", "-D", &self.data()]);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the newest installed version's programs: Debian keeps each version apart, others have them in PATH.
fn newest_version() -> Option<PathBuf> {
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let versions =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = versions.filter(|folder| folder.join("bin/initdb").is_file()).collect();
    found.sort_by_key(|folder| version(folder));
    let newest = found.pop().map(|folder| folder.join("bin"));
    newest.or_else(|| program::find("initdb")?.parent().map(Path::to_path_buf))
}

/// Runs a program as the user who owns the cluster: this one, or `postgres` where this one is root.
fn as_owner(name: &str, words: &[&str]) -> Result<String> {
    let mut command = if program::is_root()? {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", name]);
        command
    } else {
        Command::new(name)
    };
    // pg_ctl leaves the server behind with this job's output in its hands; `text` would wait for it to close.
    if words.first() == Some(&"start") {
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let status = command.args(words).current_dir("/").status()?;
        anyhow::ensure!(status.success(), "PostgreSQL did not start: pg_ctl ended with {status}");
        return Ok(String::new());
    }
    program::text(command.args(words).current_dir("/"))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn password() -> Result<String> {
    use std::io::Read;
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
