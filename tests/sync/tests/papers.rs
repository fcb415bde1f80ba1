//! Receipts and statements without network: kept by whom they belong to, as they were printed last, and never rubbish.

use bytes::Bytes;
use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, people::*};
use linli_wire::{
    Code,
    command::*,
    id::PaymentId,
    payments::{Basis, Bill, Payment, PaymentState, RefundState},
};

use crate::payments::{bill_all, fee, pay, settle, until_billed};

/// The community billed once.
async fn billed(mei: &Resident, chen: &Resident) -> Bill {
    settle(chen, fee("Waste", Basis::Unit, 80_000_000)).await;
    bill_all(chen).await;
    until_billed(mei, 1).await.remove(0)
}

/// Money that was handed over for a bill.
async fn take(chen: &Resident, bill: &Bill, minor: i64) -> Payment {
    chen.get::<CounterPay>(pay(chen, bill.household_id, &[bill], minor).await).await
}

/// The statement of the year in which a bill was published.
fn statement(bill: &Bill) -> StatementKey {
    let year = bill.issued_on.split('-').next().unwrap().parse().unwrap();
    StatementKey { household_id: bill.household_id, year }
}

async fn until_has(mei: &Resident, id: PaymentId, state: PaymentState) {
    mei.until("the payment is here", async |mei| {
        let payments = mei.get::<PaymentsGet>(Empty {}).await.households.remove(0).payments;
        let found = payments.iter().find(|payment| payment.id == id).map(|payment| payment.state);
        if found == Some(state) { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
}

/// Opens a receipt; gives its bytes.
async fn opened(who: &Resident, id: PaymentId) -> Result<Vec<u8>, Code> {
    let before = who.desk.opened().len();
    who.ask::<ReceiptOpen>(PaymentKey { id }).await.map_err(|error| error.code)?;
    let mut files = who.desk.opened().split_off(before);
    assert_eq!(files.len(), 1, "one file is opened");
    let (name, bytes) = files.remove(0);
    assert!(name.ends_with(".pdf") && bytes.starts_with(b"%PDF-"), "{name}");
    Ok(bytes)
}

/// Of which payments a device asked for receipts so far, in that order.
fn receipts_asked(who: &Resident) -> Vec<PaymentId> {
    let asked = who.network.asked().into_iter();
    let ids = asked
        .filter_map(|asked| asked.path.strip_prefix("/v1/payments/")?.split_once("/receipt")?.0.parse().ok());
    ids.collect()
}

fn is_paper(path: &str) -> bool {
    path.contains("/receipt") || path.contains("/statement")
}

on_both_engines! {
    async fn what_was_fetched_ahead_opens_without_network_and_what_was_opened_once_too(engine) {
        let garden = Garden::start(engine, 81).await;
        let (mut mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let bill = billed(&mei, &chen).await;
        let (one, other) = (take(&chen, &bill, 1_000).await, take(&chen, &bill, 2_000).await);
        // They are fetched one after the other: with the second one asked for, the first one is kept.
        let asked = mei.until_unannounced("receipts are fetched ahead", async |mei| {
            let asked = receipts_asked(mei);
            if [one.id, other.id].iter().all(|id| asked.contains(id)) { Ok(asked) } else { Err(format!("{asked:?}")) }
        }).await;
        let statement = statement(&bill);
        mei.get::<StatementOpen>(statement).await;
        mei.network.cut();
        mei.until_offline().await;
        mei.restart().await;
        opened(&mei, asked[0]).await.unwrap();
        let before = mei.desk.opened().len();
        mei.get::<StatementOpen>(statement).await;
        assert_eq!(mei.desk.opened().len(), before + 1);
        let error = mei.ask::<StatementOpen>(StatementKey { year: statement.year - 1, ..statement }).await.unwrap_err();
        assert_eq!(error.code, Code::ServerUnreachable, "it was never fetched");
    }

    async fn the_statement_of_the_year_that_goes_on_is_fetched_ahead(engine) {
        let garden = Garden::start(engine, 85).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let bill = billed(&mei, &chen).await;
        let asked = |mei: &Resident| mei.network.asked().iter().any(|asked| asked.path.contains("/statement"));
        mei.until_unannounced("the statement is asked for", async |mei| {
            if asked(mei) { Ok(()) } else { Err("not yet".to_owned()) }
        }).await;
        mei.network.plan(|asked| if is_paper(&asked.path) { Fault::Unreachable } else { Fault::None });
        mei.until_unannounced("it is here", async |mei| {
            mei.ask::<StatementOpen>(statement(&bill)).await.map(drop).map_err(|error| format!("{error:?}"))
        }).await;
    }

    async fn a_paper_of_another_household_is_neither_opened_nor_kept(engine) {
        let garden = Garden::start(engine, 82).await;
        let (mei, qiang, chen) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await, garden.join(CHEN_JING).await);
        let bill = billed(&mei, &chen).await;
        let payment = take(&chen, &bill, 1_000).await;
        until_has(&mei, payment.id, PaymentState::Paid).await;
        opened(&mei, payment.id).await.unwrap();
        until_billed(&qiang, 1).await;
        assert_eq!(receipts_asked(&qiang), []);
        let key = statement(&bill);
        assert_eq!(opened(&qiang, payment.id).await, Err(Code::NotFound));
        assert_eq!(qiang.ask::<StatementOpen>(key).await.unwrap_err().code, Code::NotFound);
        // The office may open it, and keeps none of it.
        assert_eq!(receipts_asked(&chen), []);
        opened(&chen, payment.id).await.unwrap();
        chen.get::<StatementOpen>(key).await;
        for device in [&qiang, &chen] {
            device.network.cut();
            assert_eq!(opened(device, payment.id).await, Err(Code::ServerUnreachable));
            let error = device.ask::<StatementOpen>(key).await.unwrap_err();
            assert_eq!(error.code, Code::ServerUnreachable);
        }
    }

    async fn the_receipt_of_a_payment_that_was_given_back_is_fetched_anew(engine) {
        let garden = Garden::start(engine, 83).await;
        let (mei, chen, lin) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await, garden.join(LIN).await);
        let bill = billed(&mei, &chen).await;
        let payment = take(&chen, &bill, 1_000).await;
        until_has(&mei, payment.id, PaymentState::Paid).await;
        let first = opened(&mei, payment.id).await.unwrap();
        // Nothing is printed from now on, and everything else arrives.
        mei.network.plan(|asked| if is_paper(&asked.path) { Fault::Unreachable } else { Fault::None });
        let attempt = chen.get::<AttemptNew>(Empty {}).await.id;
        let asked = RefundMoney {
            attempt,
            household_id: payment.household_id,
            payment_id: Some(payment.id),
            way: payment.way,
            minor: payment.minor,
            reason: "Counted twice".to_owned(), booked_wrongly: false };
        let refund = chen.get::<RefundAsk>(asked.clone()).await;
        assert_eq!(chen.get::<RefundAsk>(asked).await.id, refund.id, "the same again");
        let alone = chen.ask::<RefundDecide>(DecideOnRefund { id: refund.id, goes_back: true }).await.unwrap_err();
        assert_eq!(alone.code, Code::NotAllowed);
        let done = lin.get::<RefundDecide>(DecideOnRefund { id: refund.id, goes_back: true }).await;
        assert_eq!(done.state, RefundState::Done);
        until_has(&mei, payment.id, PaymentState::GivenBack).await;
        assert_eq!(opened(&mei, payment.id).await.as_ref(), Ok(&first), "what was printed last, while nothing else can be");
        mei.network.mend();
        let anew = opened(&mei, payment.id).await.unwrap();
        assert_ne!(anew, first);
        mei.network.cut();
        assert_eq!(opened(&mei, payment.id).await, Ok(anew));
    }

    async fn rubbish_and_half_a_paper_are_no_paper(engine) {
        let garden = Garden::start(engine, 84).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let bill = billed(&mei, &chen).await;
        let rubbish = |body: &'static [u8]| Fault::Answered { status: 200, content_type: "application/pdf", body: Bytes::from_static(body) };
        mei.network.plan(move |asked| if is_paper(&asked.path) { rubbish(b"<html>Please log in</html>") } else { Fault::None });
        let payment = take(&chen, &bill, 1_000).await;
        until_has(&mei, payment.id, PaymentState::Paid).await;
        assert_eq!(opened(&mei, payment.id).await, Err(Code::NotLinliServer));
        mei.network.plan(move |asked| if is_paper(&asked.path) { rubbish(b"") } else { Fault::None });
        assert_eq!(opened(&mei, payment.id).await, Err(Code::NotLinliServer));
        mei.network.plan(|asked| if is_paper(&asked.path) { Fault::Cut(2_000) } else { Fault::None });
        assert_eq!(opened(&mei, payment.id).await, Err(Code::ServerUnreachable));
        mei.network.cut();
        assert_eq!(opened(&mei, payment.id).await, Err(Code::ServerUnreachable), "nothing of it was kept");
        mei.network.mend();
        opened(&mei, payment.id).await.unwrap();
    }
}
