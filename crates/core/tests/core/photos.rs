//! Photos of people in the cache alone: the person's own waits, others' come and go with the cards that show them.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use image::{ImageFormat, Rgb, RgbImage};
use linli_core::{chat, community};
use linli_testkit::pages::{
    Thing,
    chat::{message_with, neighbour_with, own_photo, person_id},
};
use linli_wire::{
    Code, Language,
    attachments::{Attachment, NewFile},
    chat::BlockPerson,
    community::{PHOTO_EDGE, Photo, Role},
    id::AttachmentId,
    ops::{Action, Op},
};
use uuid::Uuid;

use crate::{
    chat::{Here, room},
    repairs::{batch, give_up},
};

fn file(bytes: &[u8]) -> NewFile {
    NewFile { name: "IMG_2034 passport.png".to_owned(), base64: BASE64.encode(bytes) }
}

fn picture(width: u32, height: u32) -> NewFile {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([90, 80, 70])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    file(bytes.get_ref())
}

fn choose(here: &Here, file: &NewFile) -> linli_core::Result<()> {
    community::save_photo(&here.cache, &here.system, file)
}

/// The photo that an operation carries.
fn of(op: &Op) -> Option<Attachment> {
    let Action::SavePhoto { photo } = &op.action else { panic!("{op:?}") };
    photo.clone()
}

/// The newest operation of the outbox, whatever it waits for.
fn newest(here: &Here) -> Op {
    let sql = "SELECT op FROM outbox ORDER BY seq DESC LIMIT 1";
    let text: String = here.cache.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The photo of a neighbour, as their card names it.
fn theirs(number: u128) -> Attachment {
    Attachment {
        id: AttachmentId(Uuid::from_u128(0x9000 + number)),
        name: "photo.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: 5,
        sha256: String::new(),
        pixels: Some((PHOTO_EDGE, PHOTO_EDGE)),
    }
}

fn card(number: u128, version: u64, photo: Option<&Attachment>) -> Thing {
    neighbour_with(number, version, |card| card.photo = photo.cloned())
}

/// The file has come from the server.
fn fetched(here: &Here, about: &Attachment) {
    let about = (about.id.0, serde_json::to_string(about).unwrap());
    let write = here.cache.write(|tx| {
        tx.execute("INSERT INTO attachment (id, about, size, used_at) VALUES (?1, ?2, 5, 1)", about.clone())?;
        Ok(tx.execute("INSERT INTO file (id, bytes) VALUES (?1, x'01')", [about.0])?)
    });
    write.unwrap();
}

/// Files that are to go to the server.
fn uploads(here: &Here) -> Vec<AttachmentId> {
    let ids = here.cache.read(|db| {
        let mut select = db.prepare("SELECT id FROM attachment WHERE upload IS NOT NULL")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.map(|id| AttachmentId(id.unwrap())).collect())
    });
    ids.unwrap()
}

fn uploaded(here: &Here, id: AttachmentId) {
    let sql = "UPDATE attachment SET upload = NULL WHERE id = ?1";
    assert_eq!(here.cache.write(|tx| Ok(tx.execute(sql, [id.0])?)).unwrap(), 1);
}

fn is_here(here: &Here, id: AttachmentId) -> bool {
    let sql =
        "SELECT (SELECT count(*) FROM attachment WHERE id = ?1), (SELECT count(*) FROM file WHERE id = ?1)";
    let counts = here.cache.read(|db| Ok(db.query_row(sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))?));
    let (about, bytes): (u32, u32) = counts.unwrap();
    assert_eq!(about, bytes, "bytes go with what is known of them");
    about == 1
}

#[test]
fn a_photo_is_a_small_square_without_a_name_and_waits_for_its_file() {
    let here = Here::new(Role::Resident);
    choose(&here, &picture(900, 600)).unwrap();
    let photo = of(&newest(&here)).unwrap();
    assert!(Photo::fits(&photo) && photo.pixels == Some((PHOTO_EDGE, PHOTO_EDGE)), "{photo:?}");
    assert_eq!(photo.name, "photo.jpg");
    assert_eq!(uploads(&here), [photo.id]);
    assert_eq!(batch(&here.cache), [], "the server does not have the file yet");
    uploaded(&here, photo.id);
    assert_eq!(batch(&here.cache).iter().map(of).collect::<Vec<_>>(), [Some(photo)]);
}

#[test]
fn rubbish_is_refused_and_nothing_waits() {
    let here = Here::new(Role::Resident);
    for (bytes, code) in [
        (&b"%PDF-1.7 rubbish"[..], Code::UnsupportedFile),
        (b"GIF89a", Code::UnsupportedFile),
        (b"\x89PNG\r\n\x1a\nbroken", Code::UnsupportedFile),
        (b"", Code::UnsupportedFile),
        (&vec![0; 12 * 1024 * 1024 + 1], Code::TooLarge),
    ] {
        assert_eq!(choose(&here, &file(bytes)).unwrap_err().code(), code);
    }
    assert_eq!(here.count("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM attachment)"), 0);
}

#[test]
fn what_was_replaced_removed_or_given_up_before_it_left_is_not_sent() {
    let here = Here::new(Role::Resident);
    choose(&here, &picture(300, 300)).unwrap();
    let first = of(&newest(&here)).unwrap().id;
    choose(&here, &picture(40, 40)).unwrap();
    let second = of(&newest(&here)).unwrap();
    assert_eq!((is_here(&here, first), is_here(&here, second.id)), (false, true));
    assert_eq!((here.count("SELECT count(*) FROM outbox"), second.pixels), (1, Some((40, 40))));
    community::remove_photo(&here.cache, &here.system).unwrap();
    assert!(!is_here(&here, second.id));
    assert_eq!(batch(&here.cache).iter().map(of).collect::<Vec<_>>(), [None]);
    choose(&here, &picture(50, 50)).unwrap();
    let (op, third) = (newest(&here), of(&newest(&here)).unwrap().id);
    give_up(&here.cache, op.id);
    assert!(!is_here(&here, third) && uploads(&here).is_empty());
}

#[test]
fn only_the_newest_is_kept_for_the_case_of_a_backup() {
    let here = Here::new(Role::Resident);
    let mut before = None;
    for version in 1..=2 {
        choose(&here, &picture(300, 300)).unwrap();
        let photo = of(&newest(&here)).unwrap();
        uploaded(&here, photo.id);
        let ops = batch(&here.cache);
        here.acknowledge(&ops, room(), 0);
        let own = own_photo(here.garden.person, version, &photo);
        here.take(|page| page.in_person(&[own]));
        assert!(is_here(&here, photo.id), "the author sees it without network");
        assert!(before.is_none_or(|before| !is_here(&here, before)), "what it replaced has gone");
        before = Some(photo.id);
    }
    assert_eq!(here.count("SELECT count(*) FROM outbox WHERE state = 'settled'"), 1);
    // Another device took it away.
    let gone = own_photo(here.garden.person, 3, &theirs(9)).gone();
    here.take(|page| page.in_person(&[gone]));
    assert_eq!(here.count("SELECT count(*) FROM record WHERE entity = 'photo'"), 0);
}

#[test]
fn a_photo_leaves_with_the_card_that_showed_it() {
    let here = Here::new(Role::Resident);
    let (one, two) = (theirs(1), theirs(2));
    here.arrive(&[
        card(1, 2, Some(&one)),
        card(2, 2, Some(&two)),
        message_with(room(), 1, 1, "Hello", |_| {}),
    ]);
    fetched(&here, &one);
    fetched(&here, &two);
    assert_eq!(here.messages()[0].photo, Some(one.id));
    // The same card once more, and an older one, change nothing.
    here.arrive(&[card(1, 2, Some(&one)), card(1, 1, None)]);
    assert!(is_here(&here, one.id));
    here.arrive(&[card(1, 3, None)]);
    assert_eq!((here.messages()[0].photo, is_here(&here, one.id)), (None, false));
    assert!(is_here(&here, two.id));
    // The card may stand in two places; when it has left the last of them, the face goes.
    here.take(|page| page.in_community(&[card(2, 2, Some(&two)).gone()]));
    assert!(is_here(&here, two.id));
    here.arrive(&[card(2, 2, Some(&two)).gone()]);
    assert!(!is_here(&here, two.id));
}

#[test]
fn ones_own_photo_stays_when_it_is_no_longer_shown() {
    let here = Here::new(Role::Resident);
    let about = theirs(7);
    let as_neighbour = |version, photo: Option<&Attachment>| {
        neighbour_with(7, version, |card| {
            card.id = here.garden.person;
            card.photo = photo.cloned();
        })
    };
    here.take(|page| page.in_person(&[own_photo(here.garden.person, 1, &about)]));
    here.arrive(&[as_neighbour(1, Some(&about))]);
    fetched(&here, &about);
    here.arrive(&[as_neighbour(2, None)]);
    assert!(is_here(&here, about.id));
    here.take(|page| page.in_person(&[own_photo(here.garden.person, 2, &about).gone()]));
    assert!(!is_here(&here, about.id));
}

#[test]
fn whom_one_does_not_want_to_hear_is_not_seen_either() {
    let here = Here::new(Role::Resident);
    here.arrive(&[card(1, 2, Some(&theirs(1))), message_with(room(), 1, 1, "Hello", |_| {})]);
    assert_eq!(here.messages()[0].photo, Some(theirs(1).id));
    let block = BlockPerson { person_id: person_id(1), blocked: true };
    chat::block(&here.cache, &here.system, &Language::en(), block).unwrap();
    assert_eq!(here.messages()[0].photo, None);
}
