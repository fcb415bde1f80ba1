//! Pages of the log as a server would send them, for tests of the core that need no server.
//!
//! ```
//! use linli_testkit::pages::{Pages, notice};
//!
//! let garden = Pages::default();
//! let page = garden.page("1").in_community(&[notice(1, 1, "Water off", "From 2 to 5.")]).build();
//! assert_eq!(page.scopes.len(), 1);
//! ```

pub mod chat;

use linli_wire::{
    Language, Localized, Timestamp,
    community::{Building, Category, Community, Office, Person, Role, Visibility},
    id::{
        BuildingId, CommonAreaId, CommunityId, NoticeId, PersonId, RepairCategoryId, RepairEventId, RepairId,
        RoundId, RoundPlanId, RoundPointId,
    },
    notices::{Audience, Author, Notice, NoticeContent, NoticeState, NoticeText, ReadMark},
    repairs::{
        ActKind, CommonArea, PromisedHours, Repair, RepairCard, RepairCategory, RepairCategoryContent,
        RepairEvent, RepairPerson, RepairPlace, RepairReport, RepairState, Urgency,
    },
    rounds::{
        Interval, IntervalUnit, PointCode, Round, RoundCheck, RoundPlan, RoundPlanContent, RoundPoint,
        RoundState,
    },
    sync::{Change, Entity, Scope, ScopeChanges, SyncPage},
};
use serde::Serialize;
use uuid::Uuid;

/// When the first notice was published; the n-th comes n minutes later.
pub const FIRST: i64 = 1_795_300_000_000;
/// When the server gives its pages out, a good day later.
pub const NOW: Timestamp = Timestamp(FIRST + 100_000_000);

/// Ids of a community without a server.
pub struct Pages {
    /// The community.
    pub community: CommunityId,
    /// The building of the person.
    pub building: BuildingId,
    /// The person.
    pub person: PersonId,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            community: CommunityId(Uuid::from_u128(1)),
            building: BuildingId(Uuid::from_u128(2)),
            person: PersonId(Uuid::from_u128(3)),
        }
    }
}

/// What stands in a change: which entity, its version, and its body, or none when it leaves.
pub struct Thing {
    entity: Entity,
    id: Uuid,
    version: u64,
    body: Option<String>,
}

impl Thing {
    fn new(entity: Entity, id: Uuid, version: u64, body: &impl Serialize) -> Self {
        Self { entity, id, version, body: serde_json::to_string(body).ok() }
    }

    /// The same thing leaving the scope.
    #[must_use]
    pub fn gone(self) -> Self {
        Self { body: None, ..self }
    }
}

/// Id of the `number`th notice.
pub fn notice_id(number: u128) -> NoticeId {
    NoticeId(Uuid::from_u128(0x1000 + number))
}

/// A published notice in English.
pub fn notice(number: u128, version: u64, title: &str, body: &str) -> Thing {
    notice_with(number, version, |notice| {
        let text = NoticeText { title: title.to_owned(), body: body.to_owned() };
        notice.content.texts = [(Language::en(), text)].into();
    })
}

/// A published notice, changed as the test likes.
pub fn notice_with(number: u128, version: u64, change: impl FnOnce(&mut Notice)) -> Thing {
    let published_at = Timestamp(FIRST + i64::try_from(number).unwrap_or(0) * 60_000);
    let text = NoticeText { title: format!("Notice {number}"), body: String::new() };
    let author = PersonId(Uuid::from_u128(4));
    let mut notice = Notice {
        id: notice_id(number),
        version,
        author: Author { id: author, name: "陈静".to_owned(), role: Role::Staff },
        state: NoticeState::Published { published_at, changed_at: None },
        content: NoticeContent {
            texts: [(Language::en(), text)].into(),
            category: "water-power".to_owned(),
            audience: Audience::Community,
            emergency: false,
            pinned: false,
            expires_at: None,
            attachments: Vec::new(),
        },
    };
    change(&mut notice);
    Thing::new(Entity::Notice, notice.id.0, version, &notice)
}

/// Id of the `number`th repair.
pub fn repair_id(number: u128) -> RepairId {
    RepairId(Uuid::from_u128(0x3000 + number))
}

/// The common area that the repairs of [`repair_with`] are in.
pub fn area_id() -> CommonAreaId {
    CommonAreaId(Uuid::from_u128(5))
}

/// A repair that the person of [`Pages`] reported in a common area, changed as the test likes.
pub fn repair_with(number: u128, version: u64, change: impl FnOnce(&mut Repair)) -> Thing {
    let reported_at = Timestamp(FIRST + i64::try_from(number).unwrap_or(0) * 60_000);
    let reporter = RepairPerson {
        id: Pages::default().person,
        name: "王梅".to_owned(),
        given_name: "梅".to_owned(),
        role: Role::Resident,
    };
    let words = format!("Repair {number}");
    let event = RepairEvent {
        id: RepairEventId(Uuid::from_u128(0x4000 + number)),
        at: reported_at,
        by: Some(reporter.clone()),
        did: ActKind::Report,
        state: RepairState::Reported,
        words: words.clone(),
        photos: Vec::new(),
        whom: None,
        slot: None,
        until: None,
        price: None,
        parts: Vec::new(),
        category: None,
        into: None,
    };
    let mut repair = Repair {
        id: repair_id(number),
        version,
        turn: version,
        reporter,
        reported_at,
        report: RepairReport {
            place: RepairPlace::Area { area_id: area_id() },
            category: "plumbing".to_owned(),
            urgency: Urgency::Normal,
            words,
            photos: Vec::new(),
            times: Vec::new(),
            may_enter: false,
            reach: String::new(),
        },
        building_id: None,
        state: RepairState::Reported,
        since: reported_at,
        affected: 1,
        assignee: None,
        promise: None,
        visit: None,
        quote: None,
        pause: None,
        confirm_by: None,
        reopened: 0,
        parts: Vec::new(),
        rating: None,
        merged_into: None,
        events: vec![event],
        left_out: 0,
    };
    change(&mut repair);
    Thing::new(Entity::Repair, repair.id.0, version, &repair)
}

/// The card of a repair of [`repair_with`].
pub fn repair_card(number: u128) -> Thing {
    let card = RepairCard {
        id: repair_id(number),
        place: RepairPlace::Area { area_id: area_id() },
        category: "plumbing".to_owned(),
        state: RepairState::Reported,
        reported_at: Timestamp(FIRST + i64::try_from(number).unwrap_or(0) * 60_000),
        promised_by: None,
        affected: 2,
    };
    Thing::new(Entity::RepairCard, card.id.0, 1, &card)
}

/// The kind of repair that they are of, and their common area.
pub fn repair_ground() -> [Thing; 2] {
    let name = |en: &str| Localized::one(Language::en(), en);
    let content = RepairCategoryContent {
        key: "plumbing".to_owned(),
        name: name("Plumbing"),
        icon: "drop".to_owned(),
        promised: PromisedHours::default(),
        chargeable: true,
        retired: false,
    };
    let category = RepairCategory { id: RepairCategoryId(Uuid::from_u128(6)), version: 1, content };
    let area = CommonArea { id: area_id(), code: "gate".to_owned(), name: name("Gate"), building_id: None };
    [
        Thing::new(Entity::RepairCategory, category.id.0, 1, &category),
        Thing::new(Entity::CommonArea, area.id.0, 1, &area),
    ]
}

/// Id of the n-th round; its plan is under the same number.
pub fn round_id(number: u128) -> RoundId {
    RoundId(Uuid::from_u128(0x9000 + number))
}

/// Id of the n-th point.
pub fn point_id(number: u128) -> RoundPointId {
    RoundPointId(Uuid::from_u128(0x9100 + number))
}

/// Code on the label of the n-th point, up to 9.
pub fn point_code(number: u128) -> PointCode {
    PointCode::from_random(&[u8::try_from(number).unwrap_or(0); 16])
        .unwrap_or_else(|| unreachable!("16 bytes"))
}

/// A round that fell due at the gate with two points of two checks each, changed by `change`, and its plan.
pub fn round_with(number: u128, version: u64, change: impl FnOnce(&mut Round)) -> [Thing; 2] {
    let name = |en: &str| Localized::one(Language::en(), en);
    let check = |number, words| RoundCheck { number, words: name(words) };
    let point = |of: u128, words: &str| RoundPoint {
        id: point_id(of),
        code: point_code(of),
        name: name(words),
        place: RepairPlace::Area { area_id: area_id() },
        category: "plumbing".to_owned(),
        checks: vec![check(1, "The door closes"), check(2, "The light is on")],
    };
    let points = vec![point(2 * number, "Pump 1"), point(2 * number + 1, "Pump 2")];
    let plan_id = RoundPlanId(Uuid::from_u128(0x9200 + number));
    let content = RoundPlanContent {
        name: name("Pumps"),
        every: Interval { count: 1, unit: IntervalUnit::Weeks },
        first: "2026-11-21".to_owned(),
        days: 3,
        points: points.clone(),
        retired: false,
    };
    let plan = RoundPlan { id: plan_id, version: 1, content, next_on: Some("2026-11-28".to_owned()) };
    let from = Timestamp(FIRST);
    let mut round = Round {
        id: round_id(number),
        version,
        plan_id,
        name: name("Pumps"),
        points,
        due_on: "2026-11-21".to_owned(),
        from,
        until: from.plus_millis(3 * 24 * 60 * 60 * 1000),
        state: RoundState::Open,
        results: Vec::new(),
    };
    change(&mut round);
    [
        Thing::new(Entity::RoundPlan, plan.id.0, 1, &plan),
        Thing::new(Entity::Round, round.id.0, version, &round),
    ]
}

/// A reading on another device.
pub fn read_mark(number: u128, read_at: Timestamp) -> Thing {
    let mark = ReadMark { notice_id: notice_id(number), read_at };
    Thing::new(Entity::ReadMark, mark.notice_id.0, 1, &mark)
}

impl Pages {
    /// A page that ends at `cursor`.
    pub fn page(&self, cursor: &str) -> PageBuilder<'_> {
        let page = SyncPage {
            scopes: Vec::new(),
            lost: Vec::new(),
            cursor: cursor.to_owned(),
            more: false,
            server_time: NOW,
        };
        PageBuilder { pages: self, page }
    }

    /// The community itself.
    pub fn garden(&self) -> Thing {
        let name = Localized::one(Language::en(), "Sunshine Garden");
        let category =
            |key: &str| Category { key: key.to_owned(), name: name.clone(), icon: "drop".to_owned() };
        let community = Community {
            id: self.community,
            name: name.clone(),
            time_zone: "Asia/Shanghai".to_owned(),
            currency: "CNY".to_owned(),
            languages: vec![Language::en(), Language::zh()],
            office: Office::default(),
            categories: vec![category("water-power"), category("activities")],
        };
        Thing::new(Entity::Community, self.community.0, 1, &community)
    }

    /// The building.
    pub fn building(&self) -> Thing {
        let name = Localized::one(Language::en(), "Building 3");
        let building = Building { id: self.building, code: "3".to_owned(), name };
        Thing::new(Entity::Building, self.building.0, 1, &building)
    }

    /// Somebody else of the community: `N-1`, `N-2` …
    pub fn neighbour(&self, number: u128) -> Thing {
        let person = Person {
            id: PersonId(Uuid::from_u128(0x2000 + number)),
            code: format!("N-{number}"),
            name: format!("邻居 {number}"),
            given_name: String::new(),
            role: Role::Resident,
            household_id: None,
            language: Language::zh(),
            simple: false,
            visible: Visibility::default(),
            joined: false,
            version: 1,
        };
        Thing::new(Entity::Person, person.id.0, 1, &person)
    }

    /// The person, as they were at a version.
    pub fn person(&self, version: u64, role: Role) -> Thing {
        let person = Person {
            id: self.person,
            code: "P-0001".to_owned(),
            name: "王梅".to_owned(),
            given_name: "梅".to_owned(),
            role,
            household_id: None,
            language: Language::en(),
            simple: false,
            visible: Visibility::default(),
            joined: true,
            version,
        };
        Thing::new(Entity::Person, self.person.0, version, &person)
    }
}

/// A page in the making.
pub struct PageBuilder<'a> {
    pages: &'a Pages,
    page: SyncPage,
}

impl PageBuilder<'_> {
    /// Changes in the community's scope.
    #[must_use]
    pub fn in_community(self, things: &[Thing]) -> Self {
        let scope = Scope::Community(self.pages.community);
        self.within(scope, things)
    }

    /// Changes in the building's scope.
    #[must_use]
    pub fn in_building(self, things: &[Thing]) -> Self {
        let scope = Scope::Building(self.pages.building);
        self.within(scope, things)
    }

    /// Changes in the office's scope.
    #[must_use]
    pub fn in_office(self, things: &[Thing]) -> Self {
        let scope = Scope::Staff(self.pages.community);
        self.within(scope, things)
    }

    /// Changes in the person's scope.
    #[must_use]
    pub fn in_person(self, things: &[Thing]) -> Self {
        let scope = Scope::Person(self.pages.person);
        self.within(scope, things)
    }

    /// The person may no longer see this.
    #[must_use]
    pub fn lost(mut self, scope: Scope) -> Self {
        self.page.lost.push(scope);
        self
    }

    /// There is more behind it.
    #[must_use]
    pub fn more(mut self) -> Self {
        self.page.more = true;
        self
    }

    /// The page.
    pub fn build(self) -> SyncPage {
        self.page
    }

    fn within(mut self, scope: Scope, things: &[Thing]) -> Self {
        let changes = things.iter().zip(1..).map(|(thing, seq)| Change {
            seq,
            entity: thing.entity,
            id: thing.id,
            version: thing.version,
            body: thing.body.clone().and_then(|body| serde_json::value::RawValue::from_string(body).ok()),
        });
        self.page.scopes.push(ScopeChanges { scope, changes: changes.collect() });
        self
    }
}
