//! Money between a server and devices: answers that are lost, apps that are killed, a cellar without signal.

use linli_server::db::Tx;
use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, people::*};
use linli_wire::{
    Code, Language, Localized,
    command::*,
    id::{FeeId, HouseholdId, PaymentId},
    outbox::PendingState,
    payments::{
        Basis, Bill, BillRun, FeeContent, MetersQuery, NewReading, OfficeBillsQuery, Payment, PreviewBills,
        Rate, Tax, Way,
    },
    typed::{Typed, TypedPlace},
};

pub fn fee(name: &str, basis: Basis, rate: i64) -> FeeContent {
    FeeContent {
        name: Localized::one(Language::en(), name),
        heading: name.to_lowercase(),
        basis,
        rate: Rate(rate),
        every_months: 1,
        from: "2020-01-01".to_owned(),
        until: None,
        tax: Tax::default(),
        units: Vec::new(),
        discounts: Vec::new(),
    }
}

/// The office settles a fee; gives its id once the server has it.
pub async fn settle(chen: &Resident, content: FeeContent) -> FeeId {
    let name = content.name.clone();
    chen.get::<FeeSave>(SaveFee { id: None, base_version: 0, content }).await;
    chen.until("the fee is settled", async |chen| {
        let fees = chen.get::<FeesGet>(Empty {}).await.fees;
        let fee =
            fees.into_iter().find(|fee| fee.content.name == name && fee.version > 0 && fee.pending.is_none());
        fee.map(|fee| fee.id).ok_or_else(|| "not yet".to_owned())
    })
    .await
}

/// What would be published next.
async fn looked_at(chen: &Resident) -> PublishRun {
    let runs = chen.get::<BillRunsGet>(Empty {}).await;
    let asked = PreviewBills { month: runs.next_month, due_on: runs.next_due_on };
    let seen = chen.get::<BillRunPreviewGet>(asked.clone()).await;
    assert!(seen.bills > 0, "{seen:?}");
    let attempt = chen.get::<AttemptNew>(Empty {}).await.id;
    PublishRun { attempt, month: asked.month, due_on: asked.due_on, digest: seen.digest }
}

/// The bills of the next month, published.
pub async fn bill_all(chen: &Resident) -> BillRun {
    let asked = looked_at(chen).await;
    chen.get::<BillRunPublish>(asked).await
}

/// Waits until a device has so many bills.
pub async fn until_billed(who: &Resident, count: usize) -> Vec<Bill> {
    who.until("the bills are here", async |who| {
        let view = who.get::<PaymentsGet>(Empty {}).await;
        let bills = view.households.into_iter().next().map(|household| household.bills).unwrap_or_default();
        if bills.len() == count { Ok(bills) } else { Err(format!("{} bills", bills.len())) }
    })
    .await
}

pub async fn pay(who: &Resident, household_id: HouseholdId, bills: &[&Bill], minor: i64) -> PayBills {
    let attempt = who.get::<AttemptNew>(Empty {}).await.id;
    PayBills { attempt, household_id, bills: bills.iter().map(|bill| bill.id).collect(), minor }
}

/// Entries, payments and bills on the server.
async fn counts(garden: &Garden) -> (i64, i64, i64) {
    let look = |tx: &mut Tx<'_>| {
        let count = |tx: &mut Tx<'_>, table: &str| {
            Ok::<i64, linli_server::Error>(
                tx.query_one(&format!("SELECT COUNT(*) FROM {table}"), &[])?.get(0)?,
            )
        };
        Ok((count(tx, "ledger_entry")?, count(tx, "payment")?, count(tx, "bill")?))
    };
    garden.server.look(look).await
}

async fn is_sound(garden: &Garden) {
    assert_eq!(garden.server.look(linli_server::check::database).await, Vec::<String>::new());
}

/// Asks until there is an answer, whatever happens to the network or the app.
async fn taken(chen: &mut Resident, asked: &PayBills) -> Payment {
    for _ in 0..60 {
        match chen.ask::<CounterPay>(asked.clone()).await {
            Ok(payment) => return payment,
            Err(error) => assert_eq!(error.code, Code::ServerUnreachable, "{error}"),
        }
        if !chen.is_running() || chen.crash.is_dead() {
            chen.restart().await;
        }
    }
    panic!("never answered")
}

on_both_engines! {
    async fn a_bill_reaches_its_household_alone_and_is_read_without_network(engine) {
        let garden = Garden::start(engine, 71).await;
        let (mut mei, qiang, chen) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await, garden.join(CHEN_JING).await);
        settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        bill_all(&chen).await;
        let bill = until_billed(&mei, 1).await.remove(0);
        assert_eq!((bill.total, bill.owed), (8_000, 8_000));
        mei.network.cut();
        mei.until_offline().await;
        mei.restart().await;
        let view = mei.get::<BillOpen>(BillKey { id: bill.id }).await;
        assert_eq!((&view.bill, view.months.len()), (&bill, 1));
        let others = until_billed(&qiang, 1).await;
        assert_ne!(others[0].household_id, bill.household_id);
        let error = qiang.ask::<BillOpen>(BillKey { id: bill.id }).await.unwrap_err();
        assert_eq!(error.code, Code::NotFound);
        // The office asks the server; who lives here may not.
        let all = chen.get::<OfficeBillsList>(OfficeBillsQuery::default()).await;
        assert!(all.total >= 2, "{all:?}");
        let error = qiang.ask::<OfficeBillsList>(OfficeBillsQuery::default()).await.unwrap_err();
        assert_eq!(error.code, Code::NotAllowed);
        is_sound(&garden).await;
    }

    async fn what_is_asked_again_after_a_lost_answer_is_the_same(engine) {
        let garden = Garden::start(engine, 72).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        // The run is published, and nobody hears of it.
        let asked = looked_at(&chen).await;
        chen.network.plan(|asked| if asked.path == "/v1/bill-runs" && asked.method == "POST" { Fault::AnswerLost } else { Fault::None });
        let error = chen.ask::<BillRunPublish>(asked.clone()).await.unwrap_err();
        assert_eq!(error.code, Code::ServerUnreachable);
        let before = counts(&garden).await;
        assert!(before.2 > 0, "it was published");
        chen.network.mend();
        let run = chen.get::<BillRunPublish>(asked.clone()).await;
        assert_eq!((i64::from(run.bills), counts(&garden).await), (before.2, before));
        assert_eq!(chen.get::<BillRunPublish>(asked.clone()).await, run);
        // As another run there is nothing left.
        let other = PublishRun { attempt: chen.get::<AttemptNew>(Empty {}).await.id, ..asked };
        let error = chen.ask::<BillRunPublish>(other).await.unwrap_err();
        assert_eq!(error.code, Code::Conflict);
        let bill = until_billed(&mei, 1).await.remove(0);
        let asked = pay(&chen, bill.household_id, &[&bill], 5_000).await;
        chen.network.plan(|asked| if asked.path == "/v1/payments/counter" { Fault::AnswerLost } else { Fault::None });
        let error = chen.ask::<CounterPay>(asked.clone()).await.unwrap_err();
        assert_eq!(error.code, Code::ServerUnreachable);
        chen.network.mend();
        // With another amount it is not booked beside the first one, of which nobody heard.
        let error = chen.ask::<CounterPay>(PayBills { minor: 4_000, ..asked.clone() }).await.unwrap_err();
        assert_eq!(error.code, Code::OperationReused);
        let paid = chen.get::<CounterPay>(asked.clone()).await;
        assert_eq!((paid.minor, counts(&garden).await.1), (5_000, 1));
        // The same fifty as another try is a second payment: somebody came twice.
        let again = pay(&chen, bill.household_id, &[&bill], 5_000).await;
        let more = chen.get::<CounterPay>(again).await;
        assert_ne!(more.id, paid.id);
        assert_eq!((more.parts[0].minor, more.kept), (3_000, 2_000));
        is_sound(&garden).await;
    }

    async fn a_payment_is_booked_once_through_bad_networks_and_killed_apps(engine) {
        let garden = Garden::start(engine, 73).await;
        let (mei, mut chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        bill_all(&chen).await;
        let bill = until_billed(&mei, 1).await.remove(0);
        let mut took = std::collections::BTreeSet::new();
        for round in 0..12_u64 {
            chen.network.be_faulty(900 + round, 350);
            let asked = pay(&chen, bill.household_id, &[&bill], 100).await;
            if round % 3 == 2 {
                // Asked, and the app is gone before it hears.
                chen.network.plan(|asked| if asked.path == "/v1/payments/counter" { Fault::AnswerLost } else { Fault::None });
                let lost = chen.ask::<CounterPay>(asked.clone()).await;
                assert!(lost.is_err());
                chen.kill().await;
                chen.start().await;
                chen.network.be_faulty(950 + round, 350);
            }
            took.insert(taken(&mut chen, &asked).await.id);
            chen.network.mend();
        }
        assert_eq!((took.len(), counts(&garden).await.1), (12, 12));
        let sum = 1_200;
        mei.until("all of it is paid", async |mei| {
            let bill = mei.get::<BillOpen>(BillKey { id: bill.id }).await.bill;
            if bill.owed == 8_000 - sum { Ok(()) } else { Err(format!("{bill:?}")) }
        }).await;
        is_sound(&garden).await;
    }

    async fn a_household_pays_from_what_is_kept_on_two_phones_at_once(engine) {
        let garden = Garden::start(engine, 74).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let other = garden.another_device_of(&mei).await;
        settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        bill_all(&chen).await;
        let bill = until_billed(&mei, 1).await.remove(0);
        until_billed(&other, 1).await;
        chen.get::<CounterPay>(pay(&chen, bill.household_id, &[], 8_000).await).await;
        let asked = pay(&mei, bill.household_id, &[&bill], 8_000).await;
        let theirs = pay(&other, bill.household_id, &[&bill], 8_000).await;
        let (one, two) = tokio::join!(mei.ask::<PayFromBalance>(asked.clone()), other.ask::<PayFromBalance>(theirs));
        let refused: Vec<Code> = [&one, &two].into_iter().filter_map(|answer| answer.as_ref().err().map(|error| error.code)).collect();
        assert_eq!(refused, [Code::Conflict], "{one:?} {two:?}");
        for phone in [&mei, &other] {
            phone.until("it is paid", async |phone| {
                let household = phone.get::<PaymentsGet>(Empty {}).await.households.remove(0);
                if (household.owed, household.kept) == (0, 0) { Ok(()) } else { Err(format!("{household:?}")) }
            }).await;
        }
        // Without network it is said so, and nothing is paid later by itself.
        mei.network.cut();
        let error = mei.ask::<PayFromBalance>(asked).await.unwrap_err();
        assert_eq!(error.code, Code::ServerUnreachable);
        assert_eq!(mei.outbox().await.rows, []);
        mei.network.mend();
        is_sound(&garden).await;
    }

    async fn the_reason_of_a_refund_is_kept_until_it_was_asked_for(engine) {
        let garden = Garden::start(engine, 77).await;
        let (mei, mut chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        bill_all(&chen).await;
        let household_id = until_billed(&mei, 1).await.remove(0).household_id;
        chen.get::<CounterPay>(pay(&chen, household_id, &[], 5_000).await).await;
        let (place, other) = (TypedPlace::KeptRefund { id: household_id }, TypedPlace::PaymentRefund { id: PaymentId(household_id.0) });
        let typed = Typed { words: "They moved out".to_owned(), ..Typed::default() };
        for place in [place, other] {
            chen.get::<TypedKeep>(KeepTyped { place, typed: typed.clone() }).await;
        }
        let attempt = chen.get::<AttemptNew>(Empty {}).await.id;
        let asked = RefundMoney { attempt, household_id, payment_id: None, way: Way::Counter, minor: 5_000, reason: typed.words.clone(), booked_wrongly: false };
        chen.network.plan(|asked| if asked.path == "/v1/refunds" && asked.method == "POST" { Fault::AnswerLost } else { Fault::None });
        let error = chen.ask::<RefundAsk>(asked.clone()).await.unwrap_err();
        assert_eq!(error.code, Code::ServerUnreachable);
        chen.network.mend();
        chen.restart().await;
        assert_eq!(chen.get::<TypedGet>(place).await, typed);
        chen.get::<RefundAsk>(asked).await;
        assert_eq!(chen.get::<TypedGet>(place).await, Typed::default());
        assert_eq!(chen.get::<TypedGet>(other).await, typed, "what was typed elsewhere stays");
        assert_eq!(chen.get::<RefundsGet>(Empty {}).await.refunds.len(), 1, "asked twice, it is one");
        is_sound(&garden).await;
    }

    async fn meters_are_read_in_a_cellar_and_one_that_is_refused_holds_up_no_other(engine) {
        let garden = Garden::start(engine, 75).await;
        let (chen, mut zhao) = (garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        let fee_id = settle(&chen, fee("Water", Basis::Meter { measure: "m³".to_owned() }, 50_000_000)).await;
        let meters = zhao.until("the fee is here", async |zhao| {
            zhao.ask::<MetersGet>(MetersQuery { fee_id }).await.map_err(|error| error.to_string())
        }).await.meters;
        zhao.network.cut();
        zhao.until_offline().await;
        for (meter, day) in meters.iter().take(2).zip(["2026-01-02", "2999-01-01"]) {
            let reading = NewReading { unit_id: meter.unit_id, day: day.to_owned(), value_milli: 12_500, is_new_meter: false, old_final_milli: None };
            zhao.get::<ReadingSave>(SaveReading { fee_id, reading }).await;
        }
        zhao.restart().await;
        let waiting = zhao.get::<MetersGet>(MetersQuery { fee_id }).await.meters;
        assert!(waiting.iter().take(2).all(|meter| meter.waiting.is_some()));
        zhao.network.mend();
        zhao.sync_now().await;
        zhao.until("one is there and one is refused", async |zhao| {
            let meters = zhao.get::<MetersGet>(MetersQuery { fee_id }).await.meters;
            let read = meters[0].waiting.is_none() && meters[0].meter.as_ref().is_some_and(|meter| meter.readings[0].value_milli == 12_500);
            let stuck = meters[1].waiting.as_ref().is_some_and(|waiting| matches!(waiting.pending.state, PendingState::Stuck { .. }));
            if read && stuck { Ok(()) } else { Err(format!("{:?}", &meters[..2])) }
        }).await;
        // Read once more, it takes the place of the one that was refused.
        let reading = NewReading { unit_id: meters[1].unit_id, day: "2026-01-02".to_owned(), value_milli: 13_000, is_new_meter: false, old_final_milli: None };
        zhao.get::<ReadingSave>(SaveReading { fee_id, reading }).await;
        zhao.until_sent().await;
        is_sound(&garden).await;
    }

    async fn of_two_who_change_a_fee_the_later_one_sees_what_stands_and_keeps_what_was_typed(engine) {
        let garden = Garden::start(engine, 76).await;
        let (chen, zhao) = (garden.join(CHEN_JING).await, garden.join(ZHAO).await);
        let id = settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        zhao.until("the fee is here", async |zhao| {
            let fees = zhao.get::<FeesGet>(Empty {}).await.fees;
            if fees.is_empty() { Err("none".to_owned()) } else { Ok(()) }
        }).await;
        zhao.network.cut();
        zhao.until_offline().await;
        let typed = FeeContent { rate: Rate(90_000_000), ..fee("Waste", Basis::Unit, 1) };
        zhao.get::<FeeSave>(SaveFee { id: Some(id), base_version: 1, content: typed.clone() }).await;
        let theirs = FeeContent { rate: Rate(85_000_000), ..fee("Waste", Basis::Unit, 1) };
        chen.get::<FeeSave>(SaveFee { id: Some(id), base_version: 1, content: theirs.clone() }).await;
        chen.until_sent().await;
        zhao.network.mend();
        zhao.sync_now().await;
        let row = zhao.until("the race is lost", async |zhao| {
            let row = zhao.get::<FeesGet>(Empty {}).await.fees.remove(0);
            match &row.pending {
                Some(pending) if matches!(&pending.state, PendingState::Stuck { error } if error.code == Code::Conflict) && row.version == 2 => Ok(row),
                _ => Err(format!("{row:?}")),
            }
        }).await;
        assert_eq!((row.content, row.refused), (theirs, Some(typed.clone())));
        // Gone on with knowingly, it stands.
        zhao.get::<FeeSave>(SaveFee { id: Some(id), base_version: 2, content: typed.clone() }).await;
        zhao.until_sent().await;
        chen.until("it stands", async |chen| {
            let row = chen.get::<FeesGet>(Empty {}).await.fees.remove(0);
            if row.content == typed && row.version == 3 { Ok(()) } else { Err(format!("{row:?}")) }
        }).await;
        is_sound(&garden).await;
    }
}
