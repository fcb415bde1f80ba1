//! The program itself: its words, its exit codes, its settings, starting and stopping.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::folder::{put, sound};

/// `linli-server WORDS` with no settings of the developer's own.
fn program(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli-server"));
    command.args(words).env_clear().env("COLUMNS", "100");
    command
}

fn run(words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program(words).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_says_everything() {
    let mut all = String::new();
    for command in [
        "", "serve", "import", "generate", "invite", "remove", "backup", "restore", "check", "openapi",
        "config",
    ] {
        let words: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let (code, out, _) = run(&words);
        assert_eq!(code, 0, "{command}");
        all.push_str(&format!("=== linli-server {command}\n{out}\n"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_community_is_loaded_invited_checked_saved_and_brought_back() {
    let (folder, data) = (sound(), tempfile::tempdir().unwrap());
    let place = data.path().join("data");
    let at = ["--data", text(&place)];
    let with = |words: &[&str]| run(&[words, &at].concat());
    let (code, out, _) = with(&["import", text(folder.path()), "--dry-run"]);
    assert_eq!(
        (code, out.lines().last()),
        (0, Some("Dry run, nothing was written: 14 new, 0 changed, 0 unchanged"))
    );
    assert!(!place.exists(), "a dry run makes no folder");
    assert_eq!(
        with(&["import", text(folder.path())]).1.lines().last(),
        Some("14 new, 0 changed, 0 unchanged")
    );
    assert_eq!(
        with(&["import", text(folder.path())]).1.lines().last(),
        Some("0 new, 0 changed, 14 unchanged")
    );
    let (code, out, _) = with(&[
        "invite",
        "--person",
        "P-0002",
        "--format",
        "json",
        "--public-url",
        "https://linli.example.org",
    ]);
    let invitation: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &invitation["name"], &invitation["home"][0]), (0, &"王秀英".into(), &"3-1201".into()));
    let link = linli_wire::join::JoinLink::read(invitation["link"].as_str().unwrap()).unwrap();
    assert_eq!(link.server, "https://linli.example.org");
    let letters = data.path().join("letters");
    let out = text(&letters).to_owned();
    assert_eq!(
        with(&[
            "invite",
            "--all",
            "--format",
            "html",
            "--out",
            &out,
            "--public-url",
            "https://linli.example.org"
        ])
        .0,
        0
    );
    let mut names: Vec<_> = fs::read_dir(&letters)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["P-0001.html", "P-0002.html", "P-0003.html", "P-0005.html"]);
    let letter = fs::read_to_string(letters.join("P-0002.html")).unwrap();
    assert!(
        letter.contains("王秀英，您好！") && letter.contains("<svg") && !letter.contains("<script"),
        "{letter}"
    );
    assert_eq!(with(&["check"]), (0, "Everything fits together.\n".to_owned(), String::new()));
    let nothing = "0 entries of 0 lines, 0 bills and 0 payments: everything fits together.\n";
    assert_eq!(with(&["ledger", "check"]), (0, nothing.to_owned(), String::new()));
    let backup = data.path().join("backup.tar");
    let (code, out, error) = with(&["backup", text(&backup)]);
    assert_eq!((code, out.split(',').next()), (0, Some("4 people")), "{error}");
    let (code, _, error) = with(&["restore", text(&backup)]);
    assert_eq!(code, 2);
    assert!(error.contains("already holds a community"), "{error}");
    assert_eq!(with(&["remove", "--person", "P-0003"]).0, 0);
    let replacing = data.path().join("replacing");
    let restore = ["restore", text(&backup), "--data", text(&replacing), "--carry-from"];
    let (code, _, error) = run(&[&restore[..], &[text(&letters)]].concat());
    assert_eq!(code, 3);
    assert!(
        error.contains("there is no linli.db in it") && error.contains("Nothing was restored"),
        "{error}"
    );
    let (code, out, error) = run(&[&restore[..], &[text(&place)]].concat());
    assert_eq!(code, 0, "{error}");
    assert!(
        out.contains("0 devices removed, 1 letter or code ended, 1 person gone since the backup"),
        "{out}"
    );
    let other = data.path().join("other");
    let (code, out, error) = run(&["restore", text(&backup), "--data", text(&other)]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("restored and verified"), "{out}");
    assert!(out.contains("is forgotten") && out.contains("remove --devices-only --person CODE"), "{out}");
    fs::remove_dir_all(other.join("attachments")).unwrap();
    let (code, _, error) = run(&["check", "--data", text(&other)]);
    assert_eq!(code, 1);
    assert!(error.contains("is missing") && error.contains("restore the newest backup"), "{error}");
}

#[test]
fn every_failure_has_its_exit_code_and_a_next_step() {
    let (folder, data) = (sound(), tempfile::tempdir().unwrap());
    let place = text(data.path());
    put(folder.path(), "units.csv", "building,code\n9,101\n");
    let (code, out, error) = run(&["import", text(folder.path()), "--data", place]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(error.contains("units.csv:2:building: There is no building 9 in buildings.csv."), "{error}");
    assert!(error.ends_with("things to mend; nothing was loaded.\n"), "{error}");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["serve", "--listen", "here"], 2, "--listen"),
        (&["serve", "--public-url", "http://linli.example.org", "--data", place], 2, "Give https://"),
        (&["serve", "--invitation-days", "0", "--data", place], 2, "Give 1 to 90"),
        (&["serve", "--database", "mysql://x", "--data", place], 2, "postgres://user:password@host"),
        (&["serve", "--database", "postgres://h:x/y", "--data", place], 2, "postgres://user:password@host"),
        (&["serve", "--database", "postgres://h/x?sslmode=require", "--data", place], 2, "without TLS"),
        (&["serve", "--config", "/nowhere/linli.toml"], 2, "Check the path given with --config"),
        (&["serve", "--log", "a=b=c", "--data", place], 2, "is not a log filter"),
        (&["check", "--data", "/proc/nothing"], 3, "Name another one with --data"),
        (
            &["check", "--data", place, "--database", "postgres://nobody:secret@127.0.0.1:1/x"],
            3,
            "Connection refused",
        ),
        (&["invite", "--all", "--data", place], 2, "--public-url https://"),
        (
            &["invite", "--all", "--format", "html", "--out", place, "--data", place],
            2,
            "--public-url https://",
        ),
        (
            &["invite", "--all", "--public-url", "https://linli.example.org", "--data", place],
            2,
            "linli-server import",
        ),
        (&["invite", "--all", "--format", "json", "--data", place], 2, "linli-server import"),
        (&["remove", "--person", "P-0001", "--data", place], 2, "There is no person P-0001"),
        (&["remove", "--data", place], 2, "--person"),
        (&["invite", "--data", place], 2, "--person"),
        (&["restore", "/nowhere/backup.tar", "--data", place], 3, "/nowhere/backup.tar cannot be read"),
        (&["generate"], 2, "--out"),
        (&["nonsense"], 2, "nonsense"),
    ];
    for (words, expected, part) in cases {
        let (code, _, error) = run(words);
        assert_eq!(code, *expected, "{words:?}: {error}");
        assert!(error.contains(part), "{words:?}: {error}");
        assert!(!error.contains("secret"), "{words:?}: {error}");
    }
}

#[test]
fn a_letter_names_an_address_that_somebody_has_given() {
    let (folder, data) = (sound(), tempfile::tempdir().unwrap());
    let place = data.path().join("data");
    let at = ["--data", text(&place)];
    assert_eq!(run(&[&["import", text(folder.path())], &at[..]].concat()).0, 0);
    let letter = |words: &[&str], environment: Option<&str>| {
        let mut command = program(&[&["invite", "--person", "P-0001"], words, &at[..]].concat());
        if let Some(url) = environment {
            command.env("LINLI_PUBLIC_URL", url);
        }
        let said = command.output().unwrap();
        (said.status.code().unwrap(), String::from_utf8(said.stdout).unwrap())
    };
    assert_eq!(letter(&[], None), (2, String::new()));
    let settings = data.path().join("linli-server.toml");
    fs::write(&settings, "[listen]\npublic_url = \"https://file.example.org\"\n").unwrap();
    for (words, environment, expected) in [
        (&["--public-url", "https://flag.example.org"][..], None, "https://flag.example.org"),
        (&[], Some("https://variable.example.org"), "https://variable.example.org"),
        (&["--config", text(&settings)], None, "https://file.example.org"),
        (&["--public-url", "http://127.0.0.1:4848"], None, "http://127.0.0.1:4848"),
    ] {
        let (code, said) = letter(words, environment);
        assert_eq!(code, 0);
        assert!(said.contains(&format!("address  {expected}\n")), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn other_accounts_of_the_computer_read_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, data) = (sound(), tempfile::tempdir().unwrap());
    let place = data.path().join("made/data");
    let at = ["--data", text(&place)];
    assert_eq!(run(&[&["import", text(folder.path())], &at[..]].concat()).0, 0);
    let letters = data.path().join("letters");
    let words = [
        "invite",
        "--all",
        "--format",
        "html",
        "--public-url",
        "https://linli.example.org",
        "--out",
        text(&letters),
    ];
    assert_eq!(run(&[&words[..], &at[..]].concat()).0, 0);
    fn open_to_others(path: &Path, found: &mut Vec<String>) {
        let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            found.push(format!("{mode:o} {}", path.display()));
        }
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| open_to_others(&entry.unwrap().path(), found));
        }
    }
    let check = || {
        let mut found = Vec::new();
        open_to_others(&place, &mut found);
        open_to_others(&letters, &mut found);
        found
    };
    assert_eq!(check(), Vec::<String>::new());
    // Servers of before left them open: the next start closes them.
    for open in [place.clone(), place.join("attachments"), letters.clone()] {
        fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for open in [place.join("linli.db"), letters.join("P-0001.html")] {
        fs::set_permissions(open, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let server =
        Server::start(program(&["serve", "--json", "--listen", "127.0.0.1:0", "--data", text(&place)]));
    assert!(place.join("linli.db-wal").exists());
    assert_eq!(run(&[&words[..], &at[..]].concat()).0, 0);
    assert_eq!(check(), Vec::<String>::new());
    drop(server);
}

#[test]
fn a_person_is_removed_once_and_a_lost_telephone_locked_out() {
    let (folder, data) = (sound(), tempfile::tempdir().unwrap());
    let place = data.path().join("data");
    let with = |words: &[&str]| run(&[words, &["--data", text(&place)]].concat());
    assert_eq!(with(&["import", text(folder.path())]).0, 0);
    let all = |expected: usize| {
        let (_, out, _) = with(&["invite", "--all", "--format", "json"]);
        assert_eq!(out.lines().count(), expected, "{out}");
    };
    all(4);
    let (code, _, error) = with(&["remove", "--person", "P-0003", "--person", "P-9999"]);
    assert_eq!(code, 2, "{error}");
    all(4);
    let lost = with(&["remove", "--person", "P-0003", "--devices-only"]);
    assert_eq!(lost.1, "P-0003: 0 devices and all open letters ended. They need a new letter.\n");
    all(4);
    let removed =
        "P-0003: removed. Their devices and letters ended; what they wrote stays under their name.\n";
    assert_eq!(with(&["remove", "--person", "P-0003"]), (0, removed.to_owned(), String::new()));
    assert_eq!(with(&["remove", "--person", "P-0003"]).1, "P-0003: was removed before.\n");
    all(3);
    // The spreadsheet that still names them brings nobody back.
    assert_eq!(
        with(&["import", text(folder.path())]).1.lines().last(),
        Some("0 new, 0 changed, 14 unchanged")
    );
    all(3);
    assert_eq!(with(&["invite", "--person", "P-0003", "--format", "json"]).0, 2);
    assert_eq!(with(&["check"]).0, 0);
}

#[test]
fn flags_win_over_the_environment_the_environment_over_the_file() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("linli-server.toml");
    let place = text(data.path());
    fs::write(&file, "[listen]\naddress = \"127.0.0.2:0\"\n[log]\nfilter = \"error\"\n").unwrap();
    let listening = |words: &[&str], environment: Option<&str>| {
        let mut command = program(&["serve", "--json", "--data", place, "--config", text(&file)]);
        command.args(words);
        if let Some(address) = environment {
            command.env("LINLI_LISTEN", address);
        }
        let server = Server::start(command);
        server.listening.split(':').next().unwrap().to_owned()
    };
    assert_eq!(listening(&[], None), "127.0.0.2");
    assert_eq!(listening(&[], Some("127.0.0.3:0")), "127.0.0.3");
    assert_eq!(listening(&["--listen", "127.0.0.4:0"], Some("127.0.0.3:0")), "127.0.0.4");
    fs::write(&file, "[listen]\naddress = \"127.0.0.2:0\"\n\n[limits]\nrequests = 1\n").unwrap();
    let (code, _, error) = run(&["serve", "--config", text(&file), "--data", place]);
    assert_eq!(code, 2);
    assert!(error.contains("linli-server.toml: line 4: unknown field `limits`"), "{error}");
    fs::write(&file, "[listen]\nport = 80\n").unwrap();
    let (_, _, error) = run(&["serve", "--config", text(&file), "--data", place]);
    assert!(error.contains("line 2: unknown field `port`"), "{error}");
}

#[test]
fn the_server_says_when_it_is_ready_answers_and_stops_when_asked() {
    let data = tempfile::tempdir().unwrap();
    let metrics = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let words = [
        "serve",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--metrics-listen",
        &metrics,
        "--data",
        text(data.path()),
    ];
    let mut server = Server::start(program(&words));
    let get = |address: &str, path: &str| {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(get(&server.listening, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&server.listening, "/v1/community").contains("\"server\":\"linli\""));
    assert!(
        get(&server.listening, "/metrics").starts_with("HTTP/1.1 404"),
        "metrics have an address of their own"
    );
    assert!(get(&metrics, "/metrics").contains("# TYPE"));
    assert_eq!(server.stop(), Some(0));
    // The address is free again, and the data is sound.
    assert_eq!(run(&["check", "--data", text(data.path())]).0, 0);
}

#[test]
fn openapi_and_settings_are_printed_and_generated_folders_are_written_once() {
    let (code, out, _) = run(&["openapi"]);
    assert_eq!(code, 0);
    assert!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["paths"]["/v1/sync"].is_object());
    assert!(run(&["config"]).1.contains("[attachments]"));
    let data = tempfile::tempdir().unwrap();
    let out = data.path().join("made");
    let words = ["generate", "--out", text(&out), "--households", "12", "--notices", "20", "--seed", "3"];
    assert_eq!(run(&words).0, 0);
    assert_eq!(run(&words).0, 3, "a folder that exists is never written into");
    let place = data.path().join("data");
    assert_eq!(run(&["import", text(&out), "--data", text(&place)]).0, 0);
    let (_, out, _) = run(&[
        "generate",
        "--into-database",
        "--households",
        "12",
        "--notices",
        "20",
        "--seed",
        "3",
        "--data",
        text(&place),
    ]);
    let last = out.lines().last().unwrap();
    assert!(last.starts_with("0 new, 0 changed,"), "loading directly is the same as by folder: {out}");
}

struct Server {
    child: std::process::Child,
    listening: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        Self { child, listening: ready["listening"].as_str().unwrap().to_owned() }
    }

    fn stop(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
