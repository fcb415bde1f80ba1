//! What is asked of the server at once: a repair's whole story, and the office's spreadsheet.

use linli_sync_tests::on_both_engines;
use linli_testkit::{Garden, Resident, people::*};
use linli_wire::{
    Code,
    command::*,
    id::RepairId,
    repairs::{ActKind, RepairEvent},
};

use crate::repairs::{act, gate, photo, report, until};

/// All that happened, page by page.
async fn told_of(who: &Resident, id: RepairId) -> Vec<RepairEvent> {
    let mut all = Vec::new();
    let mut before = None;
    loop {
        let mut page = who.get::<RepairOlderGet>(RepairOlder { id, before }).await;
        page.events.append(&mut all);
        all = page.events;
        match page.before {
            Some(number) => before = Some(number),
            None => return all,
        }
    }
}

on_both_engines! {
    async fn what_a_repair_does_not_carry_is_read_with_its_photos(engine) {
        let garden = Garden::start(engine, 121).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let li = garden.join(LI_QIANG).await;
        let id = report(&mei, gate(), "The gate squeaks", Vec::new()).await;
        until(&chen, id, "the office has it", |view| view.may.contains(&ActKind::Accept)).await;
        let shown = photo(&chen).await;
        let say = |words: String, photos| SayOnRepair { id, words, photos };
        chen.get::<RepairSay>(say("Like this one?".to_owned(), vec![shown.clone()])).await;
        for number in 0..130 {
            chen.get::<RepairSay>(say(format!("{number}"), Vec::new())).await;
        }
        chen.until_sent().await;
        let carried = until(&mei, id, "the last is there", |view| {
            view.repair.events.last().is_some_and(|event| event.words == "129")
        }).await;
        assert!(!carried.repair.events.iter().any(|event| event.words == "Like this one?"));
        let told = told_of(&mei, id).await;
        assert_eq!((told.len(), told[0].did, told[1].words.as_str()), (132, ActKind::Report, "Like this one?"));
        // Who only sees its card has no story, and nobody has one without the network.
        let older = RepairOlder { id, before: None };
        assert_eq!(li.ask::<RepairOlderGet>(older).await.unwrap_err().code, Code::NotFound);
        li.get::<RepairJoin>(RepairKey { id }).await;
        until(&li, id, "it is Li's, too", |_| true).await;
        // Li's device never had the event that the photo stands on.
        let photo_of = AttachmentKey { id: shown.id };
        assert_eq!(li.ask::<AttachmentRead>(photo_of).await.unwrap_err().code, Code::NotFound);
        assert_eq!(told_of(&li, id).await.len(), 133);
        li.get::<AttachmentRead>(photo_of).await;
        mei.network.cut();
        assert_eq!(mei.ask::<RepairOlderGet>(older).await.unwrap_err().code, Code::ServerUnreachable);
    }

    async fn the_office_saves_a_spreadsheet_and_nobody_else_does(engine) {
        let garden = Garden::start(engine, 122).await;
        let (mei, chen) = (garden.join(WANG_MEI).await, garden.join(CHEN_JING).await);
        let gates = report(&mei, gate(), "=1+1", Vec::new()).await;
        report(&mei, gate(), "The lamp is dark", Vec::new()).await;
        mei.until_sent().await;
        until(&chen, gates, "the office has it", |view| view.may.contains(&ActKind::Accept)).await;
        act(&chen, gates, linli_wire::repairs::RepairAct::Accept).await;
        chen.until_sent().await;
        let wanted = RepairExport { state: Some(linli_wire::repairs::RepairState::Accepted), ..RepairExport::default() };
        for (request, rows) in [(RepairExport::default(), 2), (wanted, 1)] {
            chen.get::<RepairExportOpen>(request).await;
            let (name, bytes) = chen.desk.opened().pop().unwrap();
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!((name.as_str(), text.starts_with('\u{FEFF}'), text.lines().count()), ("repairs.csv", true, rows + 1));
            assert!(text.contains("'=1+1"), "{text}");
        }
        let refused = mei.ask::<RepairExportOpen>(RepairExport::default()).await.unwrap_err();
        assert_eq!(refused.code, Code::NotAllowed);
        let rubbish = RepairExport { from: Some("soon".to_owned()), ..RepairExport::default() };
        assert_eq!(chen.ask::<RepairExportOpen>(rubbish).await.unwrap_err().code, Code::InvalidInput);
        chen.network.cut();
        assert_eq!(chen.ask::<RepairExportOpen>(RepairExport::default()).await.unwrap_err().code, Code::ServerUnreachable);
        assert_eq!((chen.desk.opened().len(), mei.desk.opened().len()), (2, 0));
    }
}
