//! Credit notes: a bill is never changed, what was wrong is taken back.

use linli_wire::{
    Code,
    id::CreditId,
    payments::{Bill, BillState, CreditBill, CreditPart},
};
use reqwest::Method;

use super::prepared::*;
use crate::{both, world::new_id};

fn taken(line: u16, minor: i64) -> CreditBill {
    CreditBill {
        id: CreditId(new_id()),
        reason: "The flat stood empty".to_owned(),
        parts: vec![CreditPart { line, minor }],
    }
}

both! {
    async fn a_line_is_taken_back_in_pieces_with_all_of_its_tax(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let path = format!("/v1/bills/{}/credit", bill.id);
        let credit = async |credit: &CreditBill| {
            let answer = world.send(Method::POST, &path, Some(&office.tokens.access), Some(credit)).await;
            assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        };
        let first = taken(0, 7_000);
        credit(&first).await;
        credit(&first).await;
        let now: Vec<Bill> = held(&world, &wang, "bill").await;
        assert_eq!((now[0].owed, now[0].credits.len(), now[0].total), (14_961, 1, bill.total), "the bill itself stays");
        assert_eq!((now[0].credits[0].number.as_str(), now[0].credits[0].minor), ("C-2026-000001", 7_000));
        let refused = async |credit: &CreditBill| world.refused(Method::POST, &path, Some(&office.tokens.access), Some(credit)).await.code;
        assert_eq!(refused(&taken(0, 14_962)).await, Code::InvalidInput, "more than is left of the line");
        assert_eq!(refused(&taken(1, 1)).await, Code::InvalidInput, "no such line");
        assert_eq!(refused(&taken(0, 0)).await, Code::InvalidInput);
        assert_eq!(refused(&taken(0, i64::MIN)).await, Code::InvalidInput);
        assert_eq!(refused(&CreditBill { reason: "  ".to_owned(), ..taken(0, 1) }).await, Code::InvalidInput);
        assert_eq!(refused(&CreditBill { parts: Vec::new(), ..taken(0, 1) }).await, Code::InvalidInput);
        assert_eq!(refused(&CreditBill { reason: "Another one".to_owned(), ..first.clone() }).await, Code::OperationReused);
        credit(&taken(0, 7_001)).await;
        credit(&taken(0, 7_960)).await;
        let now: Vec<Bill> = held(&world, &wang, "bill").await;
        assert_eq!((now[0].owed, now[0].state("2027-01-01")), (0, BillState::Credited));
        // Nothing is left of it under its heading, nor of its tax.
        let (community, id) = (sun.id, bill.id);
        let sums = world.app.db.read(move |tx| {
            let sql = "SELECT account.kind, CAST(SUM(posting.minor) AS BIGINT) FROM posting JOIN ledger_account AS account
                 ON account.community_id = posting.community_id AND account.id = posting.account_id
                 WHERE posting.community_id = $1 AND posting.bill_id = $2 GROUP BY account.kind ORDER BY account.kind";
            let rows = tx.query(sql, linli_server::params![community, id])?;
            rows.iter().map(|row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?))).collect::<Result<Vec<_>, linli_server::Error>>()
        }).await.unwrap();
        assert_eq!(sums, [("income".to_owned(), 0), ("receivable".to_owned(), 0), ("tax".to_owned(), 0)]);
        is_sound(&world).await;
    }

    async fn what_was_paid_already_is_kept_for_the_household(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        take(&world, &office, &handed_over(sun.wang, &[&bill], 20_000)).await;
        let path = format!("/v1/bills/{}/credit", bill.id);
        let answer = world.send(Method::POST, &path, Some(&office.tokens.access), Some(&taken(0, 5_000))).await;
        assert!(answer.status().is_success());
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept), (0, 3_039));
        assert_eq!(now.bills[0].state("2027-01-01"), BillState::Paid);
        is_sound(&world).await;
    }

    async fn nobody_takes_back_or_decides_for_their_own_household(world) {
        let sun = world.sun.clone();
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let bill = wangs_bill(&world, &sun, &chen).await;
        take(&world, &chen, &handed_over(sun.wang, &[&bill], bill.total + 500)).await;
        let asked = linli_wire::payments::AskRefund {
            id: linli_wire::id::RefundId(new_id()),
            household_id: sun.wang,
            payment_id: None,
            way: linli_wire::payments::Way::Counter,
            minor: 500,
            reason: "Too much".to_owned(),
            booked_wrongly: false,
        };
        let refund: linli_wire::payments::Refund =
            world.ok(Method::POST, "/v1/refunds", Some(&lin.tokens.access), Some(&asked)).await;
        let (credit, decide) = (format!("/v1/bills/{}/credit", bill.id), format!("/v1/refunds/{}/decide", refund.id));
        let yes = serde_json::json!({ "goes_back": true });
        let may_decide = async || -> bool {
            let all: linli_wire::payments::Refunds =
                world.ok(Method::GET, "/v1/refunds", Some(&chen.tokens.access), None::<&()>).await;
            all.refunds[0].may_decide
        };
        assert!(may_decide().await);
        // Whoever works for the office lives there, too; or a household lets them pay for it.
        let (community, id, wang, li) = (sun.id, sun.chen_jing, sun.wang, sun.li);
        let lives_in = async |home| {
            let person = crate::world::person(id, 4, "陈静", linli_wire::community::Role::Staff, home);
            world.app.db.write(move |tx| linli_server::community::put_person(tx, community, &person, "")).await.unwrap();
        };
        lives_in(Some(wang)).await;
        let refused = async || {
            let access = Some(chen.tokens.access.as_str());
            let credit = world.refused(Method::POST, &credit, access, Some(&taken(0, 1))).await.code;
            (credit, world.refused(Method::POST, &decide, access, Some(&yes)).await.code)
        };
        assert_eq!(refused().await, (Code::NotAllowed, Code::NotAllowed));
        assert!(!may_decide().await);
        lives_in(Some(li)).await;
        assert!(may_decide().await);
        let grandma = world.join(&sun, sun.grandma).await;
        crate::payments::relatives::let_in(&world, &grandma, &chen).await;
        assert_eq!(refused().await, (Code::NotAllowed, Code::NotAllowed));
        // Somebody else may.
        let access = Some(lin.tokens.access.as_str());
        assert!(world.send(Method::POST, &credit, access, Some(&taken(0, 1))).await.status().is_success());
        is_sound(&world).await;
    }

    async fn only_the_office_of_the_community_takes_back(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let resident = world.join(&sun, sun.wang_mei).await;
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let path = format!("/v1/bills/{}/credit", bill.id);
        for (device, code) in [(&resident, Code::NotAllowed), (&elsewhere, Code::NotFound)] {
            let error = world.refused(Method::POST, &path, Some(&device.tokens.access), Some(&taken(0, 1))).await;
            assert_eq!(error.code, code);
        }
    }
}
