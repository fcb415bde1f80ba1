//! A community with two households and its office.

use std::sync::atomic::{AtomicU8, Ordering};

use linli_server::{community, db::Tx};
use linli_wire::{
    Language, Localized,
    community::{Building, Category, Community, Office, Person, Role, Unit, Visibility},
    id::*,
};

/// A community with people whom the tests know by name.
#[derive(Clone)]
pub struct Place {
    pub id: CommunityId,
    pub building_1: BuildingId,
    pub building_3: BuildingId,
    pub unit_101: UnitId,
    pub unit_1201: UnitId,
    pub wang: HouseholdId,
    pub li: HouseholdId,
    pub wang_mei: PersonId,
    pub grandma: PersonId,
    pub li_qiang: PersonId,
    pub zhao: PersonId,
    pub chen_jing: PersonId,
    pub lin: PersonId,
}

pub fn place(tx: &mut Tx<'_>, name: &str, number: u8) -> Result<Place, linli_server::Error> {
    let count = AtomicU8::new(0);
    // Ids that tell in a failing test whose they are.
    let id = || {
        let mut bytes = [number; 16];
        bytes[15] = count.fetch_add(1, Ordering::SeqCst);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    };
    let place = Place {
        id: CommunityId(id()),
        building_1: BuildingId(id()),
        building_3: BuildingId(id()),
        unit_101: UnitId(id()),
        unit_1201: UnitId(id()),
        wang: HouseholdId(id()),
        li: HouseholdId(id()),
        wang_mei: PersonId(id()),
        grandma: PersonId(id()),
        li_qiang: PersonId(id()),
        zhao: PersonId(id()),
        chen_jing: PersonId(id()),
        lin: PersonId(id()),
    };
    let zh = |text: &str| Localized::one(Language::zh(), text);
    community::put_community(
        tx,
        &Community {
            id: place.id,
            name: zh(name),
            time_zone: "Asia/Shanghai".to_owned(),
            currency: "CNY".to_owned(),
            languages: vec![Language::zh(), Language::en()],
            office: Office { phone: "+86 21 5555 0100".to_owned(), ..Office::default() },
            categories: vec![Category {
                key: "water-power".to_owned(),
                name: zh("水电"),
                icon: "drop".to_owned(),
            }],
        },
    )?;
    for (id, code) in [(place.building_1, "1"), (place.building_3, "3")] {
        let building = Building { id, code: code.to_owned(), name: zh(&format!("{code}号楼")) };
        community::put_building(tx, place.id, &building)?;
    }
    community::put_household(tx, place.id, place.wang, "H-0001")?;
    community::put_household(tx, place.id, place.li, "H-0002")?;
    for (id, building_id, code, household) in [
        (place.unit_101, place.building_1, "101", place.li),
        (place.unit_1201, place.building_3, "1201", place.wang),
    ] {
        let unit = Unit { id, building_id, code: code.to_owned(), household_id: Some(household) };
        community::put_unit(tx, place.id, &unit, Some(9345))?;
    }
    for (at, (id, name, role, household)) in [
        (place.wang_mei, "王梅", Role::Resident, Some(place.wang)),
        (place.grandma, "王秀英", Role::HouseholdHead, Some(place.wang)),
        (place.li_qiang, "李强", Role::Resident, Some(place.li)),
        (place.zhao, "赵建国", Role::Staff, None),
        (place.chen_jing, "陈静", Role::Staff, None),
        (place.lin, "林涛", Role::Manager, None),
    ]
    .into_iter()
    .enumerate()
    {
        community::put_person(tx, place.id, &person(id, at, name, role, household), "")?;
    }
    Ok(place)
}

pub fn person(id: PersonId, at: usize, name: &str, role: Role, household_id: Option<HouseholdId>) -> Person {
    Person {
        id,
        code: format!("P-{at:04}"),
        name: name.to_owned(),
        given_name: name.to_owned(),
        role,
        household_id,
        language: Language::zh(),
        simple: false,
        visible: Visibility::default(),
        joined: false,
        version: 0,
    }
}
