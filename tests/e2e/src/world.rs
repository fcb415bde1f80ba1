//! One test's people and places.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use linli_wire::{
    Language,
    command::{AppGet, Empty, NewNotice, NoticeNew, RoomsGet, SaveSettings},
    notices::{Audience, NoticeText, Publish, SaveNotice},
    settings::{Mode, Settings, Theme},
};
use tempfile::TempDir;

use crate::{
    community::Community,
    driver::Driver,
    host::{Host, Keys, Setup},
    page::Page,
    place,
    stripe::Stripe,
    wire_cutter::Cable,
};

/// The demo's people, by the office's codes.
pub mod people {
    /// Wang Mei, resident of 3-1201.
    pub const WANG_MEI: &str = "P-0001";
    /// Grandma Wang, of the same household.
    pub const GRANDMA_WANG: &str = "P-0002";
    /// Li Qiang, a neighbour.
    pub const LI_QIANG: &str = "P-0003";
    /// Zhao of the repairs.
    pub const ZHAO: &str = "P-0004";
    /// Chen Jing of the office.
    pub const CHEN_JING: &str = "P-0005";
    /// Lin, the manager.
    pub const LIN: &str = "P-0006";
}

/// The folders of one test: one that ends with it, and one for what is kept when it fails.
pub struct Grounds {
    artifacts: PathBuf,
    folder: TempDir,
}

impl Grounds {
    /// Folders for the test `name`; what an earlier run left is gone.
    ///
    /// # Panics
    /// When they cannot be made.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        let artifacts = place::artifacts().join(name);
        // Nothing there is fine.
        let _ = fs::remove_dir_all(&artifacts);
        fs::create_dir_all(&artifacts).expect("a folder for artifacts");
        Self { artifacts, folder: tempfile::tempdir().expect("a folder for the test") }
    }

    /// Where pictures and logs of this test go.
    pub fn artifacts(&self) -> &Path {
        &self.artifacts
    }

    /// A folder that ends with the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Grounds {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // Nobody looks at what went well.
            let _ = fs::remove_dir_all(&self.artifacts);
        }
    }
}

/// The demo community, a driver, and folders for everything; all of it ends with the test.
pub struct World {
    /// The community server.
    pub community: Community,
    driver: Driver,
    grounds: Grounds,
}

/// A device in somebody's hand, with the face open in a browser.
pub struct Device {
    /// What the person sees.
    pub page: Page,
    /// Its core.
    pub host: Host,
    /// Its cable to the server.
    pub cable: Cable,
    /// What it was started with, to start it again.
    pub setup: Setup,
}

/// A device in a pocket.
pub struct Unseen {
    /// Its core.
    pub host: Host,
    /// Its cable to the server.
    pub cable: Cable,
}

/// Waits until something holds that no page shows.
///
/// # Panics
/// When it does not for twenty seconds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    const PATIENCE: Duration = Duration::from_secs(20);
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl World {
    /// A world for the test `name`.
    ///
    /// # Panics
    /// When a program is missing or does not start.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        Self::on(Grounds::new(name), &[])
    }

    /// A world whose community takes cards, and what stands in for their provider.
    ///
    /// # Panics
    /// When a program is missing or does not start.
    #[track_caller]
    pub fn with_cards(name: &str) -> (Self, Stripe) {
        let grounds = Grounds::new(name);
        let stripe = Stripe::start(grounds.artifacts(), grounds.folder());
        let stripe = stripe.unwrap_or_else(|error| panic!("{error:#}"));
        let options = stripe.options().unwrap_or_else(|error| panic!("{error:#}"));
        (Self::on(grounds, &options), stripe)
    }

    #[track_caller]
    fn on(grounds: Grounds, options: &[String]) -> Self {
        let started = Community::start_with(grounds.artifacts(), grounds.folder(), options);
        let community = started.unwrap_or_else(|error| panic!("{error:#}"));
        let driver = Driver::chromium(&grounds.artifacts().join("chromedriver.log"));
        Self { community, driver: driver.unwrap_or_else(|error| panic!("{error:#}")), grounds }
    }

    /// Where pictures and logs of this test go.
    pub fn artifacts(&self) -> &Path {
        self.grounds.artifacts()
    }

    /// A folder that ends with the test.
    pub fn folder(&self) -> &Path {
        self.grounds.folder()
    }

    /// A device that nobody has used yet, called `name`, that keeps nothing.
    #[track_caller]
    pub fn device(&self, name: &str) -> Device {
        self.device_with(name, Keys::KeepNothing, None)
    }

    /// A device that nobody has used yet.
    ///
    /// # Panics
    /// When a program does not start.
    #[track_caller]
    pub fn device_with(&self, name: &str, keys: Keys, bus: Option<String>) -> Device {
        let setup = Setup { bus, ..Setup::new(self.folder().join(name), keys) };
        self.start(name, setup, self.community.cable().expect("a cable"))
    }

    /// A device that offers the demo's people, as the file `people` has them.
    ///
    /// # Panics
    /// When a program does not start.
    #[track_caller]
    pub fn demo_device(&self, name: &str, people: PathBuf) -> Device {
        let setup = Setup { demo: Some(people), ..Setup::new(self.folder().join(name), Keys::KeepNothing) };
        self.start(name, setup, self.community.cable().expect("a cable"))
    }

    /// Kills a device, as a battery that falls out does, and starts it again: its folder is as it was.
    #[track_caller]
    pub fn restart(&self, name: &str, device: Device) -> Device {
        self.restart_after(name, device, |_| ())
    }

    /// Kills a device and starts it again after `meanwhile`, which may change what it is started with.
    #[track_caller]
    pub fn restart_after(&self, name: &str, device: Device, meanwhile: impl FnOnce(&mut Setup)) -> Device {
        let Device { page, host, cable, mut setup } = device;
        drop((page, host));
        meanwhile(&mut setup);
        self.start(name, setup, cable)
    }

    /// Closes a device properly and starts it again after `meanwhile`.
    ///
    /// # Panics
    /// When it does not end well.
    #[track_caller]
    pub fn reopen_after(&self, name: &str, device: Device, meanwhile: impl FnOnce(&mut Setup)) -> Device {
        let Device { page, host, cable, mut setup } = device;
        drop(page);
        host.close().unwrap_or_else(|error| panic!("{name}: {error:#}"));
        meanwhile(&mut setup);
        self.start(name, setup, cable)
    }

    /// Starts a device on `cable`.
    ///
    /// # Panics
    /// When a program does not start.
    #[track_caller]
    pub fn start(&self, name: &str, setup: Setup, cable: Cable) -> Device {
        let log = self.artifacts().join(format!("{name}.log"));
        let host = Host::start(&setup, &log).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let page = self.page(name);
        page.prefer("prefers-color-scheme", "light");
        page.open(&host.url("/"));
        Device { page, host, cable, setup }
    }

    /// A browser of its own, called `name`.
    #[track_caller]
    pub fn page(&self, name: &str) -> Page {
        let profile = self.folder().join(format!("{name}-chromium"));
        let session =
            self.driver.open_chromium(&profile, "en").unwrap_or_else(|error| panic!("{name}: {error:#}"));
        Page::new(session, name, self.artifacts().to_path_buf())
            .unwrap_or_else(|error| panic!("{name}: {error:#}"))
    }

    /// A device of `person` that nobody looks at: its core alone, level with the server.
    ///
    /// # Panics
    /// When the program does not start, the letter is refused, or the server says nothing.
    #[track_caller]
    pub fn unseen(&self, name: &str, person: &str) -> Unseen {
        let setup = Setup::new(self.folder().join(name), Keys::KeepNothing);
        let cable = self.community.cable().expect("a cable");
        let host = Host::start(&setup, &self.artifacts().join(format!("{name}.log")));
        let host = host.unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let letter =
            self.community.invite(person, &cable).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        host.join(&letter).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        until("it is level with the server", || {
            host.call::<RoomsGet>(&Empty {}).is_ok_and(|view| view.updated_at.is_some())
        });
        Unseen { host, cable }
    }

    /// A device on which `person` has joined already, with the face as they like it, and level with the server.
    #[track_caller]
    pub fn joined(&self, name: &str, person: &str, settings: Settings) -> Device {
        let device = self.device(name);
        device.join(&self.community, person);
        device.set(settings);
        device.page.open(&device.host.url("/notices"));
        device.page.find("[data-testid=updated-at]");
        device.page.go("/");
        device
    }
}

impl Device {
    /// Joins as `person`, past the screens for it, and waits for the notices.
    ///
    /// # Panics
    /// When the letter is refused.
    #[track_caller]
    pub fn join(&self, community: &Community, person: &str) {
        let letter = community.invite(person, &self.cable).unwrap_or_else(|error| panic!("{error:#}"));
        self.host.join(&letter).unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// The language its face speaks.
    ///
    /// # Panics
    /// When the host does not answer.
    #[track_caller]
    pub fn language(&self) -> Language {
        self.host.call::<AppGet>(&Empty {}).unwrap_or_else(|error| panic!("{error:#}")).settings.language
    }

    /// Sets how the face looks.
    ///
    /// # Panics
    /// When the host refuses.
    #[track_caller]
    pub fn set(&self, settings: Settings) {
        self.host.call::<SaveSettings>(&settings).unwrap_or_else(|error| panic!("{error:#}"));
    }
}

/// Settings in light colours at the usual size.
pub fn settings(language: Language, mode: Mode) -> Settings {
    Settings { language, mode, theme: Theme::Light, ..Settings::default() }
}

/// A notice for the whole community, as a device of the office sends it.
///
/// # Panics
/// When the device is nobody's of the office.
#[track_caller]
pub fn notice(office: &Device, title: &str) -> SaveNotice {
    let new = office.host.call::<NoticeNew>(&NewNotice { template: None });
    let new = new.unwrap_or_else(|error| panic!("{error:#}"));
    let text = NoticeText { title: title.to_owned(), body: title.to_owned() };
    let mut content = new.content;
    content.texts.insert(Language::zh(), text);
    content.category = "other".to_owned();
    content.audience = Audience::Community;
    SaveNotice { id: new.id, base_version: 0, content, publish: Publish::Now }
}
