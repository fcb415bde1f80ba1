//! System notifications: emergencies always, others once an hour at most and never when muted.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use linli_core::{
    account::{self, Account},
    cache::Cache,
    ports::{Answer, Network, NetworkError, Ports, Request, Task},
    session,
};
use linli_testkit::{
    Desk, FakeKeyStore, FakeSystem, PATIENCE, Pace,
    pages::{PageBuilder, Pages, Thing, notice_with, repair_ground, repair_with},
};
use linli_wire::{
    Timestamp,
    community::Role,
    id::{AccountId, DeviceId},
    session::{Membership, Tokens},
    sync::SyncPage,
};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

/// A server that sends what the test gives it: the first page when asked, the rest over the stream.
struct Scripted {
    first: Mutex<VecDeque<SyncPage>>,
    live: Mutex<Option<mpsc::UnboundedReceiver<String>>>,
    /// Addresses to which something was told.
    told: Arc<Mutex<Vec<String>>>,
}

impl Network for Scripted {
    fn send(&self, request: Request) -> Task<'_, Result<Answer, NetworkError>> {
        let json = |page: &SyncPage| serde_json::to_string(page).unwrap();
        let answer = if request.url.contains("/v1/sync") {
            let page = self.first.lock().unwrap().pop_front().unwrap();
            let body: Bytes = json(&page).into();
            Answer {
                status: 200,
                content_type: "application/json".to_owned(),
                upload_offset: None,
                body: Box::pin(stream::iter([Ok(body)])),
            }
        } else if request.method == "POST" && request.url.ends_with("/typing") {
            self.told.lock().unwrap().push(request.url);
            Answer {
                status: 204,
                content_type: String::new(),
                upload_offset: None,
                body: Box::pin(stream::iter([])),
            }
        } else if request.url.contains("/v1/ops") {
            return Box::pin(std::future::ready(Err(NetworkError("writes do not get through".to_owned()))));
        } else {
            let events = self.live.lock().unwrap().take().unwrap();
            let events = stream::unfold(events, |mut live| async move { Some((live.recv().await?, live)) });
            let body = events.map(|event| Ok(Bytes::from(event)));
            Answer {
                status: 200,
                content_type: "text/event-stream".to_owned(),
                upload_offset: None,
                body: Box::pin(body),
            }
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// Wang Mei's account, following a scripted server.
pub(crate) struct Following {
    pub(crate) garden: Pages,
    pub(crate) account: Arc<Account>,
    pub(crate) system: Arc<FakeSystem>,
    pub(crate) desk: Arc<Desk>,
    /// Where the app told that somebody is typing.
    pub(crate) told: Arc<Mutex<Vec<String>>>,
    live: mpsc::UnboundedSender<String>,
    announced: watch::Receiver<u64>,
    sent: u64,
}

impl Following {
    pub(crate) async fn start() -> Self {
        let garden = Pages::default();
        let first = garden
            .page("0")
            .in_community(&[garden.garden()])
            .in_person(&[garden.person(1, Role::Resident)])
            .build();
        let (live, receiver) = mpsc::unbounded_channel();
        let (announcer, announced) = watch::channel(0);
        let told = Arc::<Mutex<Vec<String>>>::default();
        let (system, desk) = (Arc::new(FakeSystem::new(1, Pace::Held)), Arc::<Desk>::default());
        let ports = Ports {
            system: system.clone(),
            network: Arc::new(Scripted {
                first: Mutex::new([first].into()),
                live: Mutex::new(Some(receiver)),
                told: told.clone(),
            }),
            key_store: Arc::new(FakeKeyStore::default()),
            desktop: desk.clone(),
            announce: Arc::new(move |_| announcer.send_modify(|times| *times += 1)),
            folder: None,
            device_name: "laptop".to_owned(),
            demo: Vec::new(),
        };
        let cache = Cache::in_memory(account::MIGRATIONS).unwrap();
        let membership = Membership {
            community_id: garden.community,
            person_id: garden.person,
            device_id: DeviceId(Uuid::from_u128(9)),
        };
        let tokens = Tokens {
            access: "access".to_owned(),
            access_expires_at: Timestamp(0),
            refresh: "refresh".to_owned(),
        };
        session::begin(&cache, "https://garden.example", &membership, &[1; 32], &tokens).unwrap();
        let account = Account::new(AccountId(Uuid::from_u128(8)), cache, ports);
        let running = account.clone();
        tokio::spawn(async move { running.run().await });
        Self { garden, account, system, desk, told, live, announced, sent: 0 }
    }

    /// Sends a page over the stream and waits until it is in the cache.
    async fn receive(&mut self, things: &[Thing]) {
        self.take(|page| page.in_community(things)).await;
    }

    /// Sends something else than a page.
    pub(crate) fn hear(&self, name: &str, data: &str) {
        self.live.send(format!("event: {name}\ndata: {data}\n\n")).unwrap();
    }

    /// Sends a page over the stream and waits until it is in the cache.
    pub(crate) async fn take(&mut self, fill: impl FnOnce(PageBuilder<'_>) -> PageBuilder<'_>) {
        self.sent += 1;
        let cursor = self.sent.to_string();
        let page = fill(self.garden.page(&cursor)).build();
        self.hear("page", &serde_json::to_string(&page).unwrap());
        let taken = async {
            while linli_core::sync::progress(&self.account.cache).unwrap().cursor != cursor {
                self.announced.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, taken).await.expect("the page is taken in");
    }

    fn shown(&self) -> Vec<(String, bool)> {
        self.desk.shown().into_iter().map(|shown| (shown.body, shown.urgent)).collect()
    }
}

fn normal(number: u128) -> Thing {
    notice_with(number, 1, |_| {})
}

fn emergency(number: u128) -> Thing {
    notice_with(number, 1, |notice| notice.content.emergency = true)
}

#[tokio::test]
async fn one_normal_notice_an_hour_is_shown_and_every_emergency() {
    let mut mei = Following::start().await;
    mei.receive(&[normal(1), normal(2)]).await;
    mei.receive(&[normal(3), emergency(4), emergency(5)]).await;
    assert_eq!(
        mei.shown(),
        [("Notice 1".to_owned(), false), ("Notice 4".to_owned(), true), ("Notice 5".to_owned(), true)]
    );
    mei.system.clock.advance(Duration::from_secs(59 * 60));
    mei.receive(&[normal(6)]).await;
    assert_eq!(mei.shown().len(), 3);
    mei.system.clock.advance(Duration::from_secs(2 * 60));
    mei.receive(&[normal(7)]).await;
    assert_eq!(mei.shown().last(), Some(&("Notice 7".to_owned(), false)));
}

#[tokio::test]
async fn an_edit_is_not_shown_again() {
    let mut mei = Following::start().await;
    mei.receive(&[emergency(1)]).await;
    mei.receive(&[notice_with(1, 2, |notice| notice.content.emergency = true)]).await;
    assert_eq!(mei.shown().len(), 1);
}

#[tokio::test]
async fn a_muted_category_is_silent_and_its_emergencies_are_not() {
    let mut mei = Following::start().await;
    let preferences = linli_wire::settings::Preferences {
        muted_categories: vec!["water-power".to_owned()],
        ..Default::default()
    };
    linli_core::community::save_preferences(&mei.account.cache, &*mei.system, preferences).unwrap();
    mei.receive(&[normal(1), emergency(2)]).await;
    assert_eq!(mei.shown(), [("Notice 2".to_owned(), true)]);
    // Muted, it did not take the hour's turn from others.
    mei.receive(&[notice_with(3, 1, |notice| notice.content.category = "activities".to_owned())]).await;
    assert_eq!(mei.shown().len(), 2);
}

#[tokio::test]
async fn what_is_over_already_is_not_shown() {
    let mut mei = Following::start().await;
    mei.receive(&[notice_with(1, 1, |notice| {
        notice.content.emergency = true;
        notice.content.expires_at = Some(Timestamp(1));
    })])
    .await;
    assert_eq!(mei.shown(), []);
}

#[tokio::test]
async fn a_clock_set_back_years_does_not_silence_notifications_for_years() {
    let mut mei = Following::start().await;
    mei.receive(&[normal(1)]).await;
    mei.system.clock.jump_years(-10);
    mei.receive(&[normal(2)]).await;
    assert_eq!(mei.shown().len(), 2);
}

#[tokio::test]
async fn each_step_of_a_repair_that_needs_the_person_is_told_once() {
    use linli_wire::repairs::{RepairState, Slot, Visit};
    let mut mei = Following::start().await;
    mei.receive(&repair_ground()).await;
    let visit = |from| Visit {
        slot: Slot { from: Timestamp(from), until: Timestamp(from + 1) },
        by_office: true,
        agreed: false,
    };
    let at = |version, state, visit| {
        repair_with(1, version, move |repair| {
            repair.state = state;
            repair.visit = visit;
        })
    };
    mei.receive(&[at(1, RepairState::Reported, None)]).await;
    assert_eq!(mei.shown(), [], "the own report is no news");
    mei.receive(&[at(2, RepairState::Accepted, Some(visit(1)))]).await;
    mei.receive(&[at(3, RepairState::Accepted, Some(visit(1)))]).await;
    assert_eq!(mei.shown().len(), 1, "a message in between asks nothing new");
    mei.receive(&[at(4, RepairState::Accepted, Some(visit(2)))]).await;
    mei.receive(&[at(5, RepairState::Done, Some(visit(2)))]).await;
    mei.receive(&[at(6, RepairState::Unfixed, None)]).await;
    let shown = mei.shown();
    assert_eq!(
        shown,
        [
            ("Plumbing: a time to come was proposed. Agree, or propose another.".to_owned(), false),
            ("Plumbing: a time to come was proposed. Agree, or propose another.".to_owned(), false),
            ("Plumbing: said to be done. Please confirm, or say that it is not.".to_owned(), false),
            ("Plumbing: closed without being fixed. Please read the reason.".to_owned(), false),
        ]
    );
    // A neighbour's repair that the person only joined does not ask them to confirm it.
    mei.receive(&[repair_with(2, 1, |repair| {
        repair.reporter.id = linli_wire::id::PersonId(Uuid::from_u128(77));
        repair.state = RepairState::Done;
    })])
    .await;
    assert_eq!(mei.shown().len(), 4);
}
