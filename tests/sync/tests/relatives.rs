//! A relative whom a household lets pay: gaining brings its bills, losing takes them away, also from who was away.

use linli_sync_tests::on_both_engines;
use linli_testkit::{Fault, Garden, Resident, people::*};
use linli_wire::{
    Code,
    command::*,
    payments::{Basis, PaymentsView, Relative},
};

use crate::payments::{bill_all, fee, settle, until_billed};

async fn view(who: &Resident) -> PaymentsView {
    who.get::<PaymentsGet>(Empty {}).await
}

/// Waits until somebody sees so many households.
async fn until_households(who: &Resident, count: usize) -> PaymentsView {
    who.until("the households are those", async |who| {
        let view = view(who).await;
        if view.households.len() == count { Ok(view) } else { Err(format!("{}", view.households.len())) }
    })
    .await
}

async fn asked(who: &Resident, code: String) -> PayForHousehold {
    PayForHousehold { attempt: who.get::<AttemptNew>(Empty {}).await.id, code }
}

async fn let_in(mei: &Resident, qiang: &Resident) -> Relative {
    let code = mei.get::<RelativeCodeNew>(Empty {}).await.code;
    qiang.get::<RelativeBegin>(asked(qiang, code).await).await
}

on_both_engines! {
    async fn gaining_brings_bills_and_losing_takes_them(engine) {
        let garden = Garden::start(engine, 91).await;
        let (mei, mut qiang, chen) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await, garden.join(CHEN_JING).await);
        settle(&chen, fee("Waste", Basis::Unit, 80_000_000)).await;
        bill_all(&chen).await;
        let bill = until_billed(&mei, 1).await.remove(0);
        until_billed(&qiang, 1).await;
        let code = mei.get::<RelativeCodeNew>(Empty {}).await.code;
        let look = |code: &str| TypedRelativeCode { code: code.to_owned() };
        assert_eq!(qiang.ask::<RelativeLook>(look("not a code")).await.unwrap_err().code, Code::InvalidInput);
        let offer = qiang.get::<RelativeLook>(look(&code.to_lowercase())).await;
        assert!(!offer.household.is_empty());
        // The answer is lost, and asking again is the same.
        let asked = asked(&qiang, code).await;
        qiang.network.plan(|asked| if asked.path == "/v1/relatives" { Fault::AnswerLost } else { Fault::None });
        assert_eq!(qiang.ask::<RelativeBegin>(asked.clone()).await.unwrap_err().code, Code::ServerUnreachable);
        qiang.network.plan(|_| Fault::None);
        let relative = qiang.get::<RelativeBegin>(asked).await;
        let seen = until_households(&qiang, 2).await;
        let of_mei = seen.households.iter().find(|household| household.id == bill.household_id).unwrap();
        assert_eq!((&of_mei.lets, of_mei.owed), (&Some(relative.clone()), bill.owed));
        assert_eq!(seen.households[0].lets, None, "their own comes first");
        let opened = qiang.get::<BillOpen>(BillKey { id: bill.id }).await;
        assert_eq!((opened.bill.id, opened.account), (bill.id, None), "what is kept is not told as theirs");
        mei.until("the household reads it", async |mei| {
            if view(mei).await.relatives.contains(&relative) { Ok(()) } else { Err("not yet".to_owned()) }
        }).await;

        // It ends while the relative is away; the bills stay readable until the server says so, and then are gone.
        qiang.network.cut();
        qiang.until_offline().await;
        mei.get::<RelativeEnd>(RelativeKey { id: relative.id }).await;
        assert_eq!(view(&qiang).await.households.len(), 2);
        qiang.network.mend();
        let seen = until_households(&qiang, 1).await;
        assert!(seen.relatives.iter().any(|known| known.id == relative.id && known.ended_at.is_some()), "{seen:?}");
        assert_eq!(qiang.ask::<BillOpen>(BillKey { id: bill.id }).await.unwrap_err().code, Code::NotFound);
        // Nothing of it comes back with the app.
        qiang.restart().await;
        assert_eq!(view(&qiang).await.households.len(), 1);

        // Again, and the relative ends it.
        let relative = let_in(&mei, &qiang).await;
        until_households(&qiang, 2).await;
        qiang.get::<RelativeEnd>(RelativeKey { id: relative.id }).await;
        until_households(&qiang, 1).await;
        until_billed(&mei, 1).await;
        assert_eq!(garden.server.look(linli_server::check::database).await, Vec::<String>::new());
    }
}
