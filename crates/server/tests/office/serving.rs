//! Settings that `serve` does not take, and what it leaves behind when it cannot start.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Output, Stdio},
};

fn serve(words: &[&str], data: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli-server"));
    command.args(["serve", "--json", "--data", data]).args(words).env_clear();
    command
}

fn refused(mut command: Command) -> (i32, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

/// The address where it listens; then it is ended.
fn listens(mut command: Command) -> String {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
    ready["listening"].as_str().unwrap().to_owned()
}

#[test]
fn limits_that_let_nothing_through_and_open_metrics_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let place = data.path().join("data");
    let place = place.to_str().unwrap();
    for (words, part) in [
        (["--files-per-day", "0"], "files_per_day is 0"),
        (["--megabytes-per-day", "0"], "megabytes_per_day is 0"),
        (["--metrics-listen", "0.0.0.0:0"], "--metrics-for-all"),
        (["--metrics-listen", "[::]:0"], "127.0.0.1:9464"),
        (["--metrics-listen", "192.0.2.1:9464"], "could be read by everybody"),
    ] {
        let (code, error) = refused(serve(&words, place));
        assert_eq!(code, 2, "{words:?}: {error}");
        assert!(error.contains(part), "{words:?}: {error}");
    }
    assert!(!data.path().join("data").exists(), "a setting that does not fit makes no folder");
    let any = ["--listen", "127.0.0.1:0"];
    for words in
        [&["--metrics-listen", "[::1]:0"][..], &["--metrics-listen", "0.0.0.0:0", "--metrics-for-all"]]
    {
        if words.contains(&"[::1]:0") && TcpListener::bind("[::1]:0").is_err() {
            continue;
        }
        listens(serve(&[&any[..], words].concat(), place));
    }
}

#[test]
fn an_empty_variable_is_none() {
    let data = tempfile::tempdir().unwrap();
    let mut command = serve(&[], data.path().to_str().unwrap());
    command.env("LINLI_LISTEN", "127.0.0.1:0");
    for name in [
        "LINLI_CONFIG",
        "LINLI_PUBLIC_URL",
        "LINLI_METRICS_LISTEN",
        "LINLI_METRICS_FOR_ALL",
        "LINLI_TRUSTED_HOPS",
        "LINLI_MAX_CONNECTIONS",
        "LINLI_DATA",
        "LINLI_DATABASE",
        "LINLI_LOG_FORMAT",
        "LINLI_LOG",
        "LINLI_INVITATION_DAYS",
        "LINLI_FILES_PER_DAY",
        "LINLI_MEGABYTES_PER_DAY",
    ] {
        command.env(name, "");
    }
    assert!(listens(command).starts_with("127.0.0.1:"));
    // One that says something is still read.
    let mut command = serve(&["--listen", "127.0.0.1:0"], data.path().to_str().unwrap());
    command.env("LINLI_INVITATION_DAYS", "0").env("LINLI_LOG", "");
    assert_eq!(refused(command).0, 2);
}

#[test]
fn a_taken_port_leaves_no_data_folder_behind() {
    let data = tempfile::tempdir().unwrap();
    let place = data.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for words in [vec!["--listen", &address], vec!["--listen", "127.0.0.1:0", "--metrics-listen", &address]] {
        let (code, error) = refused(serve(&words, place.to_str().unwrap()));
        assert_eq!(code, 3, "{error}");
        assert!(error.contains("Another program listens there"), "{error}");
        assert!(!place.exists(), "{words:?}");
    }
}
