//! The package on a Debian that has nothing else: it installs, stands in the menu, opens links, joins a community and
//! is removed again. Run by `cargo xtask test package`, as root, with `LINLI_PACKAGE` naming the package.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests end where something is not as it must be"
)]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use linli_e2e::{
    clean_debian::CleanDebian,
    community::{Community, Letter},
    driver::Driver,
    page::Page,
    place,
    program::Program,
    words::say,
    world::{Grounds, people},
};
use linli_wire::Language;

const ENTRY: &str = "/usr/share/applications/linli.desktop";

/// A desktop session: bus, key store, display, and the driver in it, which gets the script's arguments.
const SESSION: &str = r#"
export XDG_RUNTIME_DIR="$HOME/runtime" NO_AT_BRIDGE=1 GTK_USE_PORTAL=0 TAURI_WEBVIEW_AUTOMATION=true LINLI_LOG=info
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
exec dbus-run-session -- sh -ec '
    printf %s "correct horse" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    mkfifo "$HOME/display"
    Xvfb -displayfd 3 -screen 0 1400x1000x24 -noreset -nolisten tcp 3>"$HOME/display" &
    read -r number <"$HOME/display"
    rm "$HOME/display"
    export DISPLAY=":$number"
    export -p >"$HOME/session"
    exec WebKitWebDriver "$@"
' sh "$@"
"#;

/// What a person's desktop does: without a word it starts the menu entry, with a link it opens what opens links.
const DESKTOP: &str = "#!/bin/sh
if [ $# = 0 ]; then gio launch /usr/share/applications/linli.desktop; else xdg-open \"$1\"; fi
# The driver takes the end of this for the end of the app.
exec sleep infinity
";

/// Somebody at this machine.
struct Person<'a> {
    name: &'static str,
    debian: &'a CleanDebian,
    driver: Driver,
    artifacts: PathBuf,
}

impl<'a> Person<'a> {
    fn sits_down(debian: &'a CleanDebian, name: &'static str, artifacts: &Path) -> Self {
        debian.run(&format!("useradd --create-home {name}")).unwrap();
        let log = artifacts.join(format!("{name}.log"));
        let driver = Driver::webkit_by(debian.as_person(name, SESSION), &log).unwrap();
        Self { name, debian, driver, artifacts: artifacts.to_path_buf() }
    }

    /// Presses the menu entry, or a link in some other program.
    #[track_caller]
    fn opens(&self, words: &[&str]) -> Page {
        let session = self.driver.open_program(Path::new("/usr/local/bin/desktop"), words);
        let session = session.unwrap_or_else(|error| panic!("{}: the app: {error:#}", self.name));
        let page = Page::new(session, self.name, self.artifacts.clone()).unwrap();
        page.find("h1");
        page
    }

    /// Presses a link while the app runs.
    #[track_caller]
    fn presses(&self, link: &str) {
        let mut press = self.debian.as_person(self.name, ". \"$HOME/session\"; exec xdg-open \"$1\"");
        let (program, _) = Program::start(press.arg(link), &self.artifacts.join("link.log")).unwrap();
        program.end().expect("the second start hands the link over and ends well");
    }
}

#[track_caller]
fn goes_through_the_questions_and_reads(page: &Page) {
    page.tap("confirm-yes");
    page.tap("next");
    page.tap("next");
    page.tap("next");
    page.find("[data-testid=notice-row]");
    page.go("/notices");
    page.press("[data-testid=notice-row]");
    page.find("[data-testid=notice]");
    assert!(!page.text(".p-article__title").is_empty());
}

#[test]
fn the_package_installs_starts_from_the_menu_joins_and_goes_again() {
    let en = Language::en();
    let package = PathBuf::from(std::env::var_os("LINLI_PACKAGE").expect("LINLI_PACKAGE names the package"));
    let grounds = Grounds::new("package");
    let home = place::target().join("clean-debian");
    let debian = CleanDebian::make(&home.join("system"), &home.join("packages")).unwrap();

    // apt brings what the package names, and nothing that is not named.
    debian.copy(&package, "/tmp/linli.deb").unwrap();
    debian.run("apt-get -qq update; apt-get -qq -y --no-install-recommends install /tmp/linli.deb").unwrap();
    let missing = debian.run("ldd /usr/bin/linli | grep 'not found' || true").unwrap();
    assert_eq!(missing, "", "apt brought every library");
    every_library_is_named(&debian);
    let files = debian.run("dpkg -L linli").unwrap();
    let files: Vec<&str> = files.lines().collect();
    for file in ["/usr/bin/linli", ENTRY, "/usr/share/metainfo/linli.metainfo.xml"] {
        assert!(files.contains(&file), "{file} is not in the package: {files:?}");
    }

    // What a desktop has: a bus, a key store, a display; and the driver.
    debian.run("apt-get -qq -y --no-install-recommends install dbus gnome-keyring xdg-utils desktop-file-utils libglib2.0-bin appstream xvfb webkit2gtk-driver").unwrap();
    debian.keep_packages().unwrap();
    the_menu_entry_is_sound(&debian, &files);

    let community = Community::start(grounds.artifacts(), grounds.folder()).unwrap();
    let cable = community.cable().unwrap();
    debian.put("/usr/local/bin/desktop", DESKTOP).unwrap();
    debian.run("chmod 755 /usr/local/bin/desktop").unwrap();

    // From the menu; joined by typing the code; then another link is pressed while the app runs.
    let wang = Person::sits_down(&debian, "wang", grounds.artifacts());
    let page = wang.opens(&[]);
    page.see(&say(&en, "welcome.title"));
    let Letter { server, code, .. } = community.invite(people::WANG_MEI, &cable).unwrap();
    page.tap("type-code");
    page.fill("address", &server);
    page.fill("code", &code);
    page.tap("join");
    page.see("王梅");
    goes_through_the_questions_and_reads(&page);
    let letter = community.invite(people::GRANDMA_WANG, &cable).unwrap();
    wang.presses(&letter.link);
    page.find("[data-testid=link-server]");
    page.see(&letter.server);
    drop((page, wang));

    // From a link, which starts the app.
    let li = Person::sits_down(&debian, "li", grounds.artifacts());
    let page = li.opens(&[&community.invite(people::LI_QIANG, &cable).unwrap().link]);
    page.find("[data-testid=link-server]");
    page.tap("join");
    page.see("李强");
    goes_through_the_questions_and_reads(&page);
    drop((page, li));

    // Gone again, all of it, except what is people's own.
    debian.run("apt-get -qq -y purge linli").unwrap();
    let left: Vec<&&str> =
        files.iter().filter(|file| file.contains("linli") && debian.path(file).exists()).collect();
    assert!(left.is_empty(), "{left:?} stayed behind");
    let opens = debian.run("runuser -u li -- xdg-mime query default x-scheme-handler/linli").unwrap();
    assert_eq!(opens.trim(), "", "nothing opens links any more");
    assert!(debian.path("/home/li/.local/share/linli").exists(), "what a person kept stays");
}

/// The packages of the libraries that the binary is linked to stand in its dependencies.
fn every_library_is_named(debian: &CleanDebian) {
    let binary = debian.path("/usr/bin/linli");
    let read = Command::new("readelf").arg("--dynamic").arg(binary).output().unwrap();
    let read = String::from_utf8(read.stdout).unwrap();
    let named = debian.run("dpkg-query -W -f='${Depends}' linli").unwrap();
    let named: Vec<&str> =
        named.split([',', '|']).map(|one| one.split_whitespace().next().unwrap_or_default()).collect();
    let libraries: Vec<&str> = read
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1))
        .collect();
    assert!(libraries.iter().any(|library| library.contains("webkit2gtk")), "{libraries:?}");
    for library in libraries {
        let owner = debian.run(&format!("dpkg -S '*/{library}' | cut -d: -f1 | sort -u")).unwrap();
        assert!(
            owner.lines().any(|owner| named.contains(&owner)),
            "{library} is of {owner:?}, the package names {named:?}"
        );
    }
    // These are loaded while the app runs, as the tray appears.
    assert!(named.contains(&"libayatana-appindicator3-1"));
}

/// The entry is one that menus accept, its icon is there, and it is what opens `linli:` links.
fn the_menu_entry_is_sound(debian: &CleanDebian, files: &[&str]) {
    debian.run(&format!("desktop-file-validate {ENTRY}")).unwrap();
    debian.run("appstreamcli validate --no-net /usr/share/metainfo/linli.metainfo.xml").unwrap();
    let entry = std::fs::read_to_string(debian.path(ENTRY)).unwrap();
    let value = |key: &str| {
        entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default()
    };
    assert_eq!(value("Exec"), "linli %u");
    assert!(value("MimeType").split(';').any(|kind| kind == "x-scheme-handler/linli"));
    let icon = format!("/apps/{}.png", value("Icon"));
    for size in ["32x32", "128x128", "256x256"] {
        let there =
            files.iter().any(|file| file.contains(&format!("hicolor/{size}")) && file.ends_with(&icon));
        assert!(there, "there is no icon of {size}");
    }
    let opens = debian.run("runuser -u nobody -- xdg-mime query default x-scheme-handler/linli").unwrap();
    assert_eq!(opens.trim(), "linli.desktop");
}
