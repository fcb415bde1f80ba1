//! `linli-server invite`

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};
use linli_wire::{
    community::{Community, Person},
    id::PersonId,
    join::Invitation,
};

use super::{Exit, Failure, open, print, resolve};
use crate::{
    Error, community,
    config::{FileOption, InvitationOptions, ListenOptions, Options, StorageOptions},
    db::Tx,
    instance,
    join::{self, Codes, Fresh},
    letter, private,
};

#[derive(Args, Debug)]
pub(super) struct Invite {
    /// Whom to invite, by the office's code such as P-0001; may be given several times.
    #[arg(long, value_name = "CODE", required_unless_present_any = ["household", "all"])]
    person: Vec<String>,
    /// Everyone of a household, by its code such as H-0001; may be given several times.
    #[arg(long, value_name = "CODE")]
    household: Vec<String>,
    /// Everyone who has not joined yet.
    #[arg(long, conflicts_with_all = ["person", "household"])]
    all: bool,
    /// Form of the invitations.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Folder for one file per person; without it, everything goes to standard output.
    #[arg(long, value_name = "FOLDER", required_if_eq("format", "html"))]
    out: Option<PathBuf>,
    /// Address of the server as residents reach it; it stands in the letters.
    #[arg(long, env = "LINLI_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    #[command(flatten)]
    invitations: InvitationOptions,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    file: FileOption,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// One JSON object per line.
    Json,
    /// For reading on a screen.
    Text,
    /// A letter to print: one A4 page.
    Html,
}

/// A person with what their letter needs.
#[derive(Clone, Debug)]
struct Guest {
    person: Person,
    home: Vec<String>,
}

impl Invite {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = resolve(Options {
            file: self.file.clone(),
            listen: ListenOptions { public_url: self.public_url.clone(), ..ListenOptions::default() },
            storage: self.storage.clone(),
            invitations: self.invitations.clone(),
            ..Options::default()
        })?;
        let address = config.listen.address;
        let server = match config.listen.public_url {
            Some(url) => url,
            // Data for a script on this computer: what `serve` without a public address calls itself.
            None if address.ip().is_loopback() && self.format == Format::Json => format!("http://{address}"),
            None => {
                return Err(Failure::new(
                    Exit::Usage,
                    format!(
                        "A letter needs the address at which residents reach the server. Give it with \
                         --public-url https://…, LINLI_PUBLIC_URL or public_url in the settings file. \
                         For a try on this computer: --public-url http://{address}."
                    ),
                ));
            }
        };
        let db = open(&config.storage).await?;
        let (persons, households, all) = (self.person.clone(), self.household.clone(), self.all);
        let found = db.read(move |tx| guests(tx, &persons, &households, all)).await?;
        let (community, guests) = found.map_err(|message| Failure::new(Exit::Usage, message))?;
        if let Some(out) = &self.out {
            private::folder(out).map_err(|error| unwritable(out, &error))?;
        }
        let codes = Codes::new(&db.write(instance::open).await?);
        let lifetime_ms = i64::try_from(config.invitations.lifetime.as_millis()).unwrap_or(i64::MAX);
        let mut progress = Progress::new(guests.len());
        for batch in guests.chunks(BATCH) {
            let fresh = draw(&codes, batch.len()).await?;
            let people: Vec<_> = batch.iter().map(|guest| guest.person.id).zip(fresh).collect();
            let (server, community_id) = (server.clone(), community.id);
            let issue = move |tx: &mut Tx<'_>| {
                let one = |(id, fresh): &(PersonId, Fresh)| {
                    join::invite(tx, community_id, *id, fresh, lifetime_ms, &server)
                };
                people.iter().map(one).collect::<Result<Vec<Invitation>, Error>>()
            };
            let invitations = db.write(issue).await?;
            for (guest, invitation) in batch.iter().zip(&invitations) {
                self.give(&community, guest, invitation)?;
            }
            progress.more(batch.len());
        }
        progress.end();
        Ok(())
    }

    fn give(&self, community: &Community, guest: &Guest, invitation: &Invitation) -> Result<(), Failure> {
        let (text, ending) = match self.format {
            Format::Json => (format!("{}\n", json(guest, invitation)), "json"),
            Format::Text => (plain(community, guest, invitation)?, "txt"),
            Format::Html => (letter::html(community, &guest.person, &guest.home, invitation)?, "html"),
        };
        match &self.out {
            None => print(&text),
            Some(out) => {
                let path = out.join(format!("{}.{ending}", guest.person.code));
                write_private(&path, &text).map_err(|error| unwritable(&path, &error))
            }
        }
    }
}

/// Letters that are issued in one transaction.
const BATCH: usize = 64;

/// Draws codes on all processors: each takes 19 MiB and a while, on purpose.
async fn draw(codes: &Codes, count: usize) -> Result<Vec<Fresh>, Failure> {
    let lost = || Failure::new(Exit::Internal, "A code could not be drawn.");
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let mut parts = Vec::with_capacity(threads);
    for part in 0..threads {
        let (codes, count) = (codes.clone(), (count + part) / threads);
        parts.push(tokio::task::spawn_blocking(move || {
            (0..count).map(|_| codes.fresh_blocking()).collect::<Result<Vec<Fresh>, Error>>()
        }));
    }
    let mut drawn = Vec::with_capacity(count);
    for part in parts {
        drawn.extend(part.await.map_err(|_| lost())??);
    }
    Ok(drawn)
}

/// How far it is, on standard error: at once on a terminal, after a while elsewhere.
struct Progress {
    total: usize,
    done: usize,
    begun: Instant,
    is_terminal: bool,
    told: bool,
}

impl Progress {
    fn new(total: usize) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { total, done: 0, begun: Instant::now(), is_terminal, told: false }
    }

    fn more(&mut self, count: usize) {
        const QUIET: Duration = Duration::from_secs(2);
        self.done += count;
        if self.total <= BATCH || !(self.is_terminal || self.begun.elapsed() > QUIET) {
            return;
        }
        self.told = true;
        let (before, after) = if self.is_terminal { ("\r", "") } else { ("", "\n") };
        let _ = write!(std::io::stderr(), "{before}{} of {} letters{after}", self.done, self.total);
    }

    fn end(&self) {
        if self.told && self.is_terminal {
            let _ = writeln!(std::io::stderr());
        }
    }
}

type Found = Result<(Community, Vec<Guest>), String>;

fn guests(tx: &mut Tx<'_>, persons: &[String], households: &[String], all: bool) -> Result<Found, Error> {
    let mut communities = community::list(tx)?;
    let Some(community) = communities.pop() else {
        return Ok(Err("There is no community yet. Load one with `linli-server import FOLDER`.".to_owned()));
    };
    if !communities.is_empty() {
        return Ok(Err("There are several communities here; invite from the app's Office area.".to_owned()));
    }
    let people = community::people(tx, community.id)?;
    let mut homes = std::collections::BTreeMap::new();
    for id in people.iter().filter_map(|person| person.household_id) {
        if let std::collections::btree_map::Entry::Vacant(free) = homes.entry(id)
            && let Some(household) = community::household(tx, community.id, id)?
        {
            free.insert(household);
        }
    }
    if let Some(unknown) = persons.iter().find(|code| !people.iter().any(|person| person.code == **code)) {
        return Ok(Err(format!("There is no person {unknown}. Codes are those of people.csv.")));
    }
    if let Some(unknown) =
        households.iter().find(|code| !homes.values().any(|household| household.code == **code))
    {
        return Ok(Err(format!("Nobody lives in a household {unknown}. Codes are those of households.csv.")));
    }
    let chosen = people.into_iter().filter_map(|person| {
        let household = person.household_id.and_then(|id| homes.get(&id));
        let meant = persons.contains(&person.code)
            || household.is_some_and(|household| households.contains(&household.code))
            || (all && !person.joined);
        let home = household.map_or(Vec::new(), |household| {
            household.units.iter().map(|unit| format!("{}-{}", unit.building_code, unit.code)).collect()
        });
        meant.then_some(Guest { person, home })
    });
    Ok(Ok((community, chosen.collect())))
}

fn json(guest: &Guest, invitation: &Invitation) -> serde_json::Value {
    serde_json::json!({
        "person": guest.person.code,
        "name": guest.person.name,
        "home": guest.home,
        "role": guest.person.role,
        "language": guest.person.language,
        "link": invitation.link,
        "server": invitation.server,
        "code": invitation.code,
        "expires_at": invitation.expires_at,
    })
}

fn plain(community: &Community, guest: &Guest, invitation: &Invitation) -> Result<String, Failure> {
    let until = letter::until(community, &guest.person, invitation)?;
    Ok(format!(
        "{} {} ({})\n  address  {}\n  code     {}\n  link     {}\n  until    {until}\n",
        guest.person.code,
        guest.person.name,
        if guest.home.is_empty() { guest.person.role.as_str().to_owned() } else { guest.home.join(", ") },
        invitation.server,
        invitation.code,
        invitation.link,
    ))
}

/// A letter holds a secret: its file is readable for its owner only.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    private::close(path);
    private::file().write(true).create(true).truncate(true).open(path)?.write_all(text.as_bytes())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Storage,
        format!("{} cannot be written: {error}. Name another folder with --out.", path.display()),
    )
}
