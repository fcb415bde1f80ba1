//! Every page of the face and how to reach it, for what must hold on all of them.

use anyhow::{Context, Result};
use linli_wire::{
    command::{
        Empty, NoticesList, OfficeNoticesList, PeopleList, PeopleQuery, RepairChoicesGet, RepairNew,
        RepairReportNow, RepairsList,
    },
    id::{NoticeId, PersonId, RepairId},
    notices::{NoticesQuery, OfficeNoticesQuery},
    repairs::{RepairForm, RepairPlace, RepairsQuery},
};

use crate::{community::Letter, host::Host, page::Page};

/// A page behind the door, by its address.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name of its pictures.
    pub name: &'static str,
    /// Its address.
    pub path: String,
    /// Whether Simple mode's people come here, too.
    pub in_simple: bool,
}

/// The pages of every resident.
///
/// # Errors
/// When the host does not answer or has no notices.
pub fn of_residents(host: &Host) -> Result<Vec<Place>> {
    let place = |name, path: &str| Place { name, path: path.to_owned(), in_simple: true };
    let notice = notice_with_picture(host)?;
    let emergency = first(host)?;
    let repair = repair(host)?;
    Ok(vec![
        place("home", "/"),
        place("notices", "/notices"),
        place("notice", &format!("/notices/{notice}")),
        place("notice-emergency", &format!("/notices/{emergency}")),
        Place { in_simple: false, ..place("services", "/services") },
        place("repairs", "/repairs"),
        place("repair-new", "/repairs/new"),
        place("repair-figures", "/repairs/figures"),
        place("repair", &format!("/repairs/{repair}")),
        place("help", "/help"),
        place("me", "/me"),
        place("settings", "/me/settings"),
        place("profile", "/me/profile"),
        place("notifications", "/me/notifications"),
        place("keeping", "/me/keeping"),
        place("devices", "/me/devices"),
        place("devices-add", "/me/devices/add"),
        place("outbox", "/me/outbox"),
        place("missing", "/no/such/page"),
        place("notice-missing", "/notices/01900000-0000-7000-8000-000000000000"),
    ])
}

/// The pages of the office.
///
/// # Errors
/// When the host does not answer or has no notices.
pub fn of_the_office(host: &Host) -> Result<Vec<Place>> {
    let place = |name, path: String| Place { name, path, in_simple: false };
    let rows = host
        .call::<OfficeNoticesList>(&OfficeNoticesQuery { limit: 1, ..OfficeNoticesQuery::default() })?
        .rows;
    let notice = rows.first().context("the office has no notices")?.id;
    let person = person(host, "李强")?;
    let repair = repair(host)?;
    Ok(vec![
        place("office", "/office".to_owned()),
        place("office-notices", "/office/notices".to_owned()),
        place("office-editor", format!("/office/notices/{notice}")),
        place("office-readers", format!("/office/notices/{notice}/readers")),
        place("office-repairs", "/office/repairs".to_owned()),
        place("office-repair", format!("/office/repairs/{repair}")),
        place("office-repair-kinds", "/office/repairs/categories".to_owned()),
        place("office-repair-figures", "/office/repairs/figures".to_owned()),
        place("office-templates", "/office/templates".to_owned()),
        place("office-people", "/office/people".to_owned()),
        place("office-letter", format!("/office/letter/{person}")),
    ])
}

/// A repair of the person, reported here when they have none.
///
/// # Errors
/// When there is nothing to report it under.
pub fn repair(host: &Host) -> Result<RepairId> {
    let found = host.call::<RepairsList>(&RepairsQuery { limit: 1, ..RepairsQuery::default() })?;
    if let Some(row) = found.rows.first() {
        return Ok(row.id);
    }
    let choices = host.call::<RepairChoicesGet>(&Empty {})?;
    let home = choices.homes.first().map(|home| RepairPlace::Home { unit_id: home.id });
    let building =
        choices.buildings.first().map(|building| RepairPlace::Building { building_id: building.id });
    let mut draft = host.call::<RepairNew>(&Empty {})?;
    draft.form = RepairForm {
        place: Some(home.or(building).context("nowhere to repair anything")?),
        category: choices.categories.first().context("no kinds of repair")?.content.key.clone(),
        words: "厨房水龙头一直滴水，换过垫圈也没用。".to_owned(),
        ..RepairForm::default()
    };
    host.call::<RepairReportNow>(&draft)?;
    Ok(draft.id)
}

/// The notice that stands first: an emergency, in the demo.
///
/// # Errors
/// When there is none.
pub fn first(host: &Host) -> Result<NoticeId> {
    let found = host.call::<NoticesList>(&NoticesQuery { limit: 1, ..NoticesQuery::default() })?;
    Ok(found.rows.first().filter(|row| row.emergency).context("no emergency stands first")?.id)
}

/// The newest notice with a picture.
///
/// # Errors
/// When there is none.
pub fn notice_with_picture(host: &Host) -> Result<NoticeId> {
    let found = host.call::<NoticesList>(&NoticesQuery { limit: 200, ..NoticesQuery::default() })?;
    Ok(found.rows.iter().find(|row| row.has_picture).context("no notice has a picture")?.id)
}

/// The person that the office finds under `search`.
///
/// # Errors
/// When there is none.
pub fn person(host: &Host, search: &str) -> Result<PersonId> {
    let found =
        host.call::<PeopleList>(&PeopleQuery { search: search.to_owned(), ..PeopleQuery::default() })?;
    Ok(found.rows.first().with_context(|| format!("nobody is called {search}"))?.person.id)
}

/// Joins from the first screen by typing a letter's address and code, leaves all as it is offered, and waits for
/// the first notice. `name` is the person's, or the community's, as the question "Is this you?" shows it.
#[track_caller]
pub fn join_by_code(page: &Page, letter: &Letter, name: &str) {
    page.tap("type-code");
    page.fill("address", &letter.server);
    page.fill("code", &letter.code);
    page.tap("join");
    page.see(name);
    page.tap("confirm-yes");
    for _step in ["name", "privacy", "look"] {
        page.tap("next");
    }
    page.find("[data-testid=notice-row]");
}
