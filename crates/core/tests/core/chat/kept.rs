//! A membership that the server ended: what was said and typed in chat, its files with it, outlives it and goes on in the
//! next one; what others said does not.

use linli_core::{
    cache::Cache,
    outbox::{self, kept},
    typed,
};
use linli_testkit::pages::chat::{message_id, message_with, room_with};
use linli_wire::{
    Code, Language,
    attachments::Attachment,
    chat::{Complaint, MessageContent, ReportMessage, SayInRoom},
    command::KeepTyped,
    community::Role,
    id::{AttachmentId, HouseholdId, MessageId, ModerationId, PaymentId, RepairId, RoomId},
    outbox::PendingState,
    typed::{Typed, TypedPlace},
};

use uuid::Uuid;

use super::{Here, come_back, room};
use crate::{
    pages::NOW,
    repairs::{batch, refuse},
};

/// A file in the cache: one that the person chose waits to be sent.
fn file(here: &Here, number: u128, name: &str, chosen: bool) -> Attachment {
    let about = Attachment {
        id: AttachmentId(Uuid::from_u128(number)),
        name: name.to_owned(),
        media_type: "image/png".to_owned(),
        bytes: 3,
        sha256: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81".to_owned(),
        pixels: Some((1, 1)),
    };
    let values = (about.id.0, serde_json::to_string(&about).unwrap(), chosen.then_some("queued"));
    here.cache
        .write(|tx| {
            let sql = "INSERT INTO attachment (id, about, size, upload, used_at) VALUES (?1, ?2, 3, ?3, 0)";
            tx.execute(sql, values)?;
            Ok(tx.execute("INSERT INTO file (id, bytes) VALUES (?1, x'010203')", [about.id.0])?)
        })
        .unwrap();
    about
}

fn say_with(here: &Here, words: &str, files: Vec<Attachment>) -> MessageId {
    let request = SayInRoom { files, ..nothing(words) };
    linli_core::chat::say(&here.cache, &here.system, &Language::en(), request).unwrap()
}

fn nothing(words: &str) -> SayInRoom {
    SayInRoom {
        room_id: room(),
        words: words.to_owned(),
        files: Vec::new(),
        reply_to: None,
        mentions: Vec::new(),
        about: None,
    }
}

fn is_here(cache: &Cache, file: &Attachment) -> bool {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM attachment JOIN file USING (id) WHERE id = ?1 AND bytes = x'010203')";
    cache.read(|db| Ok(db.query_row(sql, [file.id.0], |row| row.get(0))?)).unwrap()
}

#[test]
fn what_was_said_and_typed_goes_on_in_the_next_membership() {
    let here = Here::new(Role::Resident);
    let theirs = file(&here, 1, "theirs.png", false);
    here.arrive(&[message_with(room(), 1, 1, "", |message| {
        let words = "canary".to_owned();
        message.content = MessageContent::Said { words, files: vec![theirs.clone()], about: None };
    })]);
    while linli_core::chat::index_some(&here.cache, 10).unwrap() > 0 {}
    // Two messages that the server took, one of which its backup does not have; one that waits, with a photo; one that was
    // refused; a complaint; and an answer with a photo that is still being typed.
    let [arrived, forgotten] =
        ["it has this", "it lost this"].map(|words| say_with(&here, words, Vec::new()));
    let sent = batch(&here.cache);
    here.acknowledge(&sent, room(), 99);
    let refused = say_with(&here, "not like this", Vec::new());
    refuse(&here.cache, &batch(&here.cache), Code::InvalidInput);
    let photo = file(&here, 2, "leak.png", true);
    let other = linli_wire::id::RoomId::of_two(here.garden.person, linli_testkit::pages::chat::person_id(1));
    let request = SayInRoom { room_id: other, files: vec![photo.clone()], ..nothing("it drips") };
    let waiting = linli_core::chat::say(&here.cache, &here.system, &Language::en(), request).unwrap();
    let complaint =
        ReportMessage { id: message_id(room(), 1), complaint: Complaint::Other, words: "so rude".to_owned() };
    linli_core::chat::report(&here.cache, &here.system, &Language::en(), complaint).unwrap();
    let typing = file(&here, 3, "half.png", true);
    let answer = SayInRoom { reply_to: Some(message_id(room(), 1)), ..nothing("I mean") };
    let draft = Typed {
        words: "I mean".to_owned(),
        photos: vec![typing.clone()],
        form: serde_json::to_string(&answer).unwrap(),
    };
    let place = TypedPlace::Message { id: room() };
    typed::keep(&here.cache, &here.system, &KeepTyped { place, typed: draft.clone() }).unwrap();

    assert!(kept::end(&here.cache, NOW).unwrap(), "there is work of the person's");
    for (sql, left) in [
        ("SELECT count(*) FROM message", 0),
        ("SELECT count(*) FROM message_body", 0),
        ("SELECT count(*) FROM message_words_data WHERE instr(block, CAST('anary' AS BLOB)) > 0", 0),
        ("SELECT count(*) FROM record", 0),
    ] {
        assert_eq!(here.count(sql), left, "{sql}");
    }
    assert!(!is_here(&here.cache, &theirs), "a neighbour's photo goes");
    assert!(is_here(&here.cache, &photo) && is_here(&here.cache, &typing));
    let shown = kept::items(&here.cache).unwrap();
    let shown: Vec<_> = shown
        .iter()
        .map(|item| (item.kind.as_str(), item.text.as_str(), item.files.as_slice(), item.sent))
        .collect();
    let (leak, half) = (["leak.png".to_owned()], ["half.png".to_owned()]);
    assert_eq!(
        shown,
        [
            ("send_message", "I mean", half.as_slice(), false),
            ("report_message", "so rude", &[], false),
            ("send_message", "it drips", &leak, false),
            ("send_message", "not like this", &[], false),
            ("send_message", "it lost this", &[], true),
            ("send_message", "it has this", &[], true),
        ]
    );

    // The same person is back, on a device with another id. Nothing goes before the log has shown what the server has.
    let next = Here::new(Role::Resident);
    for (cache, id) in [(&here.cache, 1), (&next.cache, 2)] {
        let id = Uuid::from_u128(id);
        cache.write(|tx| Ok(tx.execute("UPDATE session SET device_id = ?1", [id])?)).unwrap();
    }
    assert!(kept::adopt(&here.cache, &next.cache).unwrap());
    assert!(kept::adopt(&here.cache, &next.cache).unwrap(), "twice is once");
    assert_eq!(batch(&next.cache), [], "it may be there already");
    let back = come_back(&sent[0], 1, next.garden.person);
    next.take(|page| page.in_room(room(), &[room_with(1, 1, |_| {}), back]));
    let going = batch(&next.cache);
    let said: Vec<MessageId> = going.iter().filter_map(said_by).collect();
    assert!(!said.contains(&arrived), "it stands there already");
    assert!(!said.contains(&refused), "it is the person's to decide about");
    assert_eq!(said, [forgotten], "what names a file waits for it");
    let rows = next.cache.read(outbox::rows).unwrap();
    let stuck: Vec<_> = rows.iter().filter(|row| matches!(row.state, PendingState::Stuck { .. })).collect();
    assert_eq!(stuck.iter().map(|row| row.words.as_str()).collect::<Vec<_>>(), ["not like this"]);
    assert_eq!(next.cache.read(|db| typed::get(db, place)).unwrap(), draft);
    assert!(is_here(&next.cache, &photo) && is_here(&next.cache, &typing));
    let to_upload = "SELECT count(*) FROM attachment WHERE upload = 'queued'";
    assert_eq!(next.count(to_upload), 2, "the server may have neither");
    next.cache.write(|tx| Ok(tx.execute("UPDATE attachment SET upload = NULL", [])?)).unwrap();
    assert_eq!(batch(&next.cache).iter().find_map(said_by), Some(waiting));
    assert_eq!(next.words(), ["it has this"]);
}

#[test]
fn what_was_typed_is_called_by_what_it_would_have_become() {
    let here = Here::new(Role::Resident);
    let id = Uuid::from_u128(7);
    let places = [
        (TypedPlace::RepairMessage { id: RepairId(id) }, "message_on_repair"),
        (TypedPlace::RepairNote { id: RepairId(id) }, "note_on_repair"),
        (TypedPlace::RepairAct { id: RepairId(id) }, "act_on_repair"),
        (TypedPlace::RepairRating { id: RepairId(id) }, "rate_repair"),
        (TypedPlace::RepairCategory { id: None }, "save_repair_category"),
        (TypedPlace::Fee { id: None }, "save_fee"),
        (TypedPlace::PaymentRefund { id: PaymentId(id) }, "about_money"),
        (TypedPlace::KeptRefund { id: HouseholdId(id) }, "about_money"),
        (TypedPlace::Pay { id: HouseholdId(id) }, "about_money"),
        (TypedPlace::Counter { id: HouseholdId(id) }, "about_money"),
        (TypedPlace::Spending {}, "about_money"),
        (TypedPlace::CardTrouble { id: PaymentId(id) }, "about_money"),
        (TypedPlace::Message { id: RoomId(id) }, "send_message"),
        (TypedPlace::Poll { id: RoomId(id) }, "send_message"),
        (TypedPlace::MessageEdit { id: MessageId(id) }, "edit_message"),
        (TypedPlace::Complaint { id: MessageId(id) }, "report_message"),
        (TypedPlace::Appeal { id: ModerationId(id) }, "appeal"),
        (TypedPlace::AppealAnswer { id: ModerationId(id) }, "answer_appeal"),
        (TypedPlace::Decision { id: MessageId(id) }, "moderate"),
        (TypedPlace::Room { id: Some(RoomId(id)) }, "save_room"),
        (TypedPlace::RoundPlan { id: None }, "save_round_plan"),
    ];
    for (place, _) in places {
        let typed = Typed { words: place.kind().to_owned(), ..Typed::default() };
        typed::keep(&here.cache, &here.system, &KeepTyped { place, typed }).unwrap();
    }
    assert!(kept::end(&here.cache, NOW).unwrap());
    let mut shown: Vec<(String, String)> =
        kept::items(&here.cache).unwrap().into_iter().map(|item| (item.text, item.kind)).collect();
    let mut expected = places.map(|(place, kind)| (place.kind().to_owned(), kind.to_owned()));
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected);
}

fn said_by(op: &linli_wire::ops::Op) -> Option<MessageId> {
    match &op.action {
        linli_wire::ops::Action::SendMessage { message } => Some(message.id),
        _ => None,
    }
}
