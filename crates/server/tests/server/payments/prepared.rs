//! Fees and bills, and short words for what tests do with them.

use linli_server::check;
use linli_wire::{
    id::{BillId, BillRunId, CreditId, FeeId, HouseholdId, PaymentId},
    ops::{Action, Outcome},
    payments::{
        Basis, Bill, BillRun, BillRunPreview, CounterPayment, CreditBill, CreditPart, FeeContent,
        HouseholdPayments, NewReading, Payment, PreviewBills, PublishBills, Rate, Tax,
    },
};
use reqwest::Method;

use crate::{
    repairs::zh,
    world::{Device, Place, World, new_id},
};

/// 2.35 a square metre, 6 % of which are in it; every month of this year.
pub fn by_area() -> FeeContent {
    FeeContent {
        name: zh("物业费"),
        heading: "property-fee".to_owned(),
        basis: Basis::SquareMetre,
        rate: Rate(2_350_000),
        every_months: 1,
        from: "2026-01-01".to_owned(),
        until: None,
        tax: Tax { basis_points: 600, included: true },
        units: Vec::new(),
        discounts: Vec::new(),
    }
}

/// 5.00 a cubic metre.
pub fn water() -> FeeContent {
    FeeContent {
        name: zh("水费"),
        heading: "water".to_owned(),
        basis: Basis::Meter { measure: "m³".to_owned() },
        rate: Rate(5_000_000),
        tax: Tax::default(),
        ..by_area()
    }
}

pub async fn save(
    world: &World,
    device: &Device,
    id: FeeId,
    base_version: u64,
    content: FeeContent,
) -> Outcome {
    world.ops(device, vec![Action::SaveFee { fee_id: id, base_version, content }]).await.remove(0)
}

/// A fee that is there.
pub async fn fee(world: &World, device: &Device, content: FeeContent) -> FeeId {
    let id = FeeId(new_id());
    let outcome = save(world, device, id, 0, content).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    id
}

pub async fn read(world: &World, device: &Device, fee_id: FeeId, readings: Vec<NewReading>) -> Outcome {
    world.ops(device, vec![Action::SaveReadings { fee_id, readings }]).await.remove(0)
}

pub fn preview_of(month: &str) -> PreviewBills {
    PreviewBills { month: month.parse().unwrap(), due_on: "2026-10-05".to_owned() }
}

pub async fn preview(world: &World, device: &Device, month: &str) -> BillRunPreview {
    let path = "/v1/bill-runs/preview";
    world.ok(Method::POST, path, Some(&device.tokens.access), Some(&preview_of(month))).await
}

pub fn publishing(preview: &BillRunPreview) -> PublishBills {
    PublishBills {
        id: BillRunId(new_id()),
        month: preview.month,
        due_on: preview.due_on.clone(),
        digest: preview.digest.clone(),
    }
}

/// The bills of a month, looked at and published.
pub async fn bill_month(world: &World, device: &Device, month: &str) -> BillRun {
    let asked = publishing(&preview(world, device, month).await);
    world.ok(Method::POST, "/v1/bill-runs", Some(&device.tokens.access), Some(&asked)).await
}

/// A household as the office sees it.
pub async fn household(world: &World, office: &Device, id: HouseholdId) -> HouseholdPayments {
    let path = format!("/v1/households/{id}/payments");
    world.ok(Method::GET, &path, Some(&office.tokens.access), None::<&()>).await
}

/// A bill of September for 219.61 to the household of Wang Mei.
pub async fn wangs_bill(world: &World, place: &Place, office: &Device) -> Bill {
    fee(world, office, by_area()).await;
    bill_month(world, office, "2026-09").await;
    household(world, office, place.wang).await.bills.remove(0)
}

/// [`wangs_bill`], of which a fen was taken back for a reason.
pub async fn credited(world: &World, place: &Place, office: &Device, reason: &str) -> BillId {
    let id = wangs_bill(world, place, office).await.id;
    let credit = CreditBill {
        id: CreditId(new_id()),
        reason: reason.to_owned(),
        parts: vec![CreditPart { line: 0, minor: 1 }],
    };
    let path = format!("/v1/bills/{id}/credit");
    let answer = world.send(Method::POST, &path, Some(&office.tokens.access), Some(&credit)).await;
    assert!(answer.status().is_success());
    id
}

pub fn handed_over(household_id: HouseholdId, bills: &[&Bill], minor: i64) -> CounterPayment {
    let bills = bills.iter().map(|bill| bill.id).collect();
    CounterPayment { id: PaymentId(new_id()), household_id, bills, minor }
}

pub async fn take(world: &World, office: &Device, payment: &CounterPayment) -> Payment {
    world.ok(Method::POST, "/v1/payments/counter", Some(&office.tokens.access), Some(payment)).await
}

/// What a device holds of a kind, by id.
pub async fn held<T: serde::de::DeserializeOwned>(world: &World, device: &Device, entity: &str) -> Vec<T> {
    let (pages, _) = world.sync(device, None).await;
    let mut held = std::collections::BTreeMap::new();
    for change in pages.iter().flat_map(|page| &page.scopes).flat_map(|scope| &scope.changes) {
        if change.entity.as_str() == entity {
            held.insert(change.id, serde_json::from_str(change.body.as_ref().unwrap().get()).unwrap());
        }
    }
    held.into_values().collect()
}

/// Nothing is wrong anywhere in the database.
pub async fn is_sound(world: &World) {
    assert_eq!(world.app.db.read(check::database).await.unwrap(), Vec::<String>::new());
}

/// The office, joined on another day: tokens of before have ended.
pub async fn again(world: &World, place: &Place) -> Device {
    world.join(place, place.lin).await
}
