//! Real programs, killed with SIGKILL: at random moments, and at chosen write calls through strace.
//!
//! The kernel sees every write of the program here, which a core in this process cannot show. strace's
//! count is of each thread's own calls, so that a small number reaches into the database's thread.
//! PostgreSQL's writes are its own: there the server is killed at random moments only.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use linli_sync_tests::on_both_engines;
use linli_testkit::{
    Engine, Pace, PostgresDatabase, Proxy, Resident, Setup, people::*, real_network, temp_folder,
};
use linli_wire::id::NoticeId;
use tokio::sync::oneshot;

/// How often the server is killed at a random moment.
const RANDOM_KILLS: u64 = 15;
/// Write calls of a thread at which the server is killed, and which calls those are.
const POINTS: [u32; 9] = [1, 2, 3, 4, 6, 8, 11, 15, 22];
const CALLS: [&str; 2] = ["pwrite64", "fdatasync"];

/// A server of its own process.
struct Program {
    child: Child,
    died: oneshot::Receiver<()>,
}

/// The data of a server, and the wire in front of it.
struct Place {
    folder: tempfile::TempDir,
    database: Option<PostgresDatabase>,
    proxy: Proxy,
}

impl Place {
    async fn new(engine: Engine) -> Self {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(PostgresDatabase::create().await),
        };
        let place = Self { folder: temp_folder(), database, proxy: Proxy::start().await.unwrap() };
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/testkit/fixtures/garden");
        place.run(&["import", fixture.to_str().unwrap()]);
        place
    }

    /// Where the server keeps everything, as its commands are told.
    fn storage(&self) -> Vec<&str> {
        let database = self.database.iter().flat_map(|database| ["--database", database.url()]);
        ["--data", self.folder.path().to_str().unwrap()].into_iter().chain(database).collect()
    }

    /// Runs a command of the server to its end.
    fn run(&self, words: &[&str]) -> String {
        let output = Command::new(server()).args(words).args(self.storage()).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the server, under strace if it is to die at a call. None when it died before it listened.
    async fn serve(&self, die_at: Option<(&str, u32)>) -> Option<Program> {
        let mut command = match die_at {
            Some((call, number)) => {
                let mut command = Command::new("strace");
                command.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={call}"));
                command.arg("-e").arg(format!("inject={call}:signal=KILL:when={number}")).arg(server());
                command
            }
            None => Command::new(server()),
        };
        command.args(["serve", "--json", "--listen", "127.0.0.1:0"]).args(self.storage());
        command.arg("--public-url").arg(self.proxy.url());
        // A group of its own: a killed strace would leave the server that it watches running.
        command.process_group(0);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (dead, died) = oneshot::channel();
        let (ready, bound) = oneshot::channel();
        let out = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut line = String::new();
            let _ = out.read_line(&mut line);
            let _ = ready.send(line);
            // The pipe is closed when the last process that holds it is gone.
            let _ = std::io::copy(&mut out, &mut std::io::sink());
            let _ = dead.send(());
        });
        let line = bound.await.unwrap();
        let said: Option<serde_json::Value> = serde_json::from_str(&line).ok();
        let mut program = Program { child, died };
        let Some(said) = said else {
            program.end();
            return None;
        };
        let address: SocketAddr = said["listening"].as_str().unwrap().parse().unwrap();
        self.proxy.lead_to(Some(address));
        self.proxy.break_all();
        Some(program)
    }

    async fn join(&self, person: Person, seed: u64) -> Resident {
        let url = self.proxy.url();
        let said = self.run(&["invite", "--person", person.code, "--format", "json", "--public-url", &url]);
        let start = said.find("linli://join").unwrap();
        let link = said.split_at(start).1.split('"').next().unwrap();
        let name = person.name.to_owned();
        let mut device =
            Resident::new(Setup { name, seed, pace: Pace::Quick, network: real_network(), keeps: true });
        device.start().await;
        device.join(link).await;
        device
    }
}

impl Program {
    /// `kill -9`, and the end is awaited.
    fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// The program, built now if it is not level with its sources.
fn server() -> PathBuf {
    static BUILT: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    BUILT
        .get_or_init(|| {
            // Chosen from all crates, as these tests are built: another choice is another build of every library.
            let built = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--workspace", "--exclude", "linli-ui", "--bin", "linli-server"])
                .status();
            assert!(built.unwrap().success(), "linli-server is built");
            // target/debug/deps/sync-… → target/debug/linli-server
            let this = std::env::current_exe().unwrap();
            this.parent().unwrap().parent().unwrap().join("linli-server")
        })
        .clone()
}

on_both_engines! {
    async fn a_server_killed_at_random_moments_loses_and_doubles_nothing(engine) {
        let place = Place::new(engine).await;
        let mut program = place.serve(None).await.unwrap();
        let (chen, mei) = (place.join(CHEN_JING, 1).await, place.join(WANG_MEI, 2).await);
        let mut random = oorandom::Rand64::new(5);
        let mut written = Vec::new();
        for number in 0..RANDOM_KILLS {
            written.push(chen.publish(&format!("Random {number}"), "").await);
            // The moment is the point: somewhere between the first byte and the answer.
            tokio::time::sleep(std::time::Duration::from_micros(random.rand_range(0..30_000))).await;
            program.end();
            program = place.serve(None).await.unwrap();
            level(&chen, &mei, &written).await;
        }
        program.end();
        place.run(&["check"]);
        println!("random kills of the server on {engine:?}: {RANDOM_KILLS}, violations: 0");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_at_its_write_calls_loses_and_doubles_nothing() {
    if Command::new("strace").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("NOT TRIED: kills at write calls, since strace is not installed");
        return;
    }
    let place = Place::new(Engine::Sqlite).await;
    let mut program = place.serve(None).await.unwrap();
    let (chen, mei) = (place.join(CHEN_JING, 3).await, place.join(WANG_MEI, 4).await);
    let (mut written, mut tried, mut killed): (Vec<NoticeId>, u32, u32) = (Vec::new(), 0, 0);
    for call in CALLS {
        for number in POINTS {
            program.end();
            tried += 1;
            let struck = place.serve(Some((call, number))).await;
            written.push(chen.publish(&format!("{call} {number}"), "").await);
            chen.sync_now().await;
            match struck {
                // It died before it listened.
                None => killed += 1,
                Some(mut struck) => {
                    tokio::select! {
                        _ = &mut struck.died => killed += 1,
                        () = chen.until_sent() => {}
                    }
                    struck.end();
                }
            }
            program = place.serve(None).await.unwrap();
            level(&chen, &mei, &written).await;
        }
    }
    program.end();
    place.run(&["check"]);
    println!("write calls at which the server was to be killed: {tried}, killed: {killed}, violations: 0");
    assert!(killed >= tried / 4, "only {killed} of {tried} points were reached");
}

/// Everything that was written is at Mei's, once.
async fn level(chen: &Resident, mei: &Resident, written: &[NoticeId]) {
    chen.sync_now().await;
    mei.sync_now().await;
    chen.until_sent().await;
    for notice in written.iter().rev().take(2) {
        mei.until_sees(*notice).await;
    }
    let rows = mei.notices().await.rows;
    for notice in written {
        let row = rows.iter().find(|row| row.id == *notice).expect("a notice that was confirmed is there");
        assert_eq!(row.changed_at, None, "{}: applied once", row.title);
        assert_eq!(rows.iter().filter(|other| other.title == row.title).count(), 1);
    }
}
