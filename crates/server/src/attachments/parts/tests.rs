#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{io::Write, sync::Barrier, time::Duration};

use super::*;
use crate::attachments::intake::digest;

fn key(person: u128, id: u128) -> Key {
    let uuid = uuid::Uuid::from_u128;
    Key { community: CommunityId(uuid(1)), person: PersonId(uuid(person)), id: AttachmentId(uuid(id)) }
}

fn promised(bytes: &[u8]) -> Promised {
    Promised { length: len(bytes), sha256: digest(bytes), name: "停水 \"\n\".pdf".to_owned() }
}

fn open() -> (tempfile::TempDir, Parts) {
    let folder = tempfile::tempdir().unwrap();
    let parts = Parts::open(folder.path()).unwrap();
    (folder, parts)
}

#[test]
fn every_cut_into_two_parts_makes_the_same_file_also_after_a_restart() {
    let whole = b"\n{\"length\":1}\n\0\xFFwhole file\n".as_slice();
    for at in 0..=whole.len() {
        let (folder, parts) = open();
        let begun = parts.begin(key(1, 1), &promised(whole), &whole[..at]).unwrap();
        assert_eq!(begun.offset, len(&whole[..at]));
        let parts = Parts::open(folder.path()).unwrap();
        assert_eq!(parts.arrived(key(1, 1)).unwrap(), Some(begun.clone()));
        let done = parts.append(key(1, 1), begun.offset, true, &whole[at..]).unwrap().unwrap();
        assert_eq!(done, Appended::Done(Arrived { offset: len(whole), promised: promised(whole) }));
        assert_eq!(parts.bytes(key(1, 1)).unwrap(), whole);
        assert_eq!(parts.digest(key(1, 1)).unwrap(), Some(digest(whole)));
        parts.forget(key(1, 1));
        assert_eq!(parts.arrived(key(1, 1)).unwrap(), None);
        assert!(parts.append(key(1, 1), 0, true, whole).unwrap().is_none());
    }
}

#[test]
fn a_part_goes_behind_the_others_or_nowhere() {
    let (_folder, parts) = open();
    let whole = [7; 100].as_slice();
    parts.begin(key(1, 1), &promised(whole), &whole[..40]).unwrap();
    let here = Arrived { offset: 40, promised: promised(whole) };
    for at in [0, 39, 41, 100, 101, u64::MAX] {
        let appended = parts.append(key(1, 1), at, false, &whole[..10]).unwrap();
        assert_eq!(appended, Some(Appended::Elsewhere(here.clone())), "{at}");
    }
    for (bytes, is_last) in [(61, false), (61, true), (59, true), (0, true)] {
        let appended = parts.append(key(1, 1), 40, is_last, &[7; 61][..bytes]).unwrap();
        assert_eq!(appended, Some(Appended::Unfit), "{bytes} {is_last}");
    }
    assert_eq!(parts.arrived(key(1, 1)).unwrap(), Some(here.clone()));
    // Begun once more, as by an answer that was lost, it goes on; with another promise it is another file.
    assert_eq!(parts.begin(key(1, 1), &promised(whole), &whole[..20]).unwrap(), here);
    let other = [8; 100].as_slice();
    assert_eq!(parts.begin(key(1, 1), &promised(other), &other[..20]).unwrap().offset, 20);
    assert_eq!(parts.bytes(key(1, 1)).unwrap(), [8; 20]);
}

#[test]
fn two_that_write_at_the_same_place_do_not_mix() {
    let (_folder, parts) = open();
    let length = 1 << 20;
    parts.begin(key(1, 1), &Promised { length, sha256: String::new(), name: String::new() }, &[]).unwrap();
    for round in 0..8 {
        let at = round * 10_000;
        let start = Barrier::new(4);
        let won: usize = std::thread::scope(|scope| {
            let writers: Vec<_> = (1..=4_u8)
                .map(|who| {
                    let (parts, start) = (&parts, &start);
                    scope.spawn(move || {
                        start.wait();
                        let appended = parts.append(key(1, 1), at, false, &[who; 10_000]).unwrap();
                        usize::from(matches!(appended, Some(Appended::Done(_))))
                    })
                })
                .collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).sum()
        });
        assert_eq!(won, 1);
    }
    let bytes = parts.bytes(key(1, 1)).unwrap();
    assert_eq!(bytes.len(), 80_000);
    assert!(bytes.chunks(10_000).all(|part| part.iter().all(|byte| *byte == part[0])));
}

#[test]
fn what_stops_growing_is_swept_and_rubbish_is_no_upload() {
    let (folder, parts) = open();
    let whole = b"whole".as_slice();
    parts.begin(key(1, 1), &promised(whole), b"wh").unwrap();
    parts.begin(key(1, 2), &promised(whole), b"w").unwrap();
    parts.begin(key(2, 1), &promised(whole), b"w").unwrap();
    assert_eq!(parts.others(key(1, 1)).unwrap(), (1, 5));
    assert_eq!(parts.others(key(3, 1)).unwrap(), (0, 0));
    assert_eq!(parts.arrived(key(2, 2)).unwrap(), None, "what is somebody else's has no name here");
    for rubbish in [b"".as_slice(), b"{", b"{\"length\":5}\n", &[0; 10_000], &[b'\n'; 3]] {
        let place = parts.place(key(1, 3));
        File::create(&place).unwrap().write_all(rubbish).unwrap();
        assert_eq!(parts.arrived(key(1, 3)).unwrap(), None);
        assert!(parts.append(key(1, 3), 0, false, b"w").unwrap().is_none());
        assert_eq!(parts.begin(key(1, 3), &promised(whole), b"who").unwrap().offset, 3);
    }
    // What strayed into the folders is nobody's upload, and stops nothing.
    let person = parts.place(key(1, 1)).parent().unwrap().to_owned();
    for stray in [folder.path().join("uploads"), person.parent().unwrap().to_owned()] {
        File::create(stray.join(".DS_Store")).unwrap();
    }
    std::fs::create_dir(person.join("lost+found")).unwrap();
    assert_eq!(parts.others(key(1, 1)).unwrap(), (2, 10));
    let now = SystemTime::now();
    assert_eq!(parts.sweep(now + ORPHAN_AGE - Duration::from_secs(60)).unwrap(), 0);
    assert_eq!(parts.sweep(now + ORPHAN_AGE + Duration::from_secs(60)).unwrap(), 4);
    assert_eq!(parts.sweep(now).unwrap(), 0);
    assert_eq!(Parts::open(folder.path()).unwrap().arrived(key(1, 1)).unwrap(), None);
}

#[test]
fn what_cannot_be_read_back_is_not_begun_and_counts_where_it_lies() {
    let (_folder, parts) = open();
    let whole = b"whole".as_slice();
    let long = Promised { name: "\u{1F333}".repeat(1100), ..promised(whole) };
    assert_eq!(parts.begin(key(1, 1), &long, b"wh").unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(parts.others(key(1, 9)).unwrap(), (0, 0), "nothing of it is kept");
    parts.begin(key(1, 2), &promised(whole), b"w").unwrap();
    // A server of before wrote such a line.
    let mut line = serde_json::to_vec(&long).unwrap();
    line.push(b'\n');
    File::create(parts.place(key(1, 1))).unwrap().write_all(&line).unwrap();
    assert_eq!(parts.others(key(1, 9)).unwrap(), (2, 5 + len(&line)));
}
