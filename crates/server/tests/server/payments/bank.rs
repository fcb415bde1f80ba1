//! Statements of the bank: what they tell ends in the ledger once, and only what is certain by itself.

use linli_server::{ledger::Account as OwnAccount, payments as paying};
use linli_wire::{
    Code, Language, Localized,
    id::{BankMovementId, RefundId},
    payments::{
        AskRefund, BankAccount, BankHint, BankImport, BankMovement, BankMovementState, BankMovementsPage,
        BankOwn, Bill, BookMovement, BookOwnMovement, MovementFee, OpenMovementAgain, OwnPlace, PaymentWays,
        ProposedBecause, Refund, RefundState, SetMovementAside, SpendMovement, SpendingHeading, Way,
    },
};
use reqwest::Method;

use super::prepared::*;
use crate::{
    both,
    world::{Device, Place, World, new_id, problem},
};

pub(super) const OWN: &str = "DE89370400440532013000";

/// A movement of a statement.
#[derive(Clone)]
pub(super) struct Told<'a> {
    pub(super) id: &'a str,
    pub(super) minor: i64,
    pub(super) currency: &'a str,
    pub(super) name: &'a str,
    pub(super) text: String,
    pub(super) is_reversal: bool,
}

pub(super) fn told(id: &str, minor: i64, text: impl Into<String>) -> Told<'_> {
    Told { id, minor, currency: "CNY", name: "赵六", text: text.into(), is_reversal: false }
}

/// A camt.053 of an account.
pub(super) fn statement(account: &str, movements: &[Told<'_>]) -> String {
    let entry = |told: &Told<'_>| {
        let (amount, is_in) = (told.minor.unsigned_abs(), told.minor > 0);
        let side = if is_in != told.is_reversal { "Dbtr" } else { "Cdtr" };
        format!(
            "<Ntry><Amt Ccy=\"{}\">{}.{:02}</Amt><CdtDbtInd>{}</CdtDbtInd><RvslInd>{}</RvslInd><Sts>BOOK</Sts>
             <BookgDt><Dt>2026-09-21</Dt></BookgDt><AcctSvcrRef>{}</AcctSvcrRef><NtryDtls><TxDtls>
             <RltdPties><{side}><Nm>{}</Nm></{side}></RltdPties><RmtInf><Ustrd>{}</Ustrd></RmtInf>
             </TxDtls></NtryDtls></Ntry>",
            told.currency,
            amount / 100,
            amount % 100,
            if is_in { "CRDT" } else { "DBIT" },
            told.is_reversal,
            told.id,
            told.name,
            told.text
        )
    };
    let entries: String = movements.iter().map(entry).collect();
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>
         <GrpHdr/><Stmt><Id>2026-09-21</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{entries}</Stmt>
         </BkToCstmrStmt></Document>"
    )
}

/// The community has an account, and spends money on cleaning.
pub(super) async fn has_account(world: &World, place: &Place) {
    let community = place.id;
    let name = Localized::one(Language::zh(), "保洁");
    let ways = PaymentWays {
        bank: Some(BankAccount {
            holder: "阳光花园".to_owned(),
            number: OWN.to_owned(),
            bank: "Bank".to_owned(),
            bic: String::new(),
        }),
        spending: vec![SpendingHeading { key: "cleaning".to_owned(), name }],
        ..PaymentWays::default()
    };
    world.app.db.write(move |tx| paying::put_ways(tx, community, &ways)).await.unwrap();
}

pub(super) async fn post(world: &World, device: &Device, file: impl Into<Vec<u8>>) -> reqwest::Response {
    let request = world.http.post(format!("{}/v1/bank-statements", world.url)).body(file.into());
    request.bearer_auth(&device.tokens.access).send().await.unwrap()
}

pub(super) async fn import(world: &World, device: &Device, file: impl Into<Vec<u8>>) -> BankImport {
    let response = post(world, device, file).await;
    assert!(response.status().is_success(), "{:?}", response.text().await);
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// What somebody of this name paid into the account.
pub async fn brought(world: &World, office: &Device, name: &str) -> BankMovementId {
    import(world, office, format!("Date;Amount;Name\n2026-09-21;3.00;{name}\n")).await;
    listed(world, office, "open").await.rows.remove(0).id
}

pub(super) async fn listed(world: &World, device: &Device, state: &str) -> BankMovementsPage {
    let path = format!("/v1/bank-movements?state={state}");
    world.ok(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await
}

pub(super) fn deed(movement: &BankMovement, deed: &str) -> String {
    format!("/v1/bank-movements/{}/{deed}", movement.id)
}

pub(super) async fn done<B: serde::Serialize>(
    world: &World,
    device: &Device,
    path: &str,
    asked: &B,
) -> BankMovement {
    world.ok(Method::POST, path, Some(&device.tokens.access), Some(asked)).await
}

pub(super) async fn done_as<B: serde::Serialize, R: serde::de::DeserializeOwned>(
    world: &World,
    device: &Device,
    path: &str,
    asked: &B,
) -> R {
    world.ok(Method::POST, path, Some(&device.tokens.access), Some(asked)).await
}

pub(super) async fn refused<B: serde::Serialize>(
    world: &World,
    device: &Device,
    path: &str,
    asked: &B,
) -> Code {
    world.refused(Method::POST, path, Some(&device.tokens.access), Some(asked)).await.code
}

/// As somebody who was asked and takes in only what is new.
pub(super) async fn import_new(world: &World, device: &Device, file: &str) -> BankImport {
    let request = world.http.post(format!("{}/v1/bank-statements?only_new=true", world.url));
    let response = request.body(file.to_owned()).bearer_auth(&device.tokens.access).send().await.unwrap();
    assert!(response.status().is_success(), "{:?}", response.text().await);
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// Somebody is asked first: so many of so many were told of before, and nothing was taken in.
pub(super) async fn asks_first(world: &World, device: &Device, file: &str, told: (u64, u64)) {
    let error = problem(post(world, device, file).await).await;
    assert_eq!(error.code, Code::Conflict);
    let number = |name: &str| error.details[name].as_u64().unwrap();
    assert_eq!((number("told_before"), number("movements")), told);
}

both! {
    async fn what_is_only_moved_brings_card_and_till_to_what_is_there(world) {
        let sun = world.sun.clone();
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        has_account(&world, &sun).await;
        let bill = wangs_bill(&world, &sun, &chen).await;
        take(&world, &chen, &handed_over(sun.wang, &[&bill], 20_000)).await;
        let told = [told("cash", 15_000, "Einzahlung"), told("payout", 9_800, "STRIPE"), told("fetched", -1_000, "ATM")];
        import(&world, &chen, statement(OWN, &told)).await;
        let open = listed(&world, &chen, "open").await.rows;
        let of = |minor| open.iter().find(|row| row.minor == minor).unwrap().clone();
        let sums = async || {
            let mut sums = Vec::new();
            for account in [OwnAccount::Bank, OwnAccount::Cash, OwnAccount::Card, OwnAccount::Spending("cleaning".to_owned())] {
                let community = sun.id;
                let sum = world.app.db.read(move |tx| linli_server::ledger::balance(tx, community, &account, "CNY"));
                sums.push(sum.await.unwrap());
            }
            sums
        };
        let fee = |minor, heading: &str| Some(MovementFee { heading: heading.to_owned(), minor });
        let own = |place, fee| BookOwnMovement { place, fee, is_other: false };
        let book = async |minor, asked: &BookOwnMovement| done(&world, &chen, &deed(&of(minor), "own"), asked).await;
        let code = async |minor, asked: &BookOwnMovement| refused(&world, &chen, &deed(&of(minor), "own"), asked).await;
        assert_eq!(code(9_800, &own(OwnPlace::Card, fee(0, "cleaning"))).await, Code::InvalidInput);
        assert_eq!(code(9_800, &own(OwnPlace::Card, fee(1, "nowhere"))).await, Code::NotFound);
        assert_eq!(code(9_800, &own(OwnPlace::Other, None)).await, Code::InvalidInput);
        for _ in 0..2 {
            let booked = book(15_000, &own(OwnPlace::Cash, None)).await;
            assert_eq!(booked.own, Some(BankOwn { place: OwnPlace::Cash, may_open_again: false }));
            book(-1_000, &own(OwnPlace::Cash, None)).await;
            book(9_800, &own(OwnPlace::Card, fee(200, "cleaning"))).await;
        }
        assert_eq!(sums().await, [23_800, 6_000, -10_000, 200]);
        assert_eq!(code(15_000, &own(OwnPlace::Card, None)).await, Code::Conflict, "it is booked otherwise");
        let payment = BookMovement { household_id: sun.wang, bills: Vec::new() };
        assert_eq!(refused(&world, &chen, &deed(&of(15_000), "book"), &payment).await, Code::Conflict);
        is_sound(&world).await;

        // Booked wrongly: somebody else opens it again, and it is booked as what it is.
        let why = OpenMovementAgain { reason: "Somebody paid at the machine".to_owned() };
        let path = deed(&of(15_000), "open-again");
        assert_eq!(refused(&world, &chen, &path, &why).await, Code::NotAllowed, "nobody does so alone");
        assert_eq!(refused(&world, &lin, &path, &OpenMovementAgain { reason: " ".to_owned() }).await, Code::InvalidInput);
        for _ in 0..2 {
            let opened = done(&world, &lin, &path, &why).await;
            assert_eq!((opened.state, opened.own), (BankMovementState::Open, None));
        }
        assert_eq!(sums().await, [8_800, 21_000, -10_000, 200]);
        is_sound(&world).await;
        let booked = done(&world, &chen, &deed(&of(15_000), "book"), &payment).await;
        assert_eq!(booked.payment.unwrap().household_id, sun.wang);
        assert_eq!(refused(&world, &lin, &path, &why).await, Code::Conflict);
        assert_eq!(sums().await[0], 23_800);
        let money: linli_wire::payments::MoneyByMonth =
            world.ok(Method::GET, "/v1/money", Some(&chen.tokens.access), None::<&()>).await;
        assert_eq!(money.rows.iter().map(|row| row.spent).sum::<i64>(), 200, "what was kept on the way is spending");
        is_sound(&world).await;
    }

    async fn what_was_booked_for_the_wrong_home_is_booked_for_the_right_one(world) {
        let sun = world.sun.clone();
        let chen = world.join(&sun, sun.chen_jing).await;
        let lin = world.join(&sun, sun.lin).await;
        has_account(&world, &sun).await;
        fee(&world, &chen, by_area()).await;
        bill_month(&world, &chen, "2026-09").await;
        let bill = household(&world, &chen, sun.wang).await.bills.remove(0);
        let other = household(&world, &chen, sun.li).await.bills.remove(0);
        import(&world, &chen, statement(OWN, &[told("A", bill.total, "for September")])).await;
        let movement = listed(&world, &chen, "open").await.rows.remove(0);
        let book = async |bill: &Bill| -> BankMovement {
            let asked = BookMovement { household_id: bill.household_id, bills: vec![bill.id] };
            done(&world, &chen, &deed(&movement, "book"), &asked).await
        };
        let in_bank = async || {
            let (community, account) = (sun.id, OwnAccount::Bank);
            let sum = world.app.db.read(move |tx| linli_server::ledger::balance(tx, community, &account, "CNY"));
            sum.await.unwrap()
        };
        // Twice wrong, then right.
        for wrong in [&other, &bill] {
            let payment = book(wrong).await.payment.unwrap();
            let asked = AskRefund {
                id: RefundId(new_id()),
                household_id: wrong.household_id,
                payment_id: Some(payment.id),
                way: Way::Transfer,
                minor: bill.total,
                reason: "Booked for the wrong home".to_owned(),
                booked_wrongly: true,
            };
            let refund: Refund = done_as(&world, &chen, "/v1/refunds", &asked).await;
            assert!(refund.booked_wrongly);
            let path = format!("/v1/refunds/{}/decide", refund.id);
            let yes = serde_json::json!({ "goes_back": true });
            assert_eq!(refused(&world, &chen, &path, &yes).await, Code::NotAllowed, "nobody decides alone");
            assert_eq!(listed(&world, &chen, "open").await.total, 0, "nothing moved yet");
            for _ in 0..2 {
                let decided: Refund = done_as(&world, &lin, &path, &yes).await;
                assert_eq!(decided.state, RefundState::Done);
            }
            assert_eq!((listed(&world, &chen, "open").await.total, in_bank().await), (1, 0));
            let now = household(&world, &chen, wrong.household_id).await;
            let back = now.payments[0].given_back.as_ref().unwrap();
            assert!(now.bills[0].owed == now.bills[0].total && back.booked_wrongly, "{back:?}");
            is_sound(&world).await;
        }
        let brought = import(&world, &chen, statement(OWN, &[told("A", bill.total, "for September")])).await;
        assert_eq!((brought.new, brought.known), (0, 1));
        for _ in 0..2 {
            assert_eq!(book(&bill).await.payment.unwrap().household_id, sun.wang);
        }
        let now = household(&world, &chen, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept, in_bank().await), (0, 0, bill.total));
        assert_eq!(household(&world, &chen, sun.li).await.bills[0].owed, other.total);
        is_sound(&world).await;
    }

    async fn what_is_certain_is_booked_by_itself_and_the_same_again_brings_nothing(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let wang = world.join(&sun, sun.wang_mei).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let file = statement(OWN, &[told("1", bill.total, bill.reference.clone())]);
        let brought = import(&world, &office, file.clone()).await;
        assert_eq!((brought.new, brought.booked, brought.open, brought.known), (1, 1, 0, 0));
        let held: Vec<Bill> = held(&world, &wang, "bill").await;
        assert_eq!((held[0].owed, held[0].paid.len(), held[0].paid[0].way), (0, 1, Way::Transfer));
        // Again, alone and in a statement that overlaps it.
        let again = import(&world, &office, file).await;
        assert_eq!((again.new, again.known, again.booked), (0, 1, 0));
        let more = [told("1", bill.total, bill.reference.clone()), told("2", 500, "?")];
        let more = import(&world, &office, statement(OWN, &more)).await;
        assert_eq!((more.new, more.known, more.open), (1, 1, 1));
        let booked = listed(&world, &office, "booked").await;
        let payment = booked.rows[0].payment.clone().unwrap();
        assert_eq!((booked.total, booked.open, payment.household_id), (1, 1, sun.wang));
        assert_eq!(household(&world, &office, sun.wang).await.payments.len(), 1);
        is_sound(&world).await;
    }

    async fn statements_at_once_book_once(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let others = household(&world, &office, sun.li).await.bills.remove(0);
        // Each in another order, so that two of them would wait for one another if they did not take turns.
        let mut movements =
            vec![told("1", bill.total, bill.reference.clone()), told("2", others.total, others.reference.clone())];
        let mut files = Vec::new();
        for _ in 0..6 {
            files.push(statement(OWN, &movements));
            movements.reverse();
        }
        let at_once = files.into_iter().map(|file| import(&world, &office, file));
        let handed = handed_over(sun.li, &[], 100);
        let counter = take(&world, &office, &handed);
        let (brought, _) = futures_util::join!(futures_util::future::join_all(at_once), counter);
        assert_eq!(brought.iter().map(|one| one.new).sum::<u32>(), 2, "{brought:?}");
        assert_eq!(brought.iter().map(|one| one.booked).sum::<u32>(), 2, "{brought:?}");
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.payments.len(), now.bills[0].owed, now.account.kept), (1, 0, 0));
        is_sound(&world).await;
    }

    async fn parts_and_more_than_is_owed_wait_for_a_clerk(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let part = statement(OWN, &[told("part", 10_000, bill.reference.clone())]);
        assert_eq!(import(&world, &office, part).await.open, 1);
        let open = listed(&world, &office, "open").await.rows.remove(0);
        let proposal = &open.proposals[0];
        assert_eq!((proposal.household_id, proposal.why, proposal.kept), (sun.wang, ProposedBecause::Reference, 0));
        assert_eq!((proposal.bills[0].id, proposal.bills[0].owed), (bill.id, bill.total));
        let asked = BookMovement { household_id: sun.wang, bills: vec![bill.id] };
        let path = deed(&open, "book");
        // Many at once, as after a lost answer.
        let all = futures_util::future::join_all((0..6).map(|_| done(&world, &office, &path, &asked))).await;
        assert!(all.iter().all(|one| one == &all[0]), "{all:?}");
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.payments.len(), now.bills[0].owed), (1, bill.total - 10_000));
        // Somebody else decides otherwise.
        let other = BookMovement { household_id: sun.li, bills: Vec::new() };
        assert_eq!(refused(&world, &office, &path, &other).await, Code::Conflict);
        let aside = SetMovementAside { reason: "不是".to_owned() };
        assert_eq!(refused(&world, &office, &deed(&open, "set-aside"), &aside).await, Code::Conflict);
        // What is left and a little more.
        let more = statement(OWN, &[told("more", bill.total, bill.reference.clone())]);
        assert_eq!(import(&world, &office, more).await.booked, 0);
        let open = listed(&world, &office, "open").await.rows.remove(0);
        assert_eq!(open.proposals[0].kept, 10_000);
        done(&world, &office, &deed(&open, "book"), &asked).await;
        let now = household(&world, &office, sun.wang).await;
        assert_eq!((now.bills[0].owed, now.account.kept), (0, 10_000));
        // A third time: it names a bill of which nothing is owed.
        let third = statement(OWN, &[told("third", bill.total, bill.reference.clone())]);
        assert_eq!(import(&world, &office, third).await.booked, 0);
        let open = listed(&world, &office, "open").await.rows.remove(0);
        assert_eq!(open.hint, Some(BankHint::PaidBill));
        assert_eq!((open.proposals[0].household_id, open.proposals[0].kept), (sun.wang, bill.total));
        is_sound(&world).await;
    }

    async fn two_clerks_decide_once(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let (office, other) = (world.join(&sun, sun.chen_jing).await, world.join(&sun, sun.lin).await);
        let bill = wangs_bill(&world, &sun, &office).await;
        import(&world, &office, statement(OWN, &[told("1", 10_000, "?")])).await;
        let open = listed(&world, &office, "open").await.rows.remove(0);
        let book = BookMovement { household_id: sun.wang, bills: vec![bill.id] };
        let aside = SetMovementAside { reason: "不是".to_owned() };
        let (path, away) = (deed(&open, "book"), deed(&open, "set-aside"));
        let one = world.send(Method::POST, &path, Some(&office.tokens.access), Some(&book));
        let two = world.send(Method::POST, &away, Some(&other.tokens.access), Some(&aside));
        let (one, two) = futures_util::join!(one, two);
        // What was set aside may be booked after all; what is booked stays so.
        assert!(one.status().is_success(), "{one:?}");
        assert!(two.status().is_success() || problem(two).await.code == Code::Conflict);
        let booked = listed(&world, &office, "booked").await;
        assert_eq!((booked.total, booked.open), (1, 0));
        assert_eq!(household(&world, &office, sun.wang).await.payments.len(), 1);
        is_sound(&world).await;
    }

    async fn what_is_no_payment_is_not_booked_as_one(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let reference = bill.reference.clone();
        import(&world, &office, statement(OWN, &[told("paid", bill.total, reference.clone())])).await;
        let back = Told { is_reversal: true, ..told("back", -bill.total, reference.clone()) };
        let euros = Told { currency: "EUR", ..told("euros", 10_000, reference) };
        let out = told("out", -4_000, "保洁");
        let brought = import(&world, &office, statement(OWN, &[back, euros, out])).await;
        assert_eq!((brought.new, brought.booked, brought.open), (3, 0, 3));
        let rows = listed(&world, &office, "open").await.rows;
        let find = |minor: i64| rows.iter().find(|row| row.minor == minor).unwrap();
        let (back, euros, out) = (find(-bill.total), find(10_000), find(-4_000));
        let paid = &household(&world, &office, sun.wang).await.payments[0];
        assert_eq!((back.hint, back.payment.as_ref().unwrap().id), (Some(BankHint::Reversal), paid.id));
        assert_eq!((euros.hint, out.hint), (Some(BankHint::OtherCurrency), Some(BankHint::WentOut)));
        let book = BookMovement { household_id: sun.wang, bills: Vec::new() };
        let spend = SpendMovement { heading: "cleaning".to_owned(), words: "九月".to_owned(), is_other: false };
        for row in [back, euros, out] {
            assert_eq!(refused(&world, &office, &deed(row, "book"), &book).await, Code::Conflict, "{row:?}");
        }
        for row in [back, euros] {
            assert_eq!(refused(&world, &office, &deed(row, "spend"), &spend).await, Code::Conflict, "{row:?}");
        }
        let path = deed(out, "spend");
        let nowhere = SpendMovement { heading: "nowhere".to_owned(), ..spend.clone() };
        assert_eq!(refused(&world, &office, &path, &nowhere).await, Code::NotFound);
        let all = futures_util::future::join_all((0..4).map(|_| done(&world, &office, &path, &spend))).await;
        assert!(all.iter().all(|one| one == &all[0]), "{all:?}");
        // The statement told of it: it is not taken back as if it had been noted by hand.
        let entry: linli_wire::payments::Spendings =
            world.ok(Method::GET, "/v1/spending", Some(&office.tokens.access), None::<&()>).await;
        assert!(entry.rows[0].from_statement, "{entry:?}");
        let back = linli_wire::payments::TakeSpendingBack {
            id: linli_wire::id::LedgerEntryId(new_id()),
            reason: "Wrong".to_owned(),
        };
        let of = format!("/v1/spending/{}/take-back", entry.rows[0].id);
        assert_eq!(refused(&world, &office, &of, &back).await, Code::Conflict);
        let otherwise = SpendMovement { words: "十月".to_owned(), ..spend };
        assert_eq!(refused(&world, &office, &path, &otherwise).await, Code::OperationReused);
        let path = deed(euros, "set-aside");
        let aside = |reason: &str| SetMovementAside { reason: reason.to_owned() };
        assert_eq!(refused(&world, &office, &path, &aside(" ")).await, Code::InvalidInput);
        let first = done(&world, &office, &path, &aside("外币")).await;
        assert_eq!(done(&world, &office, &path, &aside("外币 ")).await, first);
        assert_eq!(refused(&world, &office, &path, &aside("别的")).await, Code::Conflict);
        assert_eq!(listed(&world, &office, "set_aside").await.rows[0].reason, "外币");
        is_sound(&world).await;
    }

    async fn a_file_is_taken_whole_or_not_at_all(world) {
        let sun = world.sun.clone();
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let whole = statement(OWN, &[told("1", bill.total, bill.reference.clone()), told("2", 500, "?")]);
        let cuts = [0, 1, whole.len() / 2, whole.rfind("<Ntry>").unwrap(), whole.len() - 12];
        for cut in cuts.map(|at| whole.get(..at).unwrap_or_default().to_owned()) {
            let error = problem(post(&world, &office, cut.clone()).await).await;
            assert_eq!(error.code, Code::UnsupportedFile, "{cut}");
        }
        for rubbish in [&b"\0\xFF\xFE"[..], b"<a/>", b"Date;Amount\n2026-09-21;5.00\0\n", b"a;b\n1;2\n", b"Date;Amount\n2026-09-21;x\n"] {
            let error = problem(post(&world, &office, rubbish).await).await;
            assert_eq!(error.code, Code::UnsupportedFile, "{rubbish:?}");
        }
        let open = listed(&world, &office, "open").await;
        assert_eq!((open.total, listed(&world, &office, "booked").await.total), (0, 0));
        // Of an account that is not the community's own, nothing is taken, and it is said.
        let other = "FR1420041010050500013M02606";
        let brought = import(&world, &office, statement(other, &[told("1", bill.total, bill.reference.clone())])).await;
        assert_eq!((brought.new, brought.elsewhere, brought.other_accounts), (0, 1, vec![other.to_owned()]));
        // As CSV, by its own headings.
        let sum = format!("{}.{:02}", bill.total / 100, bill.total % 100);
        let rows = format!("Date;Amount;Text\n2026-09-21;{sum};{}\n2026-09-21;5.00;?\n", bill.reference);
        let brought = import(&world, &office, rows.clone()).await;
        assert_eq!((brought.new, brought.booked, brought.open), (2, 1, 1));
        assert_eq!(import(&world, &office, rows).await.known, 2);
        is_sound(&world).await;
    }

    async fn it_is_the_offices_and_of_its_own_community(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        has_account(&world, &sun).await;
        let office = world.join(&sun, sun.chen_jing).await;
        let resident = world.join(&sun, sun.wang_mei).await;
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let file = statement(OWN, &[told("1", 500, "?")]);
        assert_eq!(problem(post(&world, &resident, file.clone()).await).await.code, Code::NotAllowed);
        import(&world, &office, file).await;
        let open = listed(&world, &office, "open").await.rows.remove(0);
        let book = BookMovement { household_id: sun.wang, bills: vec![bill.id] };
        for (device, code) in [(&resident, Code::NotAllowed), (&elsewhere, Code::NotFound)] {
            assert_eq!(refused(&world, device, &deed(&open, "book"), &book).await, code);
        }
        assert_eq!(listed(&world, &elsewhere, "open").await.total, 0);
        let crossed = BookMovement { household_id: sun.li, bills: vec![bill.id] };
        assert_eq!(refused(&world, &office, &deed(&open, "book"), &crossed).await, Code::NotFound);
        let foreign = BookMovement { household_id: moon.wang, bills: Vec::new() };
        assert_eq!(refused(&world, &office, &deed(&open, "book"), &foreign).await, Code::NotFound);
        let nothing = format!("/v1/bank-movements/{}/book", new_id());
        assert_eq!(refused(&world, &office, &nothing, &book).await, Code::NotFound);
        assert_eq!(listed(&world, &office, "open").await.total, 1);
        is_sound(&world).await;
    }
}
