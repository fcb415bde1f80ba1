//! Convergence: whatever happens in whatever order, when the network heals everybody sees the same,
//! and every operation was applied exactly once.
//!
//! A world is a server, somebody of the office, and a resident with two devices. A schedule is a series
//! of steps in it, drawn from a seed: people write and read, cables are pulled, answers are lost, cut and
//! doubled, requests overtake each other, apps and the server are killed and come back, tokens run out.
//! After each schedule the network heals; then
//!
//! * each device holds what the server's log has for it, row by row;
//! * each operation that a device settled stands once in the server's record, and nothing else does;
//! * each notice has as many versions as operations on it, and the text that was saved last;
//! * what somebody read is read on both devices.
//!
//! `LINLI_SCHEDULES` sets how many schedules are run; a failure names its world and schedule.

use std::collections::{BTreeMap, BTreeSet};

use linli_server::params;
use linli_testkit::{Engine, Garden, people::*, server::community};
use linli_wire::{
    Language, Timestamp,
    command::*,
    id::{NoticeId, OpId},
    notices::{NoticeContent, NoticeText, NoticesQuery, Publish, SaveNotice},
    ops::{Action, Op},
    settings::Preferences,
};
use oorandom::Rand64;
use uuid::Uuid;

use crate::{
    view,
    weather::{self, Weather},
};

/// Schedules that one world lives through.
const IN_A_WORLD: u64 = 10;
/// Steps of a schedule.
const STEPS: u64 = 14;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_schedules_converge_on_sqlite() {
    run(Engine::Sqlite, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_schedules_converge_on_postgres() {
    if Engine::Postgres.is_here() {
        run(Engine::Postgres, 20).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_was_applied_twice_does_not_escape_the_check() {
    let mut world = World::start(Engine::Sqlite, 500).await;
    world.write().await;
    world.check().await;
    // The same edit once more, under another id, as a client that forgot its ids would send it.
    let device = world.weather.devices[CHEN].get::<DevicesList>(Empty {}).await.this.unwrap();
    let id = *world.written.keys().next().unwrap();
    let content = world.weather.devices[CHEN].editor(id).await.content;
    let action = Action::SaveNotice { notice_id: id, base_version: 1, content, publish: Publish::Keep };
    let op = Op { id: OpId(Uuid::from_u128(77)), lane: "x".to_owned(), at: Timestamp(1), action };
    let batch = [linli_server::ops::Given::Op(op)];
    world
        .weather
        .garden
        .server
        .write(move |tx| {
            let caller = linli_server::auth::again(tx, device)?;
            linli_server::ops::apply(tx, &caller, &batch)
        })
        .await;
    for device in &world.weather.devices {
        view::until_level(&world.weather.garden.server, device).await;
    }
    let checked = tokio::spawn(async move { world.check_operations("doubled").await });
    assert!(checked.await.unwrap_err().is_panic(), "the doubled edit was not noticed");
}

async fn run(engine: Engine, usual: u64) {
    let (schedules, first) = weather::asked(usual);
    let mut done = 0;
    for number in first.. {
        let mut world = World::start(engine, number).await;
        for schedule in 0..IN_A_WORLD.min(schedules - done) {
            world.schedule = schedule;
            world.live().await;
            world.check().await;
            done += 1;
        }
        if done >= schedules {
            break;
        }
    }
    // Each violation has failed the test on its way here.
    println!("schedules: {done}, violations: 0");
}

struct World {
    number: u64,
    schedule: u64,
    /// With a device of Chen Jing's and two of Wang Mei's.
    weather: Weather,
    /// Notices by Chen, with the title saved last; none once withdrawn.
    written: BTreeMap<NoticeId, Option<String>>,
    titles: u64,
}

const CHEN: usize = 0;

impl World {
    async fn start(engine: Engine, number: u64) -> Self {
        let garden = Garden::start(engine, 1000 + number).await;
        let (chen, mei) = (garden.join(CHEN_JING).await, garden.join(WANG_MEI).await);
        let tablet = garden.another_device_of(&mei).await;
        let random = Rand64::new(u128::from(number) + 77);
        let weather = Weather { garden, devices: vec![chen, mei, tablet], random };
        Self { number, schedule: 0, weather, written: BTreeMap::new(), titles: 0 }
    }

    async fn live(&mut self) {
        for _ in 0..STEPS {
            match self.weather.random.rand_range(0..24) {
                0..=4 => self.write().await,
                5..=6 => self.change().await,
                7 => self.withdraw().await,
                8..=11 => self.read().await,
                12 => self.prefer().await,
                _ => self.weather.change().await,
            }
            self.weather.revive().await;
        }
    }

    /// What Chen has written and not withdrawn.
    fn standing(&mut self) -> Option<NoticeId> {
        let standing: Vec<NoticeId> =
            self.written.iter().filter(|(_, title)| title.is_some()).map(|(id, _)| *id).collect();
        if standing.is_empty() { None } else { Some(standing[self.weather.pick(standing.len())]) }
    }

    async fn write(&mut self) {
        let title = self.title();
        let chen = &self.weather.devices[CHEN];
        let Ok(fresh) = chen.ask::<NoticeNew>(NewNotice { template: None }).await else { return };
        self.save(fresh.id, 0, Publish::Now, title).await;
    }

    async fn change(&mut self) {
        let Some(id) = self.standing() else { return };
        let title = self.title();
        let chen = &self.weather.devices[CHEN];
        let Ok(open) = chen.ask::<OfficeNoticeOpen>(NoticeKey { id }).await else { return };
        self.save(id, open.base_version, Publish::Keep, title).await;
    }

    async fn save(&mut self, id: NoticeId, base_version: u64, publish: Publish, title: String) {
        let chen = &self.weather.devices[CHEN];
        let Ok(open) = chen.ask::<OfficeNoticeOpen>(NoticeKey { id }).await else { return };
        // An edit that replaces a save that never left takes over what that one was to do.
        let publish = if base_version == 0 { Publish::Now } else { publish };
        let text = NoticeText { title: title.clone(), body: format!("停水 {title}") };
        let texts = [(Language::en(), text)].into();
        let content = NoticeContent { texts, ..open.content };
        let request = SaveNotice { id, base_version, content, publish };
        match chen.ask::<NoticeSave>(request).await {
            Ok(_) => {
                self.written.insert(id, Some(title));
            }
            // Struck dead within the save: it was kept or it was not, and the editor knows.
            Err(_) => {
                self.weather.revive().await;
                let open = self.weather.devices[CHEN].editor(id).await;
                if let Some(text) = open.content.texts.get(&Language::en()).filter(|text| text.title == title)
                {
                    self.written.insert(id, Some(text.title.clone()));
                }
            }
        }
    }

    async fn withdraw(&mut self) {
        let Some(id) = self.standing() else { return };
        // A withdrawal that was struck may stand or not: it is said again.
        while self.weather.devices[CHEN].ask::<NoticeWithdraw>(NoticeKey { id }).await.is_err() {
            self.weather.revive().await;
        }
        self.written.insert(id, None);
    }

    async fn read(&mut self) {
        let who = 1 + self.weather.pick(2);
        let all = self.weather.random.rand_range(0..4) == 0;
        let device = &self.weather.devices[who];
        let query = NoticesQuery { unread_only: true, ..Default::default() };
        let Ok(page) = device.ask::<NoticesList>(query).await else { return };
        let ids = if all { Vec::new() } else { page.rows.iter().take(1).map(|row| row.id).collect() };
        if all || !ids.is_empty() {
            // Struck dead, it was not read; the next look says so.
            let _ = device.ask::<NoticesRead>(NoticeKeys { ids }).await;
        }
    }

    async fn prefer(&mut self) {
        let who = 1 + self.weather.pick(2);
        let muted =
            if self.weather.random.rand_range(0..2) == 0 { vec![] } else { vec!["activities".to_owned()] };
        let _ = self.weather.devices[who]
            .ask::<PreferencesSave>(Preferences { muted_categories: muted, ..Default::default() })
            .await;
    }

    fn title(&mut self) -> String {
        self.titles += 1;
        format!("Title {}", self.titles)
    }

    /// The network heals; then everybody sees the same.
    async fn check(&mut self) {
        let place =
            format!("world {}, schedule {} (LINLI_WORLD={})", self.number, self.schedule, self.number);
        eprintln!("{place}: {} notices", self.written.len());
        self.weather.heal().await;
        self.check_notices(&place).await;
        self.check_operations(&place).await;
        self.check_marks(&place).await;
    }

    async fn check_notices(&self, place: &str) {
        for device in &self.weather.devices {
            let shown: BTreeMap<NoticeId, String> =
                device.notices().await.rows.into_iter().map(|row| (row.id, row.title)).collect();
            for (id, title) in &self.written {
                assert_eq!(shown.get(id), title.as_ref(), "{place}: {} shows {id}", device.name);
            }
        }
    }

    async fn check_operations(&self, place: &str) {
        let mut saves: BTreeMap<Uuid, u64> = BTreeMap::new();
        let mut withdrawn: BTreeSet<Uuid> = BTreeSet::new();
        for device in &self.weather.devices {
            let this = device.get::<DevicesList>(Empty {}).await.this.unwrap();
            let sql = "SELECT op_id FROM op WHERE device_id = $1";
            let look = move |tx: &mut linli_server::db::Tx<'_>| {
                tx.query(sql, params![this])?.iter().map(|row| Ok(row.get(0)?)).collect()
            };
            let recorded: BTreeSet<OpId> = self.weather.garden.server.look(look).await;
            let own: Vec<(Uuid, String)> = device
                .cache()
                .await
                .read(|db| {
                    let mut select =
                        db.prepare("SELECT id, op FROM outbox WHERE state IN ('acked', 'settled')")?;
                    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                    Ok(rows.map(Result::unwrap).collect())
                })
                .unwrap();
            let settled: BTreeSet<OpId> = own.iter().map(|(id, _)| OpId(*id)).collect();
            assert_eq!(recorded, settled, "{place}: the operations of {}", device.name);
            for (_, op) in own {
                let op: serde_json::Value = serde_json::from_str(&op).unwrap();
                let id = || op["action"]["notice_id"].as_str().unwrap().parse::<Uuid>().unwrap();
                match op["action"]["kind"].as_str() {
                    Some("save_notice") => *saves.entry(id()).or_default() += 1,
                    // Said twice after a kill, the second one finds it withdrawn and changes nothing.
                    Some("withdraw_notice") => drop(withdrawn.insert(id())),
                    _ => {}
                }
            }
        }
        let look = |tx: &mut linli_server::db::Tx<'_>| {
            let sql = "SELECT id, version FROM notice WHERE community_id = $1";
            tx.query(sql, params![community()])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
        };
        let versions: BTreeMap<NoticeId, u64> = self.weather.garden.server.look(look).await;
        for (id, version) in versions.iter().filter(|(id, _)| self.written.contains_key(id)) {
            let expected = saves.get(&id.0).copied().unwrap_or(0) + u64::from(withdrawn.contains(&id.0));
            assert_eq!(*version, expected, "{place}: {id} was changed once by each operation");
        }
    }

    async fn check_marks(&self, place: &str) {
        let marks = view::read_marks(&self.weather.garden.server, WANG_MEI).await;
        for device in &self.weather.devices[1..] {
            for row in device.notices().await.rows {
                assert_eq!(
                    !row.unread,
                    marks.contains(&row.id),
                    "{place}: {} has read {}",
                    device.name,
                    row.id
                );
            }
        }
    }
}
