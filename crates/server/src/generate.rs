//! Made-up communities of any size, the same for the same seed on every computer: to measure with,
//! and to try a large community before there is one.
//!
//! What comes out is a [`Folder`], the very thing that `import` reads. So a generated community is
//! loaded by the same code as a real one, and no benchmark runs on data that could not exist.

mod words;
mod write;

use std::collections::BTreeMap;

use jiff::{
    Span,
    civil::{Date, DateTime, time},
};
use linli_wire::{
    Language, Localized,
    community::{Category, Office, Role},
    repairs::PromisedHours,
};
use oorandom::Rand64;

pub use write::write;

use crate::import::{
    AudienceRow, BuildingRow, CommonAreaRow, CommunityFields, CommunityRow, Folder, HouseholdRow, NoticeRow,
    NoticeTextRow, PersonRow, RepairCategoryRow, UnitCode, UnitRow,
};
use words::{FAMILY, FOREIGN, GIVEN, PLACES, TOPICS, Topic};

const FLOORS: u64 = 25;
const UNITS_PER_FLOOR: u64 = 8;
/// Over how many days before `as_of` the notices are spread.
const DAYS: u64 = 730;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The same seed gives the same community.
    pub seed: u64,
    /// Number of households; a building holds 200.
    pub households: u32,
    /// Number of notices.
    pub notices: u32,
    /// The day that counts as today in it.
    pub as_of: Date,
}

/// Makes a community.
pub fn generate(plan: Plan) -> Folder {
    let mut maker = Maker { random: Rand64::new(u128::from(plan.seed)), plan };
    let mut folder = Folder {
        community: community(plan),
        buildings: BTreeMap::new(),
        units: BTreeMap::new(),
        households: BTreeMap::new(),
        people: BTreeMap::new(),
        people_lines: BTreeMap::new(),
        repair_categories: repair_categories(),
        repair_category_lines: repair_categories().into_keys().zip(2..).collect(),
        common_areas: common_areas(),
        notices: BTreeMap::new(),
        round_plans: BTreeMap::new(),
        payments: None,
        messages: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    maker.homes(&mut folder);
    maker.people(&mut folder);
    maker.notices(&mut folder);
    folder
}

struct Maker {
    random: Rand64,
    plan: Plan,
}

impl Maker {
    fn below(&mut self, end: u64) -> u64 {
        self.random.rand_range(0..end.max(1))
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let at = self.below(u64::try_from(list.len()).unwrap_or(1));
        usize::try_from(at).ok().and_then(|at| list.get(at)).copied()
    }

    fn word(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list).unwrap_or_default()
    }

    fn homes(&mut self, folder: &mut Folder) {
        let households = u64::from(self.plan.households);
        for number in 0..households {
            let per_building = FLOORS * UNITS_PER_FLOOR;
            let (building, place) = (number / per_building + 1, number % per_building);
            let (floor, door) = (place / UNITS_PER_FLOOR + 1, place % UNITS_PER_FLOOR + 1);
            let building = building.to_string();
            folder.buildings.entry(building.clone()).or_insert_with(|| BuildingRow {
                name: both(&format!("{building}号楼"), &format!("Building {building}")),
                floors: i64::try_from(FLOORS).ok(),
                units_per_floor: i64::try_from(UNITS_PER_FLOOR).ok(),
            });
            let unit = UnitCode { building, code: format!("{floor}{door:02}") };
            let area = i64::try_from(5200 + self.below(90) * 100 + self.below(10) * 10).ok();
            folder.units.insert(unit.clone(), UnitRow { floor: i64::try_from(floor).ok(), area });
            folder.households.insert(format!("H-{:05}", number + 1), HouseholdRow { units: vec![unit] });
        }
    }

    fn people(&mut self, folder: &mut Folder) {
        let mut next = 0;
        let mut add = |folder: &mut Folder, person| {
            next += 1;
            let code = format!("P-{next:06}");
            // The header is the first line.
            folder.people_lines.insert(code.clone(), next + 1);
            folder.people.insert(code, person);
        };
        for at in 0..8 {
            let role = if at == 0 { Role::Manager } else { Role::Staff };
            let person = self.person(None, role, 1965, 35);
            add(folder, person);
        }
        let homes: Vec<String> = folder.households.keys().cloned().collect();
        for home in homes {
            let members = 1 + self.below(4);
            for member in 0..members {
                let role = if member == 0 { Role::HouseholdHead } else { Role::Resident };
                let person = self.person(Some(home.clone()), role, 1940, 68);
                add(folder, person);
            }
        }
    }

    fn person(&mut self, household: Option<String>, role: Role, born_from: u64, years: u64) -> PersonRow {
        let birth_year = born_from + self.below(years);
        let foreign = household.is_some() && self.chance(3);
        let (name, given_name, language) = if foreign {
            let name = self.word(FOREIGN);
            (name.to_owned(), name.split(' ').next().unwrap_or(name).to_owned(), Language::en())
        } else {
            let mut given = self.word(GIVEN).to_owned();
            if self.chance(75) {
                given.push_str(self.word(GIVEN));
            }
            (format!("{}{given}", self.word(FAMILY)), given, Language::zh())
        };
        let phone = self.chance(85).then(|| format!("+86 139 5550 {:04}", self.below(10_000)));
        let simple = birth_year < 1956 && self.chance(70);
        PersonRow {
            name,
            given_name,
            household,
            role,
            language,
            simple,
            phone,
            birth_year: i64::try_from(birth_year).ok(),
            left: None,
        }
    }

    fn notices(&mut self, folder: &mut Folder) {
        let staff: Vec<String> = folder
            .people
            .iter()
            .filter(|(_, person)| person.role.is_office())
            .map(|(code, _)| code.clone())
            .collect();
        let buildings: Vec<String> = folder.buildings.keys().cloned().collect();
        let units: Vec<UnitCode> = folder.units.keys().cloned().collect();
        for number in 0..self.plan.notices {
            let Some(topic) =
                usize::try_from(self.below(TOPICS.len() as u64)).ok().and_then(|at| TOPICS.get(at))
            else {
                continue;
            };
            let back = Span::new().days(i64::try_from(self.below(DAYS)).unwrap_or(0));
            let day = self.plan.as_of.checked_sub(back).unwrap_or(self.plan.as_of);
            let published = self.moment(day, 8, 10);
            let building = self.among(&buildings);
            let audience = match self.below(100) {
                0..=79 => AudienceRow::Community,
                80..=95 => AudienceRow::Buildings(building.iter().cloned().collect()),
                96..=98 => AudienceRow::Units(self.among(&units).into_iter().collect()),
                _ => AudienceRow::Role(Role::Staff),
            };
            let audience = match audience {
                AudienceRow::Buildings(codes) if codes.is_empty() => AudienceRow::Community,
                AudienceRow::Units(codes) if codes.is_empty() => AudienceRow::Community,
                audience => audience,
            };
            let texts = self.texts(topic, building.as_deref().unwrap_or("1"), day);
            let expires = self.chance(20).then(|| day.checked_add(Span::new().days(30)).ok()).flatten();
            let notice = NoticeRow {
                texts,
                category: topic.category.to_owned(),
                author: self.among(&staff).unwrap_or_default(),
                audience,
                published,
                changed: self.chance(5).then(|| published.checked_add(Span::new().hours(2)).ok()).flatten(),
                expires: expires.map(|day| day.to_datetime(time(20, 0, 0, 0))),
                emergency: self.chance(1),
                pinned: number < 3,
                files: Vec::new(),
            };
            folder.notices.insert(format!("{day}-{number:06}"), notice);
        }
    }

    fn among<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        let at = self.below(u64::try_from(list.len()).unwrap_or(1));
        usize::try_from(at).ok().and_then(|at| list.get(at)).cloned()
    }

    fn moment(&mut self, day: Date, from: u64, hours: u64) -> DateTime {
        let part = |number: u64| i8::try_from(number).unwrap_or(0);
        day.to_datetime(time(part(from + self.below(hours)), part(self.below(60)), 0, 0))
    }

    fn texts(&mut self, topic: &Topic, building: &str, day: Date) -> BTreeMap<Language, NoticeTextRow> {
        let (place_zh, place_en) = self.pick(PLACES).unwrap_or_default();
        let (count, from, to) = (2 + self.below(7), 7 + self.below(5), 14 + self.below(7));
        let mut order: Vec<usize> = (0..topic.body.len()).collect();
        for at in (1..order.len()).rev() {
            let other = usize::try_from(self.below(at as u64 + 1)).unwrap_or(0);
            order.swap(at, other);
        }
        order.truncate(2 + usize::try_from(self.below(3)).unwrap_or(0));
        let fill = |text: &str, language: &Language, place: &str| {
            let text = text
                .replace("{b}", building)
                .replace("{p}", place)
                .replace("{n}", &count.to_string())
                .replace("{f}", &from.to_string())
                .replace("{t}", &to.to_string());
            crate::import::fill_dates(&text, language, day)
        };
        let body =
            |language: &Language, place: &str, pick: fn(&(&'static str, &'static str)) -> &'static str| {
                let sentences: Vec<String> = order
                    .iter()
                    .filter_map(|at| topic.body.get(*at))
                    .map(|sentence| fill(pick(sentence), language, place))
                    .collect();
                sentences.join("\n\n")
            };
        let (zh, en) = (Language::zh(), Language::en());
        let mut texts = BTreeMap::new();
        let title = fill(topic.zh_title, &zh, place_zh);
        texts.insert(zh.clone(), NoticeTextRow { title, body: body(&zh, place_zh, |pair| pair.0) });
        if self.chance(60) {
            let title = fill(topic.en_title, &en, place_en);
            texts.insert(en.clone(), NoticeTextRow { title, body: body(&en, place_en, |pair| pair.1) });
        }
        texts
    }
}

fn both(zh: &str, en: &str) -> Localized {
    Localized(BTreeMap::from([(Language::zh(), zh.to_owned()), (Language::en(), en.to_owned())]))
}

/// Kinds of repair as every office has them.
fn repair_categories() -> BTreeMap<String, RepairCategoryRow> {
    let rows = [
        ("plumbing", "drop", "水管与漏水", "Water & drains", 24, true),
        ("power", "warn", "用电与照明", "Power & light", 24, true),
        ("lifts", "lift", "电梯", "Lifts", 16, false),
        ("doors", "lock", "门窗与门禁", "Doors & entry", 40, true),
        ("other", "tool", "其他", "Something else", 60, true),
    ];
    let row = |(code, icon, zh, en, hours, chargeable): (&str, &str, &str, &str, u16, bool)| {
        let promised =
            PromisedHours { emergency: Some(2), urgent: Some(hours.div_ceil(4)), normal: Some(hours) };
        let row = RepairCategoryRow {
            name: both(zh, en),
            icon: icon.to_owned(),
            promised,
            chargeable,
            retired: false,
        };
        (code.to_owned(), row)
    };
    rows.into_iter().map(row).collect()
}

fn common_areas() -> BTreeMap<String, CommonAreaRow> {
    let rows = [("gate", "大门", "Gate"), ("garage", "地下车库", "Garage"), ("garden", "花园", "Garden")];
    rows.into_iter()
        .map(|(code, zh, en)| (code.to_owned(), CommonAreaRow { name: both(zh, en), building: None }))
        .collect()
}

fn community(plan: Plan) -> CommunityRow {
    let category = |key: &str, icon: &str, zh: &str, en: &str| Category {
        key: key.to_owned(),
        name: both(zh, en),
        icon: icon.to_owned(),
    };
    CommunityRow {
        key: format!("generated-{}", plan.seed),
        as_of: plan.as_of,
        fields: CommunityFields {
            name: both("梧桐苑", "Plane Tree Court"),
            time_zone: "Asia/Shanghai".to_owned(),
            currency: "CNY".to_owned(),
            languages: vec![Language::zh(), Language::en()],
            office: Office {
                phone: "+86 10 5550 0200".to_owned(),
                hours: both("每天 8:00–18:00", "Every day 8:00–18:00"),
                address: both("梧桐苑 1 号楼一层", "Building 1, ground floor"),
                opening: Vec::new(),
                holidays: Vec::new(),
            },
            categories: vec![
                category("water-power", "drop", "水电", "Water & power"),
                category("lifts", "lift", "电梯", "Lifts"),
                category("safety", "shield", "安全", "Safety"),
                category("activities", "calendar", "活动", "Activities"),
                category("rules", "book", "公约", "Rules"),
                category("money", "pay", "费用与账目", "Money"),
                category("health", "heart", "健康", "Health"),
                category("cleaning", "leaf", "保洁与绿化", "Cleaning & green"),
                category("parking", "car", "停车", "Parking"),
                category("other", "info", "其他", "Other"),
            ],
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use jiff::civil::date;

    use super::{Plan, generate, write};
    use crate::import::{Reading, read};

    const PLAN: Plan = Plan { seed: 7, households: 230, notices: 300, as_of: date(2026, 1, 1) };

    #[test]
    fn the_same_seed_gives_the_same_community_and_another_seed_another() {
        assert_eq!(generate(PLAN), generate(PLAN));
        assert_ne!(generate(PLAN).people, generate(Plan { seed: 8, ..PLAN }).people);
    }

    #[test]
    fn what_is_written_is_read_back_without_a_mistake_and_without_a_loss() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("community");
        let made = generate(PLAN);
        write(&made, &out).unwrap();
        let reading = Reading { now: "2026-01-01T12:00:00Z".parse().unwrap(), dates_end_today: false };
        assert_eq!(read(&out, reading).unwrap(), made);
        assert_eq!(write(&made, &out).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    }
}
