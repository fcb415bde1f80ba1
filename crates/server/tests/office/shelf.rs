//! Files over their whole life: sent, sent again, shown to those who may see them, swept.

use linli_server::{
    attachments::{Shelf, intake::Intake, parts::Parts},
    auth::Caller,
    config,
    import::ids,
};
use linli_wire::{Code, community::Role, id::AttachmentId};

use crate::{folder::sound, on_both_engines, place::Place};

fn shelf(place: &Place) -> Shelf {
    Shelf {
        files: place.files.clone(),
        parts: Parts::open(place.data.path()).unwrap(),
        intake: Intake::default(),
        limits: config::Attachments { files_per_day: 3, bytes_per_day: 1_000_000 },
    }
}

fn caller(code: &str, role: Role, household: Option<&str>) -> Caller {
    let community = ids::community("sunshine");
    Caller {
        community,
        person: ids::person(community, code),
        device: linli_wire::id::DeviceId(uuid::Uuid::from_u128(1)),
        role,
        household: household.map(|code| ids::household(community, code)),
        name: code.to_owned(),
    }
}

fn id(number: u128) -> AttachmentId {
    AttachmentId(uuid::Uuid::from_u128(number))
}

const PDF: &[u8] = b"%PDF-1.7\nhello\n%%EOF";

on_both_engines! {
    async fn the_same_file_twice_is_one_and_another_under_its_id_is_refused(place) {
        place.import(sound().path(), false).await;
        let (shelf, chen) = (shelf(&place), caller("P-0005", Role::Staff, None));
        let first = shelf.put(&place.db, &chen, id(7), "../../etc/停水 通知.pdf", PDF.into()).await.unwrap();
        assert_eq!((first.name.as_str(), first.media_type.as_str(), first.bytes), ("停水 通知.pdf", "application/pdf", 20));
        let again = shelf.put(&place.db, &chen, id(7), "other.pdf", PDF.into()).await.unwrap();
        assert_eq!(again, first);
        let other = shelf.put(&place.db, &chen, id(7), "x.pdf", (&b"%PDF-1.7 other"[..]).into()).await.unwrap_err();
        assert_eq!(other.code(), Code::OperationReused);
        let stranger = caller("P-0003", Role::HouseholdHead, Some("H-0002"));
        let other = shelf.put(&place.db, &stranger, id(7), "x.pdf", PDF.into()).await.unwrap_err();
        assert_eq!(other.code(), Code::OperationReused, "an id of somebody else is taken, whatever the bytes");
        let kind = shelf.put(&place.db, &chen, id(8), "x.png", (&b"GIF89a"[..]).into()).await.unwrap_err();
        assert_eq!(kind.code(), Code::UnsupportedFile);
        let name = shelf.put(&place.db, &chen, id(8), "..", PDF.into()).await.unwrap_err();
        assert_eq!(name.code(), Code::InvalidInput);
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn the_ending_of_a_name_is_that_of_the_bytes(place) {
        place.import(sound().path(), false).await;
        let (shelf, chen) = (shelf(&place), caller("P-0005", Role::Staff, None));
        let shelf = Shelf { limits: config::Attachments { files_per_day: 100, ..shelf.limits.clone() }, ..shelf };
        let cases = ["evil.bat", "evil.html", "evil\u{202E}.exe", "e\u{200B}vil.pdf.", "C:\\evil.lnk", "evil"];
        for (at, typed) in cases.into_iter().enumerate() {
            let file = shelf.put(&place.db, &chen, id(40 + at as u128), typed, PDF.into()).await.unwrap();
            assert_eq!(file.name, "evil.pdf", "{typed:?}");
        }
        // What a server of before has taken as it came.
        place.execute("UPDATE attachment SET name = '../evil.exe' WHERE media_type = 'application/pdf'").await;
        assert_eq!(shelf.file(&place.db, &chen, id(40)).await.unwrap().0.name, "evil.pdf");
    }

    async fn the_day_has_room_for_so_many_files_and_a_repeat_costs_nothing(place) {
        place.import(sound().path(), false).await;
        let (shelf, chen) = (shelf(&place), caller("P-0003", Role::HouseholdHead, Some("H-0002")));
        for number in 10..13 {
            shelf.put(&place.db, &chen, id(number), "a.pdf", PDF.into()).await.unwrap();
        }
        let full = shelf.put(&place.db, &chen, id(13), "a.pdf", PDF.into()).await.unwrap_err().into_wire();
        assert_eq!(full.code, Code::TooManyTries);
        let wait = full.details["retry_after_seconds"].as_i64().unwrap();
        assert!((86_000..=86_401).contains(&wait), "{wait}");
        shelf.put(&place.db, &chen, id(12), "a.pdf", PDF.into()).await.unwrap();
        assert_eq!(place.files.all().unwrap().iter().filter(|hash| place.files.read(hash).unwrap() == PDF).count(), 1, "kept once");
    }

    async fn a_file_is_seen_by_its_sender_the_office_and_the_notices_audience_only(place) {
        place.import(sound().path(), false).await;
        let shelf = shelf(&place);
        let picture = ids::attachment(ids::community("sunshine"), include_bytes!("pictures/small.png"));
        let wang = caller("P-0001", Role::HouseholdHead, Some("H-0001"));
        let li = caller("P-0003", Role::HouseholdHead, Some("H-0002"));
        let chen = caller("P-0005", Role::Staff, None);
        let (shown, bytes) = shelf.file(&place.db, &wang, picture).await.unwrap();
        let bytes = bytes.metadata().unwrap().len();
        assert_eq!((shown.name.as_str(), shown.pixels, bytes), ("pump.webp", Some((12, 9)), shown.bytes));
        shelf.file(&place.db, &chen, picture).await.unwrap();
        let foreign = shelf.file(&place.db, &li, picture).await.unwrap_err().into_wire();
        let missing = shelf.file(&place.db, &li, id(99)).await.unwrap_err().into_wire();
        assert_eq!(foreign, missing, "foreign and missing are never told apart");
        assert_eq!(foreign.code, Code::NotFound);
        // What nobody shows yet is its sender's own.
        shelf.put(&place.db, &li, id(20), "own.pdf", PDF.into()).await.unwrap();
        shelf.file(&place.db, &li, id(20)).await.unwrap();
        assert_eq!(shelf.file(&place.db, &wang, id(20)).await.unwrap_err().code(), Code::NotFound);
        // Another community's office sees nothing of it.
        let elsewhere = Caller { community: ids::community("moonlight"), ..chen };
        assert_eq!(shelf.file(&place.db, &elsewhere, picture).await.unwrap_err().code(), Code::NotFound);
    }

    async fn what_no_notice_shows_is_swept_after_a_day_and_nothing_else(place) {
        place.import(sound().path(), false).await;
        let (shelf, chen) = (shelf(&place), caller("P-0005", Role::Staff, None));
        let draft = shelf.put(&place.db, &chen, id(30), "a.pdf", PDF.into()).await.unwrap();
        assert_eq!(shelf.sweep(&place.db).await.unwrap(), (0, 0), "it may get its notice yet");
        place.execute("UPDATE attachment SET at = at - 90000000").await;
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(90_000);
        for hash in place.files.all().unwrap() {
            let path = place.data.path().join("attachments").join(hash.get(..2).unwrap()).join(&hash);
            std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
        }
        assert_eq!(shelf.sweep(&place.db).await.unwrap(), (1, 1));
        assert!(!place.files.has(&draft.sha256));
        assert_eq!(place.number("SELECT COUNT(*) FROM attachment").await, 1, "the picture of the notice stays");
        assert_eq!(place.findings().await, Vec::<String>::new());
    }
}
