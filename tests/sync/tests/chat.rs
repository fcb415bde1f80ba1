//! Three people who talk through real cores and a server, with a network between them that loses, cuts and doubles.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use linli_sync_tests::on_both_engines;
use linli_testkit::{
    Engine, Fault, Garden, Resident,
    people::*,
    server::{community, person_id},
};
use linli_wire::{
    Code,
    chat::*,
    command::*,
    id::{MessageId, RoomId},
    outbox::PendingState,
};
use oorandom::Rand64;

use crate::{
    view,
    weather::{self, Weather},
};

pub(crate) fn everybody() -> RoomId {
    RoomId::of_community(community())
}

pub(crate) fn in_room(room_id: RoomId, words: &str) -> SayInRoom {
    SayInRoom {
        room_id,
        words: words.to_owned(),
        files: Vec::new(),
        reply_to: None,
        mentions: Vec::new(),
        about: None,
    }
}

pub(crate) async fn agree(who: &Resident, room_id: RoomId) {
    let room = who
        .until("the room is here", async |who| {
            who.ask::<RoomOpen>(RoomKey { id: room_id }).await.map_err(|error| error.to_string())
        })
        .await;
    if let Some(edition) = room.agree {
        who.get::<RoomAgree>(AgreeToRules { room_id, edition }).await;
    }
}

async fn say(who: &Resident, room_id: RoomId, words: &str) -> MessageId {
    who.get::<MessageSay>(in_room(room_id, words)).await.id
}

/// The messages of a room that have a number, in its order.
async fn messages(who: &Resident, room_id: RoomId) -> Vec<MessageRow> {
    let mut rows = Vec::new();
    loop {
        let first = rows.len() as u64 + 1;
        let page = who.get::<MessagesGet>(MessagesQuery { room_id, first, count: 200 }).await;
        let done = page.rows.is_empty();
        rows.extend(page.rows);
        if done {
            return rows;
        }
    }
}

async fn until_says(who: &Resident, room: RoomId, expected: &[&str]) {
    who.until("the room says it", async |who| {
        let said: Vec<String> = messages(who, room).await.into_iter().map(|row| row.words).collect();
        if said == expected { Ok(()) } else { Err(format!("{said:?}")) }
    })
    .await;
}

async fn row_of(who: &Resident, room: RoomId) -> Option<RoomRow> {
    who.get::<RoomsGet>(Empty {}).await.rooms.into_iter().find(|row| row.id == room)
}

on_both_engines! {
    async fn what_is_written_without_network_is_said_once_and_in_order(engine) {
        let garden = Garden::start(engine, 1).await;
        let (mei, li) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        let tablet = garden.another_device_of(&mei).await;
        for device in [&mei, &li] {
            agree(device, everybody()).await;
        }
        mei.network.cut();
        mei.until_offline().await;
        for words in ["one", "two", "three"] {
            say(&mei, everybody(), words).await;
        }
        let waiting = mei.get::<RoomOpen>(RoomKey { id: everybody() }).await.waiting;
        assert_eq!(waiting.iter().map(|row| row.words.as_str()).collect::<Vec<_>>(), ["one", "two", "three"]);
        say(&li, everybody(), "first").await;
        until_says(&li, everybody(), &["first"]).await;
        // The answer to the first attempt is lost after the server has taken it.
        let mut lost = false;
        mei.network.plan(move |asked| if asked.is_ops() && !std::mem::replace(&mut lost, true) { Fault::AnswerLost } else { Fault::None });
        mei.sync_now().await;
        for device in [&mei, &tablet, &li] {
            until_says(device, everybody(), &["first", "one", "two", "three"]).await;
        }
        assert!(mei.get::<RoomOpen>(RoomKey { id: everybody() }).await.waiting.is_empty());
        // Read on one device, read on the other.
        assert_eq!(row_of(&li, everybody()).await.unwrap().unread, 3);
        assert_eq!(row_of(&tablet, everybody()).await.unwrap().unread, 1, "one's own are none");
        tablet.get::<RoomRead>(SeenRoom { room_id: everybody(), number: 4 }).await;
        mei.until("it is read", async |mei| match row_of(mei, everybody()).await {
            Some(row) if row.unread == 0 => Ok(()),
            other => Err(format!("{other:?}")),
        }).await;
    }

    async fn two_who_begin_the_same_room_without_network_meet_in_it(engine) {
        let garden = Garden::start(engine, 2).await;
        let (mei, li) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        for device in [&mei, &li] {
            agree(device, everybody()).await;
            say(device, everybody(), "hello").await;
        }
        for device in [&mei, &li] {
            until_says(device, everybody(), &["hello", "hello"]).await;
        }
        mei.network.cut();
        li.network.cut();
        let room = mei.get::<DirectOpen>(NeighbourKey { id: person_id(LI_QIANG) }).await.id;
        assert_eq!(li.get::<DirectOpen>(NeighbourKey { id: person_id(WANG_MEI) }).await.id, room);
        assert_eq!(mei.get::<RoomOpen>(RoomKey { id: room }).await.other.unwrap().id, person_id(LI_QIANG));
        say(&mei, room, "from me").await;
        say(&li, room, "from me, too").await;
        mei.network.mend();
        mei.sync_now().await;
        mei.until_sent().await;
        li.network.mend();
        li.sync_now().await;
        for device in [&mei, &li] {
            until_says(device, room, &["from me", "from me, too"]).await;
        }
    }

    async fn who_is_removed_while_a_message_waits_keeps_the_words_and_nothing_of_the_room(engine) {
        let garden = Garden::start(engine, 3).await;
        let (mei, lin) = (garden.join(WANG_MEI).await, garden.join(LIN).await);
        agree(&mei, everybody()).await;
        let id = say(&mei, everybody(), "rude words").await;
        until_says(&lin, everybody(), &["rude words"]).await;
        mei.network.cut();
        say(&mei, everybody(), "and one thing more").await;
        let act = DecideCase { id, measure: Measure::Remove, why: "rude".to_owned(), rule: "be kind".to_owned() };
        lin.get::<CaseDecide>(act).await;
        lin.until_sent().await;
        mei.network.mend();
        mei.sync_now().await;
        let stuck = mei.until("the message is stuck", async |mei| {
            let rows = mei.outbox().await.rows;
            let stuck = rows.into_iter().find(|row| matches!(row.state, PendingState::Stuck { .. }));
            stuck.ok_or_else(|| "nothing is stuck".to_owned())
        }).await;
        assert!(matches!(stuck.state, PendingState::Stuck { error } if error.code == Code::NotFound));
        assert_eq!(stuck.words, "and one thing more", "to be copied");
        mei.until("the room is gone", async |mei| match row_of(mei, everybody()).await {
            None => Ok(()),
            Some(row) => Err(format!("{row:?}")),
        }).await;
        let cache = mei.cache().await;
        let left: i64 = cache.read(|db| Ok(db.query_row("SELECT COUNT(*) FROM message_body", [], |row| row.get(0))?)).unwrap();
        assert_eq!(left, 0, "the room's history has left the device");
        let told = mei.get::<RoomsGet>(Empty {}).await.measures;
        assert_eq!((told[0].measure, told[0].rule.as_str(), told[0].by.is_none()), (Measure::Remove, "be kind", true));
        // The appeal brings all of it back.
        mei.get::<AppealMake>(AppealTo { id: told[0].id, words: "sorry".to_owned() }).await;
        let appealed = lin.until("the appeal is here", async |lin| {
            let civil = lin.get::<CivilGet>(Empty {}).await;
            civil.log.into_iter().find(|act| act.appeal.is_some()).ok_or_else(|| "none".to_owned())
        }).await;
        lin.get::<AppealAnswerNow>(AnswerAppeal { id: appealed.id, lift: true, words: "all right".to_owned() }).await;
        until_says(&mei, everybody(), &["rude words"]).await;
    }

    async fn a_clock_that_is_years_off_changes_no_order(engine) {
        let garden = Garden::start(engine, 4).await;
        let (mei, li) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        for device in [&mei, &li] {
            agree(device, everybody()).await;
        }
        mei.system.advance(Duration::from_secs(10 * 365 * 24 * 60 * 60));
        let mut expected = Vec::new();
        for turn in 0..6 {
            let device = if turn % 2 == 0 { &mei } else { &li };
            say(device, everybody(), &format!("turn {turn}")).await;
            expected.push(format!("turn {turn}"));
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            until_says(&li, everybody(), &expected).await;
            until_says(&mei, everybody(), &expected).await;
        }
    }

    async fn a_phone_that_slept_for_a_month_has_it_all_when_it_wakes(engine) {
        let garden = Garden::start(engine, 5).await;
        let (mei, li) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        for device in [&mei, &li] {
            agree(device, everybody()).await;
        }
        say(&li, everybody(), "before").await;
        until_says(&mei, everybody(), &["before"]).await;
        mei.network.cut();
        let mut expected = vec!["before".to_owned()];
        for day in 0..30 {
            garden.server.advance(Duration::from_secs(24 * 60 * 60));
            say(&li, everybody(), &format!("day {day}")).await;
            li.until_sent().await;
            expected.push(format!("day {day}"));
        }
        mei.network.mend();
        mei.sync_now().await;
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        until_says(&mei, everybody(), &expected).await;
        assert_eq!(row_of(&mei, everybody()).await.unwrap().unread, 31);
    }
}

/// Schedules that one world lives through.
const IN_A_WORLD: u64 = 10;
/// Steps of a schedule.
const STEPS: u64 = 14;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_schedules_of_talk_converge_on_sqlite() {
    run(Engine::Sqlite, 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_schedules_of_talk_converge_on_postgres() {
    if Engine::Postgres.is_here() {
        run(Engine::Postgres, 10).await;
    }
}

async fn run(engine: Engine, usual: u64) {
    let (schedules, first) = weather::asked(usual);
    let mut done = 0;
    for number in first.. {
        let mut world = World::start(engine, number).await;
        for schedule in 0..IN_A_WORLD.min(schedules - done) {
            world.place = format!("world {number}, schedule {schedule} (LINLI_WORLD={number})");
            world.live().await;
            world.check().await;
            done += 1;
        }
        if done >= schedules {
            break;
        }
    }
    // Each violation has failed the test on its way here.
    println!("schedules of talk: {done}, violations: 0");
}

/// What somebody said, and what they did to it.
struct Said {
    by: usize,
    room: RoomId,
    /// Everything that its words were told to be, the newest last; an edit that was struck may count or not.
    words: Vec<String>,
    deleted: bool,
}

struct World {
    place: String,
    /// With devices of Wang Mei, Li Qiang and Chen Jing.
    weather: Weather,
    said: BTreeMap<MessageId, Said>,
    count: u64,
    rooms: [RoomId; 3],
}

const PEOPLE: [Person; 3] = [WANG_MEI, LI_QIANG, CHEN_JING];

impl World {
    async fn start(engine: Engine, number: u64) -> Self {
        let garden = Garden::start(engine, 5000 + number).await;
        let mut devices = Vec::new();
        for person in PEOPLE {
            devices.push(garden.join(person).await);
        }
        for device in &devices {
            agree(device, everybody()).await;
        }
        // They have met: the rooms of two can be begun.
        let mut said = BTreeMap::new();
        for (by, device) in devices.iter().enumerate() {
            let words = format!("I am {}", device.name);
            let id = say(device, everybody(), &words).await;
            said.insert(id, Said { by, room: everybody(), words: vec![words], deleted: false });
        }
        for device in &devices {
            view::until_level(&garden.server, device).await;
        }
        let [mei, li, _] = PEOPLE.map(person_id);
        let rooms = [everybody(), RoomId::of_two(mei, li), RoomId::of_office(mei)];
        let weather = Weather { garden, devices, random: Rand64::new(u128::from(number) + 4711) };
        Self { place: String::new(), weather, said, count: 0, rooms }
    }

    async fn live(&mut self) {
        for _ in 0..STEPS {
            match self.weather.random.rand_range(0..24) {
                0..=6 => self.say().await,
                7..=8 => self.edit().await,
                9 => self.delete().await,
                10..=11 => self.react().await,
                12..=13 => self.read().await,
                _ => self.weather.change().await,
            }
            self.weather.revive().await;
        }
    }

    /// A room, and somebody who is in it.
    fn somewhere(&mut self) -> (usize, RoomId) {
        match self.weather.pick(4) {
            0 => (self.weather.pick(2), self.rooms[1]),
            1 => ([0, 2][self.weather.pick(2)], self.rooms[2]),
            _ => (self.weather.pick(3), self.rooms[0]),
        }
    }

    /// What somebody has said and not taken back.
    fn standing(&mut self) -> Option<MessageId> {
        let standing: Vec<MessageId> =
            self.said.iter().filter(|(_, said)| !said.deleted).map(|(id, _)| *id).collect();
        if standing.is_empty() { None } else { Some(standing[self.weather.pick(standing.len())]) }
    }

    async fn say(&mut self) {
        let (by, room) = self.somewhere();
        self.count += 1;
        let words = format!("Message {}", self.count);
        let device = &self.weather.devices[by];
        if device.ask::<RoomOpen>(RoomKey { id: room }).await.is_err() {
            // The office has no room with somebody before they have written.
            return;
        }
        match device.ask::<MessageSay>(in_room(room, &words)).await {
            Ok(key) => drop(self.said.insert(key.id, Said { by, room, words: vec![words], deleted: false })),
            Err(error) if error.code == Code::Internal => {
                // Struck dead within it: it was kept or it was not, and the device knows.
                self.weather.revive().await;
                let device = &self.weather.devices[by];
                let view = device.get::<RoomOpen>(RoomKey { id: room }).await;
                let mut here = view.waiting;
                here.extend(messages(device, room).await);
                if let Some(row) = here.into_iter().find(|row| row.words == words) {
                    self.said.insert(row.id, Said { by, room, words: vec![words], deleted: false });
                }
            }
            Err(error) => panic!("{}: {error}", self.place),
        }
    }

    async fn edit(&mut self) {
        let Some(id) = self.standing() else { return };
        self.count += 1;
        let words = format!("Message {} as changed", self.count);
        let by = self.said[&id].by;
        let request = EditMessage { id, words: words.clone() };
        let done = self.weather.devices[by].ask::<MessageEdit>(request).await;
        match done {
            Ok(_) => self.said.get_mut(&id).unwrap().words.push(words),
            // Struck dead within it, it counts or not: it is said once more, and then it does.
            Err(_) => {
                self.weather.revive().await;
                let request = EditMessage { id, words: words.clone() };
                if self.weather.devices[by].ask::<MessageEdit>(request).await.is_ok() {
                    self.said.get_mut(&id).unwrap().words.push(words);
                }
            }
        }
    }

    async fn delete(&mut self) {
        let Some(id) = self.standing() else { return };
        let by = self.said[&id].by;
        let mut struck = false;
        while let Err(error) = self.weather.devices[by].ask::<MessageDelete>(MessageKey { id }).await {
            // Struck dead within it: what had never left was taken back all the same, and nothing is left of it.
            if struck && error.code == Code::NotFound {
                break;
            }
            struck |= error.code == Code::Internal;
            self.weather.revive().await;
        }
        self.said.get_mut(&id).unwrap().deleted = true;
    }

    async fn react(&mut self) {
        let Some(id) = self.standing() else { return };
        let room = self.said[&id].room;
        let by = if room == self.rooms[0] { self.weather.pick(3) } else { self.said[&id].by };
        let emoji = EMOJI[self.weather.pick(EMOJI.len())].to_owned();
        // Not there yet for this one, or struck: then there is nothing to put it on.
        let _ = self.weather.devices[by].ask::<MessageReact>(ReactToMessage { id, emoji: Some(emoji) }).await;
    }

    async fn read(&mut self) {
        let who = self.weather.any();
        let device = &self.weather.devices[who];
        let Ok(view) = device.ask::<RoomOpen>(RoomKey { id: everybody() }).await else { return };
        let _ = device.ask::<RoomRead>(SeenRoom { room_id: everybody(), number: view.last }).await;
    }

    async fn check(&mut self) {
        eprintln!("{}: {} messages", self.place, self.said.len());
        self.weather.heal().await;
        let place = &self.place;
        for room in self.rooms {
            // What was taken back before it was sent may never have been there.
            let of_room = |deleted: bool| {
                let all =
                    self.said.iter().filter(move |(_, said)| said.room == room && said.deleted == deleted);
                all.map(|(id, _)| *id).collect::<BTreeSet<MessageId>>()
            };
            let (standing, deleted) = (of_room(false), of_room(true));
            let mut first: Option<Vec<MessageRow>> = None;
            for (who, device) in self.weather.devices.iter().enumerate() {
                let is_in = room == self.rooms[0]
                    || (room == self.rooms[1] && who < 2)
                    || (room == self.rooms[2] && who != 1);
                let rows = messages(device, room).await;
                if !is_in {
                    assert!(rows.is_empty(), "{place}: {} reads what is not theirs", device.name);
                    continue;
                }
                let numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
                assert_eq!(numbers, (1..=rows.len() as u64).collect::<Vec<_>>(), "{place}: {}", device.name);
                let mut ids: BTreeSet<MessageId> = rows.iter().map(|row| row.id).collect();
                assert_eq!(ids.len(), rows.len(), "{place}: {} has each message once", device.name);
                ids.retain(|id| !deleted.contains(id));
                assert_eq!(ids, standing, "{place}: {} has what was said and nothing else", device.name);
                for row in &rows {
                    let said = &self.said[&row.id];
                    assert_eq!(row.from, person_id(PEOPLE[said.by]), "{place}");
                    if said.deleted {
                        assert_eq!((row.what, row.words.as_str()), (What::Deleted, ""), "{place}");
                    } else {
                        assert_eq!(Some(&row.words), said.words.last(), "{place}: the last edit stands");
                    }
                }
                let order = |rows: &[MessageRow]| {
                    rows.iter()
                        .map(|row| {
                            (
                                row.id,
                                row.words.clone(),
                                row.reactions.iter().map(|r| (r.emoji.clone(), r.count)).collect::<Vec<_>>(),
                            )
                        })
                        .collect::<Vec<_>>()
                };
                match &first {
                    Some(first) => assert_eq!(order(first), order(&rows), "{place}: the same for all"),
                    None => first = Some(rows),
                }
            }
        }
        self.check_order().await;
    }

    /// What one device said in one room stands there in the order in which it was said.
    async fn check_order(&self) {
        for (who, device) in self.weather.devices.iter().enumerate() {
            for room in self.rooms {
                let own = |row: &MessageRow| row.from == person_id(PEOPLE[who]);
                let first_words = |id: MessageId| {
                    let words = &self.said[&id].words[0];
                    words.strip_prefix("Message ").and_then(|rest| rest.parse::<u64>().ok()).unwrap_or(0)
                };
                let rows = messages(device, room).await;
                let order: Vec<u64> =
                    rows.iter().filter(|row| own(row)).map(|row| first_words(row.id)).collect();
                assert!(order.is_sorted(), "{}: {} in {room}: {order:?}", self.place, device.name);
            }
        }
    }
}
