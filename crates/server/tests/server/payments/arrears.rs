//! Arrears: what the ledger says is overdue, household by household.

use linli_server::params;
use linli_wire::{
    Code,
    id::{CommunityId, HouseholdId},
    payments::{ArrearsPage, Basis, FeeContent, Rate},
};
use reqwest::Method;

use super::prepared::*;
use crate::{
    both,
    repairs::zh,
    world::{Device, World},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn arrears(world: &World, office: &Device, query: &str) -> ArrearsPage {
    let path = format!("/v1/arrears?{query}");
    world.ok(Method::GET, &path, Some(&office.tokens.access), None::<&()>).await
}

/// What the ledger says that is owed in a community, or by one household.
async fn owed(world: &World, community: CommunityId, household: Option<HouseholdId>) -> i64 {
    let of = household.map(|id| id.to_string()).unwrap_or_default();
    let read = move |tx: &mut linli_server::db::Tx<'_>| {
        let sql = "SELECT CAST(COALESCE(SUM(posting.minor), 0) AS BIGINT) FROM posting
             JOIN ledger_account AS account
               ON account.community_id = posting.community_id AND account.id = posting.account_id
             WHERE posting.community_id = $1 AND account.kind = 'receivable'
               AND ($2 = '' OR account.household_id = $2)";
        Ok(tx.query_one(sql, params![community, &of])?.get(0)?)
    };
    world.app.db.read(read).await.unwrap()
}

both! {
    async fn arrears_are_what_the_ledger_says_is_overdue(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let parking = FeeContent {
            name: zh("车位费"), heading: "parking".to_owned(), basis: Basis::Unit, rate: Rate(30_000_000),
            units: vec![sun.unit_1201], ..by_area()
        };
        fee(&world, &office, parking).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        bill_month(&world, &office, "2026-10").await;
        assert_eq!(arrears(&world, &office, "").await.rows, [], "it is all due in two weeks");
        // A part is paid, so that Li owes more than Wang of the older bill, and less in all.
        take(&world, &office, &handed_over(sun.wang, &[&bill], 10_000)).await;
        world.later(15 * DAY_MS);
        let office = again(&world, &sun).await;
        let page = arrears(&world, &office, "").await;
        assert_eq!((page.total, page.overdue, page.currency.as_str()), (2, owed(&world, sun.id, None).await, "CNY"));
        for row in &page.rows {
            assert_eq!(row.overdue, owed(&world, sun.id, Some(row.household_id)).await, "{row:?}");
            assert_eq!((row.bills, row.oldest_due_on.as_str(), row.days_overdue), (2, "2026-10-05", 1));
        }
        let wang = page.rows.iter().find(|row| row.household_id == sun.wang).unwrap();
        assert_eq!((wang.code.as_str(), wang.units.as_str()), ("H-0001", "3-1201"));
        assert!(wang.people.len() >= 2, "{wang:?}");
        assert!(page.rows[0].overdue >= page.rows[1].overdue);
        // All of the larger one is paid: one is left, and what is kept for the other is nobody's arrears.
        let most = &page.rows[0];
        let bills = household(&world, &office, most.household_id).await.bills;
        let bills: Vec<_> = bills.iter().collect();
        take(&world, &office, &handed_over(most.household_id, &bills, most.overdue + 500)).await;
        let left = arrears(&world, &office, "").await;
        assert_eq!((left.total, left.overdue), (1, owed(&world, sun.id, None).await));
        assert_eq!(left.rows[0].household_id, page.rows[1].household_id);
        is_sound(&world).await;
    }

    async fn arrears_are_sorted_by_sum_or_by_age_and_come_in_pages(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        // Wang owes less in all, and has been late for longer than Li.
        let lis = household(&world, &office, sun.li).await.bills.remove(0);
        take(&world, &office, &handed_over(sun.wang, &[&bill], 20_000)).await;
        take(&world, &office, &handed_over(sun.li, &[&lis], lis.total)).await;
        world.later(20 * DAY_MS);
        let office = again(&world, &sun).await;
        let later = linli_wire::payments::PreviewBills { month: "2026-10".parse().unwrap(), due_on: "2026-10-20".to_owned() };
        let access = Some(office.tokens.access.as_str());
        let seen: linli_wire::payments::BillRunPreview = world.ok(Method::POST, "/v1/bill-runs/preview", access, Some(&later)).await;
        let _: linli_wire::payments::BillRun = world.ok(Method::POST, "/v1/bill-runs", access, Some(&publishing(&seen))).await;
        let october = household(&world, &office, sun.wang).await.bills.into_iter().find(|bill| bill.due_on == "2026-10-20").unwrap();
        take(&world, &office, &handed_over(sun.wang, &[&october], october.total)).await;
        world.later(11 * DAY_MS);
        let office = again(&world, &sun).await;
        let ids = async |query: &str| arrears(&world, &office, query).await.rows.iter().map(|row| row.household_id).collect::<Vec<_>>();
        assert_eq!(ids("").await, [sun.li, sun.wang]);
        assert_eq!(ids("by=sum").await, [sun.li, sun.wang]);
        assert_eq!(ids("by=age").await, [sun.wang, sun.li]);
        assert_eq!(ids("by=age&limit=1").await, [sun.wang]);
        assert_eq!(ids("by=age&limit=1&offset=1").await, [sun.li]);
        assert_eq!(arrears(&world, &office, "limit=1").await.total, 2);
        // How often they were reminded stands beside it, of what is still owed.
        let due = world.app.db.read(linli_server::payments::due_reminders).await.unwrap();
        for (community, household) in due.households {
            world.app.db.write(move |tx| linli_server::payments::remind(tx, community, household)).await.unwrap();
        }
        let page = arrears(&world, &office, "by=age").await;
        let told: Vec<_> = page.rows.iter().map(|row| (row.days_overdue, row.reminders, row.reminded_on.clone())).collect();
        let day = "2026-10-22".to_owned();
        assert_eq!(told, [(17, 1, vec![day]), (2, 0, vec![])]);
        for rubbish in ["by=name", "offset=-1", "limit=x", "by=%FF"] {
            let error = world.refused(Method::GET, &format!("/v1/arrears?{rubbish}"), Some(&office.tokens.access), None::<&()>).await;
            assert_eq!(error.code, Code::InvalidInput, "{rubbish}");
        }
    }

    async fn arrears_are_for_the_office_of_their_community(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        wangs_bill(&world, &sun, &office).await;
        world.later(20 * DAY_MS);
        let resident = world.join(&sun, sun.wang_mei).await;
        let error = world.refused(Method::GET, "/v1/arrears", Some(&resident.tokens.access), None::<&()>).await;
        assert_eq!(error.code, Code::NotAllowed);
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        let page = arrears(&world, &elsewhere, "").await;
        assert_eq!((page.rows.len(), page.total, page.overdue), (0, 0, 0));
    }
}
