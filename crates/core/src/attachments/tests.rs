#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use image::{ImageEncoder, Rgb, RgbImage};

use super::*;
use crate::account::MIGRATIONS;

/// A clock that stands, and randomness that counts.
#[derive(Default)]
struct Counting(std::sync::atomic::AtomicU8);

impl System for Counting {
    fn now(&self) -> Timestamp {
        Timestamp(1_795_305_600_000)
    }

    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    }

    fn sleep(&self, _: std::time::Duration) -> crate::ports::Task<'_, ()> {
        Box::pin(std::future::pending())
    }
}

fn add_bytes(cache: &Cache, system: &Counting, name: &str, bytes: &[u8]) -> Result<Attachment> {
    add(cache, system, &NewFile { name: name.to_owned(), base64: BASE64.encode(bytes) })
}

fn cache() -> Cache {
    Cache::in_memory(MIGRATIONS).unwrap()
}

/// A picture twice as wide as high.
fn wide() -> RgbImage {
    RgbImage::from_fn(64, 32, |x, y| Rgb([x as u8 * 3, y as u8 * 7, 90]))
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&wide()).unwrap();
    bytes
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(picture.as_raw(), picture.width(), picture.height(), image::ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// A JPEG as a phone makes it: with the place where it was taken, and to be turned by a quarter.
fn jpeg_from_a_phone() -> Vec<u8> {
    // TIFF, big endian; IFD0 with orientation 6 and a pointer to the GPS IFD with its reference `N`.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    exif.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    exif.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    exif.extend(b"canary 39.9042N 116.4074E");
    let plain = jpeg();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length);
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

/// A PNG that says how large it is, and has no more than that.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let crc = chunk.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    });
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(chunk);
    bytes.extend((!crc).to_be_bytes());
    bytes.extend(b"\0\0\0\x01IDAT\0\0\0\0\0");
    bytes
}

#[test]
fn where_a_picture_was_taken_never_leaves_the_device() {
    let (cache, system) = (cache(), Counting::default());
    let sent = jpeg_from_a_phone();
    assert!(sent.windows(6).any(|part| part == b"canary"));
    let about = add_bytes(&cache, &system, "IMG_0001.JPG", &sent).unwrap();
    let kept = kept(&cache, about.id).unwrap().unwrap();
    assert!(!kept.bytes.windows(4).any(|part| part == b"Exif"));
    assert!(!kept.bytes.windows(6).any(|part| part == b"canary"));
    assert_eq!(about.pixels, Some((32, 64)), "and it stands upright without it");
    assert_eq!((about.name.as_str(), about.media_type.as_str()), ("IMG_0001.jpg", "image/jpeg"));
}

#[test]
fn a_picture_of_absurd_size_is_refused_before_it_is_decoded() {
    for (width, height) in [(20_000, 20_000), (u32::MAX >> 1, 2), (40_001, 1000)] {
        let error =
            add_bytes(&cache(), &Counting::default(), "bomb.png", &png_header(width, height)).unwrap_err();
        assert!(
            matches!(error.code(), Code::TooLarge | Code::UnsupportedFile),
            "{width}×{height}: {error:?}"
        );
    }
    let error =
        add_bytes(&cache(), &Counting::default(), "bomb.png", &png_header(20_000, 20_000)).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge, "the person hears why");
}

#[test]
fn a_file_cut_anywhere_is_refused_or_read_and_never_breaks_the_app() {
    let whole = png(&wide());
    for cut in 0..whole.len() - 12 {
        let cut_off = add_bytes(&cache(), &Counting::default(), "cut.png", &whole[..cut]);
        assert_eq!(cut_off.unwrap_err().code(), Code::UnsupportedFile, "cut at {cut}");
    }
    let whole = jpeg_from_a_phone();
    for cut in (0..whole.len()).step_by(7) {
        // Of a JPEG, the part that is there may be shown.
        if let Err(error) = add_bytes(&cache(), &Counting::default(), "cut.jpg", &whole[..cut]) {
            assert_eq!(error.code(), Code::UnsupportedFile, "cut at {cut}");
        }
    }
}

#[test]
fn only_pictures_and_documents_are_taken_and_the_bytes_decide() {
    for bytes in [&b"MZ\x90\0"[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", b"hello"] {
        let error = add_bytes(&cache(), &Counting::default(), "photo.jpg", bytes).unwrap_err();
        assert_eq!(error.code(), Code::UnsupportedFile);
    }
    let about = add_bytes(&cache(), &Counting::default(), "../../etc/plan.exe", b"%PDF-1.7 etc").unwrap();
    assert_eq!((about.name.as_str(), about.media_type.as_str()), ("plan.pdf", "application/pdf"));
    let large = vec![b'x'; usize::try_from(MAX_FILE_BYTES).unwrap() + 1];
    assert_eq!(
        add_bytes(&cache(), &Counting::default(), "a.pdf", &large).unwrap_err().code(),
        Code::TooLarge
    );
}

#[test]
fn a_large_picture_is_scaled_and_a_small_one_is_not() {
    let large = RgbImage::from_pixel(MAX_EDGE + 100, 300, Rgb([1, 2, 3]));
    let about = add_bytes(&cache(), &Counting::default(), "a.png", &png(&large)).unwrap();
    assert_eq!(about.pixels.unwrap().0, MAX_EDGE);
    let about = add_bytes(&cache(), &Counting::default(), "b.png", &png(&wide())).unwrap();
    assert_eq!(about.pixels, Some((64, 32)));
}

#[test]
fn what_was_not_sent_is_never_evicted_and_the_oldest_goes_first() {
    let (cache, system) = (cache(), Counting::default());
    let unsent = add_bytes(&cache, &system, "mine.png", &png(&wide())).unwrap();
    let eighth = i64::try_from(ROOM / 8).unwrap();
    cache
        .write(|tx| {
            for number in 1..=8_u8 {
                tx.execute(
                    "INSERT INTO attachment (id, about, size, used_at) VALUES (?1, '{}', ?2, ?3)",
                    params![uuid::Uuid::from_u128(u128::from(number)), eighth, i64::from(number)],
                )?;
            }
            Ok(())
        })
        .unwrap();
    let bytes = Bytes::from_static(b"%PDF-1.7 one more");
    let about = Attachment {
        id: AttachmentId(uuid::Uuid::from_u128(99)),
        name: "more.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        pixels: None,
    };
    keep(&cache, &about, &bytes, Timestamp(100)).unwrap();
    let there = |number: u128| is_kept(&cache, AttachmentId(uuid::Uuid::from_u128(number))).unwrap();
    assert!(is_kept(&cache, unsent.id).unwrap(), "its bytes are nowhere else");
    assert!(!there(1), "the oldest made room");
    assert!(there(2) && there(8) && there(99));
}

#[test]
fn what_a_field_names_is_never_evicted() {
    let (cache, system) = (cache(), Counting::default());
    let photo = add_bytes(&cache, &system, "mine.png", &png(&wide())).unwrap();
    uploaded(&cache, photo.id).unwrap();
    let place = linli_wire::typed::TypedPlace::RepairAct { id: linli_wire::id::RepairId(uuid::Uuid::nil()) };
    let keep_typed = |photos| {
        let typed = linli_wire::typed::Typed { photos, ..Default::default() };
        crate::typed::keep(&cache, &system, &linli_wire::command::KeepTyped { place, typed }).unwrap();
    };
    let bytes = Bytes::from_static(b"%PDF-1.7 one more");
    let fill = |number: u128| {
        let about = Attachment {
            id: AttachmentId(uuid::Uuid::from_u128(number)),
            name: "more.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: ROOM,
            sha256: sha256(&bytes),
            pixels: None,
        };
        keep(&cache, &about, &bytes, Timestamp(1_900_000_000_000)).unwrap();
    };
    keep_typed(vec![photo.clone()]);
    fill(98);
    assert!(is_kept(&cache, photo.id).unwrap(), "it stands in a message that is being written");
    keep_typed(vec![]);
    fill(99);
    assert!(!is_kept(&cache, photo.id).unwrap());
}

#[test]
fn what_nobody_has_looked_at_for_longest_goes_first() {
    const DAY: i64 = 24 * 3600 * 1000;
    let cache = cache();
    let file = |number: u128, bytes: &'static [u8], claimed: u64| {
        let about = Attachment {
            id: AttachmentId(uuid::Uuid::from_u128(number)),
            name: "a.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: claimed,
            sha256: sha256(bytes),
            pixels: None,
        };
        (about, Bytes::from_static(bytes))
    };
    let here = |number: u128| is_kept(&cache, AttachmentId(uuid::Uuid::from_u128(number))).unwrap();
    let keep_at =
        |(about, bytes): (Attachment, Bytes), at| keep(&cache, &about, &bytes, Timestamp(at)).unwrap();
    keep_at(file(1, b"first", 5), 10 * DAY);
    keep_at(file(2, b"second", 6), 10 * DAY + 1);
    let used_at = |number: u128| -> i64 {
        let sql = "SELECT used_at FROM attachment WHERE id = ?1";
        cache.read(|db| Ok(db.query_row(sql, [uuid::Uuid::from_u128(number)], |row| row.get(0))?)).unwrap()
    };
    let look =
        |number: u128, at| used(&cache, AttachmentId(uuid::Uuid::from_u128(number)), Timestamp(at)).unwrap();
    look(1, 11 * DAY - 1);
    assert_eq!(used_at(1), 10 * DAY, "not written for every look");
    look(1, 11 * DAY);
    assert_eq!(used_at(1), 11 * DAY);
    keep_at(file(3, b"third", ROOM - 6), 12 * DAY);
    assert_eq!((here(1), here(2), here(3)), (true, false, true), "fetched first, looked at last");
    look(1, 2 * DAY);
    assert_eq!(used_at(1), 2 * DAY, "a clock that was set back");
}

#[test]
fn bytes_that_are_not_those_of_the_notice_are_not_kept() {
    let cache = cache();
    let about =
        add_bytes(&Cache::in_memory(MIGRATIONS).unwrap(), &Counting::default(), "a.png", &png(&wide()))
            .unwrap();
    let error = keep(&cache, &about, &Bytes::from_static(b"<html>sign in</html>"), Timestamp(1)).unwrap_err();
    assert_eq!(error.code(), Code::NotLinliServer);
    assert!(!is_kept(&cache, about.id).unwrap());
}

#[test]
fn what_opens_a_file_is_told_by_its_bytes_whatever_the_server_said() {
    let kept = |name: &str, media_type: &str, bytes: &[u8]| Kept {
        about: Attachment {
            id: AttachmentId(uuid::Uuid::nil()),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
            pixels: None,
        },
        bytes: Bytes::copy_from_slice(bytes),
    };
    let pdf = b"%PDF-1.4 @echo off";
    for (name, expected) in [
        ("evil.bat", "evil.pdf"),
        ("../x/../../etc/passwd", "passwd.pdf"),
        ("bill\u{202E}fdp.exe", "billfdp.pdf"),
        ("\u{200B}", "file.pdf"),
    ] {
        assert_eq!(opened_as(&kept(name, "application/x-bat", pdf)).unwrap(), expected);
    }
    assert_eq!(opened_as(&kept("a.pdf", "application/pdf", &jpeg())).unwrap(), "a.jpg");
    let program = opened_as(&kept("a.pdf", "application/pdf", b"MZ\x90\0")).unwrap_err();
    assert_eq!(program.0.code, Code::UnsupportedFile);
}

#[test]
fn files_stay_with_their_bytes_and_their_place_in_the_queue() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.db");
    let key = zeroize::Zeroizing::new([7; 32]);
    let old = Cache::open(&path, &key, &MIGRATIONS[..9]).unwrap();
    let about = |number: u32| {
        format!(
            r#"{{"id":"00000000-0000-0000-0000-{number:012}","name":"a.pdf","media_type":"application/pdf","bytes":3,"sha256":""}}"#
        )
    };
    let id = |number: u32| AttachmentId(uuid::Uuid::from_u128(number.into()));
    old.write(|tx| {
        let sql = "INSERT INTO attachment (id, about, bytes, upload, refused, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        tx.execute(sql, (id(1).0, about(1), b"one", "queued", None::<String>, 2))?;
        tx.execute(sql, (id(2).0, about(2), b"two", "sending", None::<String>, 1))?;
        tx.execute(sql, (id(3).0, about(3), b"three", None::<String>, r#"{"code":"too_large","message":""}"#, 3))?;
        Ok(())
    })
    .unwrap();
    drop(old);
    let new = Cache::open(&path, &key, MIGRATIONS).unwrap();
    assert_eq!(uploads(&new).unwrap(), [id(2), id(1)]);
    assert!(has_begun(&new, id(2)).unwrap() && !has_begun(&new, id(1)).unwrap());
    for (number, bytes) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(kept(&new, id(number)).unwrap().unwrap().bytes, bytes);
    }
    let counts = || {
        let sql = "SELECT count(*), (SELECT count(*) FROM file), sum(size), sum(refused IS NOT NULL) FROM attachment";
        let row = new.read(|db| {
            Ok(db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?)
        });
        row.unwrap()
    };
    assert_eq!(counts(), (3, 3, 11, 1));
    new.write(|tx| Ok(tx.execute("DELETE FROM attachment WHERE id = ?1", [id(3).0])?)).unwrap();
    assert_eq!(counts(), (2, 2, 6, 0), "its bytes go with it");
}
