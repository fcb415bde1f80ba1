//! What the office notes as spent: once, on a day and under a heading, and taken back by an entry of its own.

use linli_server::payments as paying;
use linli_wire::{
    Code,
    id::LedgerEntryId,
    payments::{MoneyByMonth, PaymentWays, Spend, SpendingHeading, Spendings, TakeSpendingBack},
};
use reqwest::Method;

use super::prepared::{is_sound, wangs_bill};
use crate::{
    both,
    repairs::zh,
    world::{Device, World, new_id},
};

fn spend(minor: i64) -> Spend {
    Spend {
        id: LedgerEntryId(new_id()),
        day: "2026-09-20".to_owned(),
        heading: "cleaning".to_owned(),
        minor,
        words: "蓝天保洁，九月".to_owned(),
        in_cash: false,
    }
}

async fn headings(world: &World) {
    let community = world.sun.id;
    let spending = vec![SpendingHeading { key: "cleaning".to_owned(), name: zh("保洁") }];
    let ways = PaymentWays { spending, ..PaymentWays::default() };
    world.app.db.write(move |tx| paying::put_ways(tx, community, &ways).map(drop)).await.unwrap();
}

async fn done<B: serde::Serialize>(world: &World, device: &Device, path: &str, body: &B) {
    let answer = world.send(Method::POST, path, Some(&device.tokens.access), Some(body)).await;
    assert_eq!(answer.status(), 204, "{path}: {}", answer.text().await.unwrap());
}

async fn refused<B: serde::Serialize>(world: &World, device: &Device, path: &str, body: &B) -> Code {
    world.refused(Method::POST, path, Some(&device.tokens.access), Some(body)).await.code
}

async fn listed(world: &World, device: &Device) -> Spendings {
    world.ok(Method::GET, "/v1/spending", Some(&device.tokens.access), None::<&()>).await
}

async fn spent(world: &World, device: &Device) -> i64 {
    let money: MoneyByMonth =
        world.ok(Method::GET, "/v1/money", Some(&device.tokens.access), None::<&()>).await;
    money.rows.iter().map(|row| row.spent).sum()
}

fn back(of: &Spend) -> String {
    format!("/v1/spending/{}/take-back", of.id)
}

fn because(reason: &str) -> TakeSpendingBack {
    TakeSpendingBack { id: LedgerEntryId(new_id()), reason: reason.to_owned() }
}

both! {
    async fn spending_is_noted_once_and_taken_back_by_its_opposite(world) {
        let sun = world.sun.clone();
        headings(&world).await;
        let (chen, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let asked = spend(12_000);
        let all = futures_util::future::join_all((0..4).map(|_| done(&world, &chen, "/v1/spending", &asked))).await;
        assert_eq!(all.len(), 4);
        assert_eq!(refused(&world, &chen, "/v1/spending", &Spend { minor: 1, ..asked.clone() }).await, Code::OperationReused);
        let cash = Spend { in_cash: true, day: "2026-09-21".to_owned(), ..spend(500) };
        done(&world, &chen, "/v1/spending", &cash).await;
        let seen = listed(&world, &chen).await;
        let rows: Vec<_> = seen.rows.iter().map(|row| (row.id, row.minor, row.in_cash, row.by.as_deref())).collect();
        assert_eq!(rows, [(cash.id, 500, true, Some("陈静")), (asked.id, 12_000, false, Some("陈静"))]);
        assert_eq!((seen.rows[1].words.as_str(), &seen.rows[1].name, seen.headings.len()), ("蓝天保洁，九月", &zh("保洁"), 1));
        assert_eq!(spent(&world, &wang).await, 12_500, "every resident sees it in the figures");

        let reason = because("Entered twice");
        assert!(seen.rows.iter().all(|row| row.is_own));
        assert_eq!(refused(&world, &chen, &back(&asked), &reason).await, Code::NotAllowed, "nobody takes back alone");
        let lin = world.join(&sun, sun.lin).await;
        assert!(listed(&world, &lin).await.rows.iter().all(|row| !row.is_own));
        done(&world, &lin, &back(&asked), &reason).await;
        done(&world, &lin, &back(&asked), &reason).await;
        world.later(24 * 60 * 60 * 1000);
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let wang = world.join(&sun, sun.wang_mei).await;
        // Asked again the day after, because the answer was lost.
        done(&world, &lin, &back(&asked), &reason).await;
        assert_eq!(refused(&world, &lin, &back(&asked), &because("Again")).await, Code::Conflict);
        let row = listed(&world, &chen).await.rows.remove(1);
        let taken = row.taken_back.expect("taken back");
        assert_eq!((taken.reason.as_str(), taken.day.as_str(), taken.by.as_deref()), ("Entered twice", "2026-09-21", Some("林涛")));
        assert_eq!(spent(&world, &wang).await, 500);
        is_sound(&world).await;
    }

    async fn what_is_no_spending_is_not_taken_back_and_rubbish_is_refused(world) {
        let sun = world.sun.clone();
        headings(&world).await;
        let (chen, wang) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.wang_mei).await);
        let asked = spend(100);
        done(&world, &chen, "/v1/spending", &asked).await;
        let path = "/v1/spending";
        for (wrong, code) in [
            (Spend { day: "2026-13-01".to_owned(), ..spend(1) }, Code::InvalidInput),
            (Spend { day: "2027-01-01".to_owned(), ..spend(1) }, Code::InvalidInput),
            (Spend { day: "gestern".to_owned(), ..spend(1) }, Code::InvalidInput),
            (spend(0), Code::InvalidInput),
            (spend(i64::MAX), Code::InvalidInput),
            (Spend { words: "x".repeat(501), ..spend(1) }, Code::InvalidInput),
            (Spend { heading: "nowhere".to_owned(), ..spend(1) }, Code::NotFound),
        ] {
            assert_eq!(refused(&world, &chen, path, &wrong).await, code, "{wrong:?}");
        }
        let own = world.join(&sun, sun.lin).await;
        for (reason, code) in [("", Code::InvalidInput), ("  ", Code::InvalidInput), (&*"x".repeat(501), Code::InvalidInput)] {
            assert_eq!(refused(&world, &own, &back(&asked), &because(reason)).await, code, "{reason:?}");
        }
        assert_eq!(refused(&world, &wang, &back(&asked), &because("Mine")).await, Code::NotAllowed);
        assert_eq!(refused(&world, &chen, &back(&spend(1)), &because("Nothing")).await, Code::NotFound);
        // A bill's entry is none of it.
        let bill = wangs_bill(&world, &sun, &chen).await;
        let path = format!("/v1/spending/{}/take-back", bill.id);
        assert_eq!(refused(&world, &chen, &path, &because("Not so")).await, Code::NotFound);
        // Nor is an opposite taken back by another one.
        let reason = because("Wrong");
        done(&world, &own, &back(&asked), &reason).await;
        let path = format!("/v1/spending/{}/take-back", reason.id);
        assert_eq!(refused(&world, &chen, &path, &because("Right")).await, Code::NotFound);
        let lin = world.join(&world.moon, world.moon.lin).await;
        assert_eq!(refused(&world, &lin, &back(&asked), &because("Elsewhere")).await, Code::NotFound);
        is_sound(&world).await;
    }
}
