//! The app's own window, through WebKit's driver: that the same core and face run in it, and what only it has.

use std::{path::PathBuf, process::Command};

use linli_e2e::{
    community::Community,
    driver::Driver,
    host::{Host, Keys, Setup, own_folders},
    key_store::{Bus, KeyStore},
    page::{Page, key},
    pages::join_by_code,
    place,
    program::Program,
    stripe::Stripe,
    words::{beginning, fill, say},
    world::{Grounds, people, settings, until},
};
use linli_wire::{Language, command::SaveSettings, settings::Mode};

/// A machine with a session of its own, a key store in it, and the app installed.
struct Machine {
    driver: Driver,
    bus: Bus,
    home: PathBuf,
    grounds: Grounds,
}

impl Machine {
    fn new(name: &str) -> Self {
        let grounds = Grounds::new(name);
        let bus = Bus::start(&grounds.folder().join("bus"), grounds.artifacts()).unwrap();
        let home = grounds.folder().join("home");
        std::fs::create_dir_all(&home).unwrap();
        let driver =
            Driver::webkit(&grounds.artifacts().join("app.log"), |command| prepare(command, &home, &bus))
                .unwrap();
        Self { driver, bus, home, grounds }
    }

    /// Starts the app as its icon does.
    fn open(&self) -> Page {
        let folder = self.grounds.folder().join("program");
        let session = self.driver.open_app(&folder, &[]).unwrap_or_else(|error| panic!("the app: {error:#}"));
        let page = Page::new(session, "window", self.grounds.artifacts().to_path_buf()).unwrap();
        page.find("h1");
        page
    }

    /// Starts the app, and waits until it has its name on the bus: whoever is started now hands over to it.
    fn start_alone(&self) -> Program {
        let mut command = Command::new(place::app());
        prepare(&mut command, &self.home, &self.bus);
        let (program, _) = Program::start(&mut command, &self.grounds.artifacts().join("first.log")).unwrap();
        let asks = "org.freedesktop.DBus.NameHasOwner";
        until("the app has its name", || {
            let mut ask = Command::new("dbus-send");
            ask.env("DBUS_SESSION_BUS_ADDRESS", &self.bus.address);
            ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", asks]);
            let answer = ask.arg("string:org.linli.app.SingleInstance").output().unwrap();
            String::from_utf8_lossy(&answer.stdout).contains("true")
        });
        program
    }

    /// What the app had the system open, in order.
    fn opened(&self) -> Vec<String> {
        let lines = std::fs::read_to_string(self.home.join("opened")).unwrap_or_default();
        lines.lines().map(str::to_owned).collect()
    }

    /// Opens a link as the system does: by starting the app with it.
    fn open_link(&self, link: &str) {
        let mut command = Command::new(place::app());
        command.arg(link);
        prepare(&mut command, &self.home, &self.bus);
        let (program, _) =
            Program::start(&mut command, &self.grounds.artifacts().join("second.log")).unwrap();
        program.end().expect("the second start hands the link over and ends well");
    }
}

fn prepare(command: &mut Command, home: &std::path::Path, bus: &Bus) {
    own_folders(command, home, Some(&bus.address));
    // What opens links writes them down: there is no browser of a person here.
    let programs = home.join("bin");
    std::fs::create_dir_all(&programs).unwrap();
    let opener = programs.join("xdg-open");
    std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >> '{}'\n", home.join("opened").display()))
        .unwrap();
    std::fs::set_permissions(&opener, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", programs.display()));
    let runtime = home.join("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    command
        .env("XDG_RUNTIME_DIR", runtime)
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("NO_AT_BRIDGE", "1")
        .env("GTK_USE_PORTAL", "0")
        .env("LANG", "en_GB.UTF-8")
        .env("LINLI_LOG", "info")
        .env_remove("LINLI_DEMO");
}

#[test]
fn opened_while_it_is_closing_the_app_opens_all_the_same() {
    let machine = Machine::new("native-anew");
    let _store: KeyStore = machine.bus.unlocked_key_store().unwrap();
    let first = machine.start_alone();
    // It stands still, as who is busy with ending, and is gone before it answers.
    let signal = |name: &str| {
        let status = Command::new("kill").args([name, &first.id().to_string()]).status();
        assert!(status.unwrap().success());
    };
    signal("-STOP");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_secs(2));
            signal("-KILL");
        });
        machine.open().see(&say(&Language::en(), "welcome.title"));
    });
}

#[test]
fn in_the_window_one_joins_reads_loses_the_network_searches_and_comes_back() {
    let en = Language::en();
    let machine = Machine::new("native");
    let community = Community::start(machine.grounds.artifacts(), machine.grounds.folder()).unwrap();
    let cable = community.cable().unwrap();
    let _store: KeyStore = machine.bus.unlocked_key_store().unwrap();
    let page = machine.open();
    page.see(&say(&en, "welcome.title"));
    join_by_code(&page, &community.invite(people::WANG_MEI, &cable).unwrap(), "王梅");

    page.go("/notices");
    page.press("[data-testid=notice-row]");
    page.find("[data-testid=notice]");
    let title = page.text(".p-article__title");

    cable.cut();
    page.go("/notices");
    page.see(&beginning(&en, "offline.banner"));
    page.fill("search", "停水");
    page.find("mark");
    page.tap("search-clear");
    page.see(&title);
    page.tap("mark-all-read");
    page.go("/me/outbox");
    page.see(&say(&en, "pending.waiting"));

    // Started again without network: it still knows everything, and what waited still waits.
    drop(page);
    let page = machine.open();
    page.find("[data-testid=notice-row]");
    page.see(&beginning(&en, "offline.banner"));
    page.go("/me/outbox");
    page.see(&say(&en, "pending.waiting"));
    cable.mend();
    page.see(&say(&en, "outbox.empty_title"));

    // A link, opened by the system while the app runs.
    let letter = community.invite(people::LI_QIANG, &cable).unwrap();
    machine.open_link(&letter.link);
    page.find("[data-testid=link-server]");
    page.see(&letter.server);
    page.tap("join");
    page.see("李强");
}

#[test]
fn the_window_has_a_screen_for_a_key_store_that_is_missing_or_wiped() {
    let en = Language::en();
    let machine = Machine::new("native-keys");
    let community = Community::start(machine.grounds.artifacts(), machine.grounds.folder()).unwrap();
    let cable = community.cable().unwrap();
    let page = machine.open();
    page.see(&say(&en, "unlock.none_title"));
    drop(page);

    let store = machine.bus.unlocked_key_store().unwrap();
    let page = machine.open();
    page.see(&say(&en, "welcome.title"));
    join_by_code(&page, &community.invite(people::WANG_MEI, &cable).unwrap(), "王梅");
    drop((page, store));
    machine.bus.wipe().unwrap();
    let _store = machine.bus.unlocked_key_store().unwrap();
    let page = machine.open();
    page.find("[data-testid=locked][data-code=key_store_wiped]");
    page.see(&say(&en, "unlock.wiped_title"));
}

#[test]
fn the_window_reports_a_repair_with_a_photo_offline_which_goes_by_itself() {
    let en = Language::en();
    let machine = Machine::new("native-repair");
    let community = Community::start(machine.grounds.artifacts(), machine.grounds.folder()).unwrap();
    let cable = community.cable().unwrap();
    let _store: KeyStore = machine.bus.unlocked_key_store().unwrap();
    let page = machine.open();
    join_by_code(&page, &community.invite(people::WANG_MEI, &cable).unwrap(), "王梅");

    page.go("/repairs");
    cable.cut();
    page.see(&beginning(&en, "offline.banner"));
    page.tap("report");
    page.hand_over("repair-photos", &place::root().join("assets/demo/notices/pictures/playground.webp"));
    page.find("[data-testid=photo] img");
    page.press("#repair-category label:last-of-type input");
    page.tap("place-home");
    page.fill("repair-words", "厨房水龙头滴水");
    page.tap("send-report");
    page.find("[data-testid=repair][data-state=reported]");
    page.see(&say(&en, "repairs.not_sent_yet"));
    page.find("[data-testid=waiting] [data-testid=pending]");

    // The window is closed and opened again without network: it waits still.
    drop(page);
    let page = machine.open();
    page.go("/repairs");
    page.press("[data-testid=repair-row]");
    page.see(&say(&en, "repairs.not_sent_yet"));
    page.find("[data-testid=picture]");

    // What the page shows then is what the server sent back.
    cable.mend();
    page.find_no("[data-testid=waiting]");
    page.see_no(&say(&en, "repairs.not_sent_yet"));
    page.find("[data-testid=repair][data-state=reported]");
    page.find("[data-testid=timeline] [data-testid=picture]");
}

#[test]
fn the_window_talks_with_a_neighbour_who_has_a_browser() {
    let en = Language::en();
    let machine = Machine::new("native-chat");
    let (artifacts, folder) = (machine.grounds.artifacts(), machine.grounds.folder());
    let community = Community::start(artifacts, folder).unwrap();
    let (cable, his_cable) = (community.cable().unwrap(), community.cable().unwrap());
    let _store: KeyStore = machine.bus.unlocked_key_store().unwrap();
    let setup = Setup::new(folder.join("li"), Keys::KeepNothing);
    let li = Host::start(&setup, &artifacts.join("li.log")).unwrap();
    li.join(&community.invite(people::LI_QIANG, &his_cable).unwrap()).unwrap();
    li.call::<SaveSettings>(&settings(en.clone(), Mode::Standard)).unwrap();
    let page = machine.open();
    join_by_code(&page, &community.invite(people::WANG_MEI, &cable).unwrap(), "王梅");
    let chromium = Driver::chromium(&artifacts.join("chromedriver.log")).unwrap();
    let session = chromium.open_chromium(&folder.join("li-chromium"), "en").unwrap();
    let his = Page::new(session, "li", artifacts.to_path_buf()).unwrap();
    his.open(&li.url("/chat"));

    let room = fill(&en, "chat.building_of", &[("code", "3")]);
    for page in [&page, &his] {
        page.go("/chat");
        page.tap_words_in("[data-testid=room-row]", &room);
        page.tap("read-rules");
        page.tap("agree");
        page.find("[data-testid=say]");
    }
    page.fill("say", "Who has a long ladder? 谁有长梯子？");
    page.keys(&key::ENTER.to_string());
    his.see("谁有长梯子？");
    his.find("[data-testid=message]:not([data-own])");
    his.fill("say", "Me, on the fifth floor.");
    his.keys(&key::ENTER.to_string());
    page.see("Me, on the fifth floor.");
    assert_eq!(page.value("say"), "");
}

#[test]
fn the_window_pays_by_card_in_the_browser_and_knows_it_although_it_was_closed_meanwhile() {
    let en = Language::en();
    let machine = Machine::new("native-card");
    let (artifacts, folder) = (machine.grounds.artifacts(), machine.grounds.folder());
    let stripe = Stripe::start(artifacts, folder).unwrap();
    let community = Community::start_with(artifacts, folder, &stripe.options().unwrap()).unwrap();
    let cable = community.cable().unwrap();
    let _store: KeyStore = machine.bus.unlocked_key_store().unwrap();
    let page = machine.open();
    join_by_code(&page, &community.invite(people::WANG_MEI, &cable).unwrap(), "王梅");
    page.go("/payments");
    page.tap("to-pay");
    page.find("[data-testid=pay-summary]");
    page.tap("pay");
    page.find("[data-testid=made][data-state=begun]");
    // The system was asked to open the page, and nothing else.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while machine.opened().is_empty() && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let opened = machine.opened();
    let [link] = opened.as_slice() else { panic!("{opened:?}") };
    assert!(link.starts_with(&format!("http://{}/pay/", cable.address())), "{link}");
    drop(page);

    let chromium = Driver::chromium(&artifacts.join("chromedriver.log")).unwrap();
    let session = chromium.open_chromium(&folder.join("payer-chromium"), "en").unwrap();
    let payer = Page::new(session, "payer", artifacts.to_path_buf()).unwrap();
    payer.open(link);
    payer.find("#pay button:enabled");
    stripe.lay_only_card_down().unwrap();
    payer.press("#pay button");
    payer.tap_words("Complete authentication");
    payer.find("main[data-state=paid]");

    let page = machine.open();
    page.go("/payments");
    page.see(&say(&en, "payments.nothing_owed"));
    assert_eq!(stripe.stands().unwrap(), (1, 0));
}
