//! Every page of the face and how to reach it, for what must hold on all of them.

use anyhow::{Context, Result};
use linli_wire::{
    Language, Localized,
    command::{
        AttemptNew, CounterPay, Empty, FeesGet, NoticesList, OfficeBillsList, OfficeNoticesList, PayBills,
        PaymentsGet, PeopleList, PeopleQuery, RefundAsk, RefundMoney, RefundsGet, RepairChoicesGet,
        RepairNew, RepairReportNow, RepairsList, RoundPlanSave, RoundPlansList, RoundPointNew, RoundsList,
        SaveRoundPlan,
    },
    id::{
        BillId, FeeId, HouseholdId, NoticeId, OpId, PersonId, RepairId, RoomId, RoundId, RoundPlanId,
        RoundPointId,
    },
    notices::{NoticesQuery, OfficeNoticesQuery},
    payments::{Basis, OfficeBillsQuery, Payment, Way},
    repairs::{RepairForm, RepairPlace, RepairsQuery},
    rounds::{Interval, IntervalUnit, RoundCheck, RoundPlanContent, RoundsQuery},
};

use crate::{community::Letter, host::Host, page::Page, rooms};

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
    let room = talked(host, &["谁家有长梯子，能借一个小时吗？", "周日还。**谢谢**！"])?;
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
        place("payments", "/payments"),
        place("bill", &format!("/payments/{}", bill(host)?)),
        place("payments-money", "/payments/money"),
        place("payments-automatic", "/payments/automatic"),
        place("payments-relatives", "/payments/relatives"),
        place("chat", "/chat"),
        place("chat-room", &format!("/chat/{room}")),
        place("chat-about", &format!("/chat/{room}/about")),
        place("chat-new", "/chat/new"),
        place("chat-neighbours", "/chat/neighbours"),
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
    let round = round(host)?;
    Ok(vec![
        place("office", "/office".to_owned()),
        place("office-notices", "/office/notices".to_owned()),
        place("office-editor", format!("/office/notices/{notice}")),
        place("office-readers", format!("/office/notices/{notice}/readers")),
        place("office-repairs", "/office/repairs".to_owned()),
        place("office-repair", format!("/office/repairs/{repair}")),
        place("office-repair-kinds", "/office/repairs/categories".to_owned()),
        place("office-repair-figures", "/office/repairs/figures".to_owned()),
        place("rounds", "/rounds".to_owned()),
        place("round", format!("/rounds/{}", round.id)),
        place("round-point", format!("/rounds/{}/{}", round.id, round.point)),
        place("office-rounds", "/office/rounds".to_owned()),
        place("office-round-plan", format!("/office/rounds/{}", round.plan)),
        place("office-round-editor", format!("/office/rounds/{}/edit", round.plan)),
        place("office-round-labels", format!("/office/rounds/{}/labels", round.plan)),
        place("office-payments", "/office/payments".to_owned()),
        place("office-payments-run", "/office/payments/run".to_owned()),
        place("office-payments-arrears", "/office/payments/arrears".to_owned()),
        place("office-payments-bank", "/office/payments/bank".to_owned()),
        place("office-payments-refunds", "/office/payments/refunds".to_owned()),
        place("office-payments-spending", "/office/payments/spending".to_owned()),
        place("office-payments-fees", "/office/payments/fees".to_owned()),
        place("office-payments-meters", format!("/office/payments/meters/{}", meter(host)?)),
        place("office-payments-household", format!("/office/payments/households/{}", refunded(host)?)),
        place("office-templates", "/office/templates".to_owned()),
        place("office-people", "/office/people".to_owned()),
        place("office-letter", format!("/office/letter/{person}")),
    ])
}

/// Pages that say something else to the manager, who decides about what the office asked for.
pub fn of_the_manager() -> Vec<Place> {
    let place = |name, path: &str| Place { name, path: path.to_owned(), in_simple: false };
    vec![place("manager-refunds", "/office/payments/refunds"), place("chat-civil", "/chat/civil")]
}

/// The room of the community, in which the person has said something.
///
/// # Errors
/// When it is not there.
pub fn talked(host: &Host, words: &[&str]) -> Result<RoomId> {
    let room = rooms::everybody(host)?;
    rooms::agree(host, room)?;
    for words in words {
        rooms::speak(host, room, words)?;
    }
    Ok(room)
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

/// A bill of the person's household: the first that is to be paid.
///
/// # Errors
/// When there is none.
pub fn bill(host: &Host) -> Result<BillId> {
    let view = host.call::<PaymentsGet>(&Empty {})?;
    let bill = view.households.iter().flat_map(|household| &household.bills).next();
    Ok(bill.context("the household has no bills")?.id)
}

/// A fee with meters.
///
/// # Errors
/// When there is none.
pub fn meter(host: &Host) -> Result<FeeId> {
    let fees = host.call::<FeesGet>(&Empty {})?.fees;
    let fee = fees.iter().find(|fee| matches!(fee.content.basis, Basis::Meter { .. }));
    Ok(fee.context("no fee has meters")?.id)
}

/// A household that owes something.
///
/// # Errors
/// When none does.
pub fn debtor(host: &Host) -> Result<HouseholdId> {
    let query = OfficeBillsQuery { limit: 1, ..OfficeBillsQuery::default() };
    let rows = host.call::<OfficeBillsList>(&query)?.rows;
    Ok(rows.first().context("nobody was billed")?.household_id)
}

/// A household that wants back a payment, and some of what is kept for it; where none does, both are asked for here.
///
/// # Errors
/// When nobody was billed.
pub fn refunded(host: &Host) -> Result<HouseholdId> {
    if let Some(refund) = host.call::<RefundsGet>(&Empty {})?.refunds.first() {
        return Ok(refund.household_id);
    }
    let household_id = debtor(host)?;
    let attempt = || -> Result<OpId> { Ok(host.call::<AttemptNew>(&Empty {})?.id) };
    let take = |minor| -> Result<Payment> {
        host.call::<CounterPay>(&PayBills { attempt: attempt()?, household_id, bills: Vec::new(), minor })
    };
    let (payment, _) = (take(36_000)?, take(12_050)?);
    let ask = |payment: Option<&Payment>, minor, reason: &str| {
        host.call::<RefundAsk>(&RefundMoney {
            attempt: attempt()?,
            household_id,
            payment_id: payment.map(|payment| payment.id),
            way: payment.map_or(Way::Transfer, |payment| payment.way),
            minor,
            reason: reason.to_owned(),
            booked_wrongly: false,
        })
    };
    ask(Some(&payment), payment.minor, "收错了住户，应该是隔壁 3-1202 的。")?;
    ask(None, 5_000, "住户要搬走了，希望把预存款退回银行卡。")?;
    Ok(household_id)
}

/// A round that is due.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// The plan it is of.
    pub plan: RoundPlanId,
    /// The round.
    pub id: RoundId,
    /// Its first point.
    pub point: RoundPointId,
}

/// The round that is due first; where none is, one is planned here, and waited for.
///
/// # Errors
/// When nothing can be planned, or it does not come.
pub fn round(host: &Host) -> Result<Due> {
    let query = RoundsQuery { limit: 1, ..RoundsQuery::default() };
    if host.call::<RoundsList>(&query)?.due == 0 {
        let mut points = Vec::new();
        for number in 1..=2 {
            let mut point = host.call::<RoundPointNew>(&Empty {})?;
            let text =
                |zh: String, en: String| Localized([(Language::zh(), zh), (Language::en(), en)].into());
            point.name = text(format!("{number}号电梯"), format!("Lift {number}"));
            let checks = [
                ("门能平稳开关", "The doors open and close smoothly"),
                ("紧急呼叫有人应答", "The alarm is answered"),
            ];
            point.checks = (1..)
                .zip(checks)
                .map(|(number, (zh, en))| RoundCheck { number, words: text(zh.to_owned(), en.to_owned()) })
                .collect();
            points.push(point);
        }
        let name = Localized(
            [(Language::zh(), "电梯周检".to_owned()), (Language::en(), "Lifts, weekly".to_owned())].into(),
        );
        let every = Interval { count: 1, unit: IntervalUnit::Days };
        let first = "2026-01-05".to_owned();
        let content = RoundPlanContent { name, every, first, days: 1, points, retired: false };
        host.call::<RoundPlanSave>(&SaveRoundPlan { id: None, base_version: 0, content })?;
    }
    // The server makes it fall due with the next tick of its own; asking is what shows it.
    for _ in 0..2000 {
        let row = host.call::<RoundsList>(&query)?.rows.into_iter().next();
        if let Some(row) = row.filter(|row| row.inspected < row.points) {
            let plans = host.call::<RoundPlansList>(&Empty {})?.plans;
            let plan =
                plans.iter().find(|plan| plan.plan.id == row.plan_id).context("a round without a plan")?;
            let point = plan.plan.content.points.first().context("a plan without points")?.id;
            return Ok(Due { plan: row.plan_id, id: row.id, point });
        }
    }
    anyhow::bail!("no round has fallen due")
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
