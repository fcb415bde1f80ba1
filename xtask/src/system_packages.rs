//! What the operating system must bring, each with its reason.

use anyhow::{Context, Result};

use crate::program;

/// What a package is needed for. A job asks for the groups it uses and for nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Group {
    /// Everything that is compiled for this machine.
    Build,
    /// The native window.
    Window,
    /// The small face of a release.
    Release,
    /// What the tests drive and look at.
    Test,
    /// Other people's servers, beside which figures are measured.
    Peers,
}

impl Group {
    const ALL: [(&'static str, Self); 5] =
        [("build", Build), ("window", Window), ("release", Release), ("test", Test), ("peers", Peers)];
}

/// The groups that these words name; if there is no word, all but the peers, which nobody needs for working.
pub(crate) fn groups(words: &[&str]) -> Result<Vec<Group>> {
    if words.is_empty() {
        return Ok(Group::ALL.into_iter().map(|(_, group)| group).filter(|group| *group != Peers).collect());
    }
    let named = |word: &&str| Group::ALL.iter().find(|(name, _)| name == word).map(|(_, group)| *group);
    words.iter().map(|word| named(word).with_context(|| format!("There is no group `{word}`"))).collect()
}

/// A package of Debian and Ubuntu.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    pub(crate) why: &'static str,
    /// A program that stands for the package, for those that people often have from elsewhere.
    pub(crate) program: Option<&'static str>,
}

impl Package {
    const fn new(group: Group, name: &'static str, why: &'static str) -> Self {
        Self { name, group, why, program: None }
    }

    const fn program(group: Group, name: &'static str, program: &'static str, why: &'static str) -> Self {
        Self { name, group, why, program: Some(program) }
    }
}

use Group::{Build, Peers, Release, Test, Window};

/// The packages of Debian 12 and later, and of Ubuntu 22.04 and later.
pub(crate) const DEBIAN: [Package; 34] = [
    Package::program(Build, "gcc", "cc", "links Rust programs and compiles SQLite"),
    Package::new(Build, "libc6-dev", "links Rust programs"),
    Package::program(Build, "make", "make", "builds native parts of libraries"),
    Package::program(Build, "pkg-config", "pkg-config", "finds the system's libraries"),
    Package::new(Build, "libssl-dev", "encrypts the resident's database, and HTTPS"),
    Package::new(Window, "libwebkit2gtk-4.1-dev", "shows the app in its window"),
    Package::new(Window, "librsvg2-dev", "draws the window's icons"),
    Package::new(Window, "libayatana-appindicator3-dev", "puts the app's icon into the tray"),
    Package::new(Window, "fonts-noto-cjk", "Chinese text"),
    Package::program(Release, "nodejs", "node", "runs the shrinker of the compiled face"),
    Package::program(Release, "npm", "npm", "fetches the shrinker of the compiled face"),
    Package::program(
        Release,
        "dpkg-dev",
        "dpkg-shlibdeps",
        "finds out which libraries the app's package needs",
    ),
    Package::program(Test, "clang", "clang", "compiles SQLite for WebAssembly, to keep the core portable"),
    Package::new(Test, "webkit2gtk-driver", "drives the app's window in tests"),
    Package::new(Test, "xvfb", "a display for tests on machines without one"),
    Package::new(Test, "xauth", "lets tests use that display"),
    Package::new(Test, "dbus-daemon", "a session bus of the tests' own"),
    Package::new(Test, "dbus-x11", "lets the window find that bus"),
    Package::new(Test, "gnome-keyring", "the key store that tests lock, unlock and wipe"),
    Package::new(Test, "fonts-noto-core", "Latin text that looks the same in every picture"),
    Package::new(Test, "chromium", "shows the app to the browser tests"),
    Package::new(Test, "chromium-driver", "drives Chromium in tests"),
    Package::new(Test, "postgresql", "the second database engine of the server's tests"),
    Package::program(Test, "python3", "python3", "runs the stand-in for the provider of card payments"),
    Package::new(Test, "python3-venv", "a folder of its own for that stand-in"),
    Package::program(Test, "poppler-utils", "pdftotext", "reads and draws the papers that tests print"),
    Package::program(Test, "brotli", "brotli", "measures what the face weighs on the wire"),
    Package::program(Test, "strace", "strace", "makes disks fail at a chosen moment in tests"),
    Package::program(Test, "librsvg2-bin", "rsvg-convert", "draws the codes that bills are paid by"),
    Package::program(Test, "zbar-tools", "zbarimg", "reads back the codes that bills are paid by"),
    Package::program(Test, "hledger", "hledger", "checks that what the bookkeeper takes over balances"),
    Package::program(Test, "mmdebstrap", "mmdebstrap", "a clean Debian to install the app's package into"),
    Package::program(Peers, "prosody", "prosody", "a chat server to be faster than"),
    Package::program(Peers, "mosquitto", "mosquitto", "a message broker to be faster than"),
];

/// Another system, where we name the packages and leave the rest to its owner.
pub(crate) struct OtherSystem {
    pub(crate) name: &'static str,
    /// Answers whether the packages that follow it are installed; `None` where no single command can tell.
    pub(crate) query: Option<&'static [&'static str]>,
    pub(crate) install: &'static str,
    /// What is to be done besides.
    pub(crate) hint: &'static str,
    packages: &'static [(Group, &'static str)],
}

impl OtherSystem {
    pub(crate) fn packages(&self, groups: &[Group]) -> Vec<&'static str> {
        self.packages.iter().filter(|(group, _)| groups.contains(group)).map(|(_, name)| *name).collect()
    }
}

const FEDORA: OtherSystem = OtherSystem {
    name: "Fedora",
    query: Some(&["rpm", "-q"]),
    install: "sudo dnf install",
    hint: "",
    packages: &[
        (Build, "gcc"),
        (Build, "make"),
        (Build, "pkgconf-pkg-config"),
        (Build, "openssl-devel"),
        (Window, "webkit2gtk4.1-devel"),
        (Window, "librsvg2-devel"),
        (Window, "libayatana-appindicator-gtk3-devel"),
        (Window, "google-noto-sans-cjk-fonts"),
        (Release, "nodejs"),
        (Release, "nodejs-npm"),
        (Test, "clang"),
        (Test, "webkitgtk6.0"), // has WebKitWebDriver, which drives windows of 4.1, too
        (Test, "xorg-x11-server-Xvfb"),
        (Test, "xorg-x11-xauth"),
        (Test, "dbus-daemon"),
        (Test, "dbus-x11"),
        (Test, "gnome-keyring"),
        (Test, "chromium"),
        (Test, "chromedriver"),
        (Test, "postgresql-server"),
        (Test, "python3"),
        (Test, "poppler-utils"),
        (Test, "brotli"),
        (Test, "strace"),
        (Test, "librsvg2-tools"),
        (Test, "zbar"),
        (Test, "hledger"),
        (Peers, "prosody"),
        (Peers, "mosquitto"),
    ],
};

const ARCH: OtherSystem = OtherSystem {
    name: "Arch Linux",
    query: Some(&["pacman", "-Q"]),
    install: "sudo pacman -S --needed",
    hint: "",
    packages: &[
        (Build, "gcc"),
        (Build, "make"),
        (Build, "pkgconf"),
        (Build, "openssl"),
        (Window, "webkit2gtk-4.1"),
        (Window, "librsvg"),
        (Window, "libayatana-appindicator"),
        (Window, "noto-fonts-cjk"),
        (Release, "nodejs"),
        (Release, "npm"),
        (Test, "clang"),
        (Test, "webkitgtk-6.0"), // has WebKitWebDriver, which drives windows of 4.1, too
        (Test, "xorg-server-xvfb"),
        (Test, "xorg-xauth"),
        (Test, "gnome-keyring"),
        (Test, "chromium"),
        (Test, "postgresql"),
        (Test, "python"),
        (Test, "poppler"),
        (Test, "brotli"),
        (Test, "strace"),
        (Test, "librsvg"),
        (Test, "zbar"),
        (Test, "hledger"),
        (Peers, "prosody"),
        (Peers, "mosquitto"),
    ],
};

const MACOS: OtherSystem = OtherSystem {
    name: "macOS",
    query: Some(&["brew", "list", "--versions"]),
    install: "xcode-select --install; brew install",
    hint: "",
    packages: &[
        (Build, "pkgconf"),
        (Release, "node"),
        (Test, "llvm"),
        (Test, "postgresql@17"),
        (Test, "python"),
        (Test, "poppler"),
        (Test, "brotli"),
        (Test, "librsvg"),
        (Test, "zbar"),
        (Test, "hledger"),
    ],
};

const WINDOWS: OtherSystem = OtherSystem {
    name: "Windows",
    query: None,
    install: "winget install",
    hint: "In the Build Tools choose “Desktop development with C++”. For the encrypted database set OPENSSL_DIR to the \
           folder of OpenSSL, usually C:\\Program Files\\OpenSSL-Win64, and OPENSSL_LIB_DIR to lib\\VC\\x64\\MD in it.",
    packages: &[
        (Build, "Microsoft.VisualStudio.2022.BuildTools"),
        (Build, "ShiningLight.OpenSSL.Dev"),
        (Window, "Microsoft.EdgeWebView2Runtime"),
        (Release, "OpenJS.NodeJS.LTS"),
        (Test, "LLVM.LLVM"),
        (Test, "PostgreSQL.PostgreSQL.17"),
    ],
};

/// The system this job runs on.
pub(crate) enum System {
    Debian,
    Other(&'static OtherSystem),
    Unknown,
}

impl System {
    pub(crate) fn here() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Other(&MACOS),
            "windows" => Self::Other(&WINDOWS),
            _ => Self::of(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// Reads the family out of `/etc/os-release`, so that relatives of a distribution count as it.
    fn of(release: &str) -> Self {
        let field = |name: &str| {
            release
                .lines()
                .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix('=')?.trim_matches('"')))
        };
        let family =
            format!(" {} {} ", field("ID").unwrap_or_default(), field("ID_LIKE").unwrap_or_default());
        let is = |name: &str| family.contains(&format!(" {name} "));
        if (is("debian") || is("ubuntu")) && program::find("apt-get").is_some() {
            Self::Debian
        } else if is("fedora") || is("rhel") {
            Self::Other(&FEDORA)
        } else if is("arch") {
            Self::Other(&ARCH)
        } else {
            Self::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(release: &str) -> &'static str {
        match System::of(release) {
            System::Debian => "Debian",
            System::Other(other) => other.name,
            System::Unknown => "unknown",
        }
    }

    #[test]
    fn the_family_of_a_distribution_decides() {
        assert_eq!(family("NAME=x\nID=fedora\n"), "Fedora");
        assert_eq!(family("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), "Fedora");
        assert_eq!(family("ID=manjaro\nID_LIKE=arch\n"), "Arch Linux");
        assert_eq!(family("ID=archaic\n"), "unknown");
        assert_eq!(family(""), "unknown");
    }

    #[test]
    fn no_package_is_listed_twice() {
        let mut names: Vec<&str> = DEBIAN.iter().map(|package| package.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), DEBIAN.len());
    }
}
