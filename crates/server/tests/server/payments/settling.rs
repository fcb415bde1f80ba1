//! What left the account and stands in the books already: it is settled, and not counted out twice.

use linli_server::ledger::{self, Account};
use linli_wire::{
    Code,
    id::{LedgerEntryId, RefundId},
    payments::{
        AskRefund, BankMovement, BankMovementState, BookMovement, BookOwnMovement, OwnPlace, ProposedBecause,
        Refund, RefundState, SettleMovement, Spend, SpendMovement, Spendings, TakeSpendingBack, Way,
    },
};
use reqwest::Method;

use super::{bank::*, prepared::*};
use crate::{
    both,
    world::{Device, Place, World, new_id},
};

async fn in_bank(world: &World, place: &Place) -> i64 {
    let community = place.id;
    world.app.db.read(move |tx| ledger::balance(tx, community, &Account::Bank, "CNY")).await.unwrap()
}

/// A refund by transfer that one person asks for and another one decides.
async fn goes_back(world: &World, (asks, decides): (&Device, &Device), asked: &AskRefund) {
    let refund: Refund = done_as(world, asks, "/v1/refunds", asked).await;
    let yes = serde_json::json!({ "goes_back": true });
    let decided: Refund = done_as(world, decides, &format!("/v1/refunds/{}/decide", refund.id), &yes).await;
    assert_eq!(decided.state, RefundState::Done);
}

/// What went out, as it is listed among what is open.
async fn open(world: &World, device: &Device, minor: i64) -> Vec<BankMovement> {
    let mut rows = listed(world, device, "open").await.rows;
    rows.retain(|row| row.minor == minor);
    rows
}

fn spending(is_other: bool) -> SpendMovement {
    SpendMovement { heading: "cleaning".to_owned(), words: "九月".to_owned(), is_other }
}

both! {
    async fn a_refund_that_the_statement_tells_of_is_counted_out_once(world) {
        let sun = world.sun.clone();
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        has_account(&world, &sun).await;
        let bill = wangs_bill(&world, &sun, &chen).await;
        import(&world, &chen, statement(OWN, &[told("in", bill.total + 10_000, "?"), told("late", 500, "?")])).await;
        let book = |bills| BookMovement { household_id: sun.wang, bills };
        let came = open(&world, &chen, bill.total + 10_000).await.remove(0);
        done(&world, &chen, &deed(&came, "book"), &book(vec![bill.id])).await;
        let late = open(&world, &chen, 500).await.remove(0);
        let payment = done(&world, &chen, &deed(&late, "book"), &book(Vec::new())).await.payment.unwrap();
        let of_kept = AskRefund {
            id: RefundId(new_id()),
            household_id: sun.wang,
            payment_id: None,
            way: Way::Transfer,
            minor: 10_000,
            reason: "Moves out".to_owned(),
            booked_wrongly: false,
        };
        goes_back(&world, (&chen, &lin), &of_kept).await;
        let whole = AskRefund { id: RefundId(new_id()), payment_id: Some(payment.id), minor: 500, ..of_kept.clone() };
        goes_back(&world, (&chen, &lin), &whole).await;
        let out = [told("back", -10_000, "Moves out"), told("again", -10_000, "?"), told("whole", -500, "?")];
        import(&world, &chen, statement(OWN, &out)).await;

        // Both of the same amount may be it, until one is.
        let both = open(&world, &chen, -10_000).await;
        assert_eq!(both.len(), 2);
        for row in &both {
            let [counted] = row.counted.as_slice() else { panic!("{row:?}") };
            assert_eq!((counted.entry_id.0, counted.household_id, counted.home.as_str()), (of_kept.id.0, Some(sun.wang), "3-1201"));
            assert_eq!(counted.words, "Moves out");
            assert_eq!(refused(&world, &chen, &deed(row, "spend"), &spending(false)).await, Code::Conflict);
            let own = BookOwnMovement { place: OwnPlace::Cash, fee: None, is_other: false };
            assert_eq!(refused(&world, &chen, &deed(row, "own"), &own).await, Code::Conflict);
        }
        let settle = |entry_id| SettleMovement { entry_id };
        let this = settle(LedgerEntryId(of_kept.id.0));
        let wrong = settle(LedgerEntryId(whole.id.0));
        assert_eq!(refused(&world, &chen, &deed(&both[0], "settle"), &wrong).await, Code::Conflict, "it is as much as another");
        for _ in 0..2 {
            let settled = done(&world, &chen, &deed(&both[0], "settle"), &this).await;
            assert_eq!((settled.state, settled.counted.len()), (BankMovementState::Booked, 1));
        }
        assert_eq!(refused(&world, &chen, &deed(&both[0], "settle"), &wrong).await, Code::Conflict);
        assert_eq!(refused(&world, &chen, &deed(&both[1], "settle"), &this).await, Code::Conflict, "it is another one's");
        let back = open(&world, &chen, -500).await.remove(0);
        done(&world, &chen, &deed(&back, "settle"), &wrong).await;
        is_sound(&world).await;

        // The other one was spent: nothing is proposed for it any more, and nothing has to be said twice.
        let other = open(&world, &chen, -10_000).await.remove(0);
        assert!(other.id == both[1].id && other.counted.is_empty(), "{other:?}");
        done(&world, &chen, &deed(&other, "spend"), &spending(false)).await;
        let told: i64 = bill.total + 10_000 + 500 - 10_000 - 10_000 - 500;
        assert_eq!(in_bank(&world, &sun).await, told, "what the statement says");
        is_sound(&world).await;
    }

    async fn a_refund_that_comes_back_is_kept_for_the_household_again(world) {
        let sun = world.sun.clone();
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        has_account(&world, &sun).await;
        import(&world, &chen, statement(OWN, &[told("in", 10_000, "?")])).await;
        let came = open(&world, &chen, 10_000).await.remove(0);
        let book = |household_id| BookMovement { household_id, bills: Vec::new() };
        done(&world, &chen, &deed(&came, "book"), &book(sun.wang)).await;
        let asked = AskRefund {
            id: RefundId(new_id()),
            household_id: sun.wang,
            payment_id: None,
            way: Way::Transfer,
            minor: 10_000,
            reason: "Moves out".to_owned(),
            booked_wrongly: false,
        };
        goes_back(&world, (&chen, &lin), &asked).await;
        let back = Told { is_reversal: true, ..told("back", 10_000, "AC04") };
        let strange = Told { is_reversal: true, ..told("strange", 9_999, "AC04") };
        import(&world, &chen, statement(OWN, &[told("out", -10_000, "?"), back, strange])).await;
        let out = open(&world, &chen, -10_000).await.remove(0);
        done(&world, &chen, &deed(&out, "settle"), &SettleMovement { entry_id: out.counted[0].entry_id }).await;
        assert_eq!((in_bank(&world, &sun).await, household(&world, &chen, sun.wang).await.account.kept), (0, 0));
        let strange = open(&world, &chen, 9_999).await.remove(0);
        assert_eq!(strange.proposals, []);
        assert_eq!(refused(&world, &chen, &deed(&strange, "book"), &book(sun.wang)).await, Code::Conflict);
        let back = open(&world, &chen, 10_000).await.remove(0);
        let [proposal] = back.proposals.as_slice() else { panic!("{back:?}") };
        assert_eq!((proposal.household_id, proposal.kept, proposal.why), (sun.wang, 10_000, ProposedBecause::CameBack));
        assert_eq!(refused(&world, &chen, &deed(&back, "book"), &book(sun.li)).await, Code::Conflict);
        for _ in 0..2 {
            done(&world, &chen, &deed(&back, "book"), &book(sun.wang)).await;
        }
        assert_eq!((in_bank(&world, &sun).await, household(&world, &chen, sun.wang).await.account.kept), (10_000, 10_000));
        is_sound(&world).await;
    }

    async fn two_who_settle_at_once_settle_one(world) {
        let sun = world.sun.clone();
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        has_account(&world, &sun).await;
        let noted = noted(&world, &chen, 5_000).await;
        import(&world, &chen, statement(OWN, &[told("1", -5_000, "?"), told("2", -5_000, "?")])).await;
        let rows = open(&world, &chen, -5_000).await;
        let asked = SettleMovement { entry_id: noted };
        let paths = [deed(&rows[0], "settle"), deed(&rows[1], "settle")];
        let one = world.send(Method::POST, &paths[0], Some(&chen.tokens.access), Some(&asked));
        let two = world.send(Method::POST, &paths[1], Some(&lin.tokens.access), Some(&asked));
        let (one, two) = futures_util::join!(one, two);
        let mut answers = [one.status().as_u16(), two.status().as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 409]);
        is_sound(&world).await;
    }

    async fn what_is_noted_after_the_bank_has_paid_it_is_known_in_the_statement_of_its_month(world) {
        let sun = world.sun.clone();
        let chen = world.join(&sun, sun.chen_jing).await;
        has_account(&world, &sun).await;
        let noted = noted(&world, &chen, 6_000).await;
        for (day, proposed) in [("2026-08-31", Some(noted)), ("2026-07-31", None)] {
            let file = statement(OWN, &[told(day, -6_000, "?")]).replace("2026-09-21", day);
            import(&world, &chen, file).await;
            let rows = open(&world, &chen, -6_000).await;
            let row = rows.iter().find(|row| row.day == day).unwrap();
            assert_eq!(row.counted.first().map(|counted| counted.entry_id), proposed, "{day}");
        }
    }

    async fn spending_that_was_noted_is_counted_out_once(world) {
        let sun = world.sun.clone();
        let (chen, lin) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        has_account(&world, &sun).await;
        let (paid, open_one) = (noted(&world, &chen, 5_000).await, noted(&world, &chen, 7_000).await);
        import(&world, &chen, statement(OWN, &[told("out", -5_000, "?"), told("other", -7_000, "?")])).await;
        let row = open(&world, &chen, -5_000).await.remove(0);
        assert_eq!((row.counted[0].entry_id, row.counted[0].household_id), (paid, None));
        done(&world, &chen, &deed(&row, "settle"), &SettleMovement { entry_id: paid }).await;
        assert_eq!(in_bank(&world, &sun).await, -12_000);
        // A statement told of it: it left the account, and is not taken back.
        let spent: Spendings = world.ok(Method::GET, "/v1/spending", Some(&lin.tokens.access), None::<&()>).await;
        let told = |id| spent.rows.iter().find(|row| row.id == id).unwrap().from_statement;
        assert_eq!((told(paid), told(open_one)), (true, false));
        let why = || TakeSpendingBack { id: LedgerEntryId(new_id()), reason: "Wrong".to_owned() };
        let back = |id: LedgerEntryId| format!("/v1/spending/{id}/take-back");
        assert_eq!(refused(&world, &lin, &back(paid), &why()).await, Code::Conflict);
        // The same amount again, which is something else: it has to be said.
        let row = open(&world, &chen, -7_000).await.remove(0);
        assert_eq!(refused(&world, &chen, &deed(&row, "spend"), &spending(false)).await, Code::Conflict);
        done(&world, &chen, &deed(&row, "spend"), &spending(true)).await;
        assert_eq!(in_bank(&world, &sun).await, -19_000);
        // What was taken back is nothing that a statement can tell of.
        let path = back(open_one);
        let answer = world.send(Method::POST, &path, Some(&lin.tokens.access), Some(&why())).await;
        assert!(answer.status().is_success());
        import(&world, &chen, statement(OWN, &[told_of_more()])).await;
        assert_eq!(open(&world, &chen, -7_000).await[0].counted, []);
        assert_eq!(in_bank(&world, &sun).await, -12_000);
        is_sound(&world).await;
    }
}

fn told_of_more() -> Told<'static> {
    told("more", -7_000, "?")
}

/// Spending from the bank that somebody notes by hand.
async fn noted(world: &World, device: &Device, minor: i64) -> LedgerEntryId {
    let id = LedgerEntryId(new_id());
    let asked = Spend {
        id,
        day: "2026-09-20".to_owned(),
        heading: "cleaning".to_owned(),
        minor,
        words: "蓝天保洁".to_owned(),
        in_cash: false,
    };
    let answer = world.send(Method::POST, "/v1/spending", Some(&device.tokens.access), Some(&asked)).await;
    assert!(answer.status().is_success());
    id
}
