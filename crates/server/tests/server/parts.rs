//! Files in parts over HTTP: where an upload goes on, whose it is, and what is refused.

mod cut;
mod space;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use linli_server::{Settings, attachments::intake::digest, config};
use linli_wire::{
    Code, WireError,
    attachments::{Attachment, MAX_FILE_BYTES},
    id::AttachmentId,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};

use crate::{
    both,
    world::{Device, World, new_id, problem},
};

/// A document of so many bytes, each one its own.
fn document(length: usize, salt: u8) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    bytes.extend((bytes.len()..length).map(|at| (at % 251) as u8 ^ salt));
    bytes
}

fn repr_digest(bytes: &[u8]) -> String {
    let hex = digest(bytes);
    let hash: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(hex.get(at * 2..at * 2 + 2).unwrap(), 16).unwrap()).collect();
    format!("sha-256=:{}:", BASE64.encode(hash))
}

fn at(world: &World, device: &Device, method: &str, id: AttachmentId) -> RequestBuilder {
    let method: Method = method.parse().unwrap();
    let url = format!("{}/v1/attachments/{id}/upload", world.url);
    world.http.request(method, url).bearer_auth(&device.tokens.access)
}

fn begin(world: &World, device: &Device, id: AttachmentId, whole: &[u8], first: usize) -> RequestBuilder {
    at(world, device, "PUT", id)
        .header("linli-name", "plan.pdf")
        .header("upload-complete", "?0")
        .header("upload-length", whole.len())
        .header("repr-digest", repr_digest(whole))
        .body(whole[..first].to_vec())
}

fn next(
    world: &World,
    device: &Device,
    id: AttachmentId,
    at_offset: usize,
    last: bool,
    bytes: &[u8],
) -> RequestBuilder {
    at(world, device, "PATCH", id)
        .header("upload-offset", at_offset)
        .header("upload-complete", if last { "?1" } else { "?0" })
        .header("content-type", "application/partial-upload")
        .body(bytes.to_vec())
}

fn put_whole(world: &World, device: &Device, id: AttachmentId, bytes: &[u8], name: &str) -> RequestBuilder {
    let request = world.http.put(format!("{}/v1/attachments/{id}", world.url));
    request.bearer_auth(&device.tokens.access).header("linli-name", name).body(bytes.to_vec())
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

/// The offset that an answer with this status tells.
async fn told(request: RequestBuilder, status: u16) -> usize {
    let response = sent(request).await;
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["upload-complete"], "?0");
    response.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
}

async fn whole(request: RequestBuilder) -> Attachment {
    let response = sent(request).await;
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn refused(request: RequestBuilder) -> WireError {
    problem(sent(request).await).await
}

async fn fetched(world: &World, device: &Device, id: AttachmentId) -> Vec<u8> {
    let path = format!("/v1/attachments/{id}");
    let response = world.send(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.bytes().await.unwrap().to_vec()
}

fn field(error: &WireError) -> (Code, &str) {
    (error.code, error.details["field"].as_str().unwrap_or_default())
}

both! {
    async fn a_file_in_parts_is_the_same_as_in_one(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let bytes = document(200_001, 0);
        let id = AttachmentId(new_id());
        assert_eq!(sent(at(&world, &wang, "HEAD", id)).await.status(), 404);
        assert_eq!(told(begin(&world, &wang, id, &bytes, 65_536), 201).await, 65_536);
        let head = sent(at(&world, &wang, "HEAD", id)).await;
        assert_eq!((head.status().as_u16(), &head.headers()["upload-length"]), (204, &"200001".parse().unwrap()));
        assert_eq!(told(next(&world, &wang, id, 65_536, false, &bytes[65_536..150_000]), 204).await, 150_000);
        // Its answer was lost, and it comes again.
        let again = sent(next(&world, &wang, id, 65_536, false, &bytes[65_536..150_000])).await;
        assert_eq!(again.headers()["upload-offset"], "150000");
        let again = problem(again).await;
        assert_eq!((again.code, again.details["expected-offset"].as_u64()), (Code::Conflict, Some(150_000)));
        assert_eq!(told(begin(&world, &wang, id, &bytes, 65_536), 201).await, 150_000, "begun again, it goes on");
        assert_eq!(told(at(&world, &wang, "HEAD", id), 204).await, 150_000);
        let file = whole(next(&world, &wang, id, 150_000, true, &bytes[150_000..])).await;
        assert_eq!((file.id, file.bytes, file.name.as_str()), (id, 200_001, "plan.pdf"));
        assert_eq!(fetched(&world, &wang, id).await, bytes);
        // The last answer was lost: the upload is gone, and who begins anew is told that all is here.
        assert_eq!(sent(at(&world, &wang, "HEAD", id)).await.status(), 404);
        assert_eq!(refused(next(&world, &wang, id, 150_000, true, &bytes[150_000..])).await.code, Code::NotFound);
        assert_eq!(whole(begin(&world, &wang, id, &bytes, 65_536)).await, file);
        let count = world.app.db.read(|tx| Ok(tx.query_one("SELECT COUNT(*) FROM attachment", &[])?.get::<i64>(0)?));
        assert_eq!(count.await.unwrap(), 1);
    }

    async fn a_picture_in_parts_is_written_anew_and_what_is_none_is_refused(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let picture = crate::policy::PNG;
        let id = AttachmentId(new_id());
        told(begin(&world, &wang, id, picture, 30), 201).await;
        let file = whole(next(&world, &wang, id, 30, true, &picture[30..])).await;
        assert_eq!((file.pixels, file.media_type.as_str()), (Some((1, 1)), "image/webp"));
        // What can be told from the first part is; what cannot, at the end, and then it is forgotten.
        let text = b"<html>this is no picture</html>";
        let early = refused(begin(&world, &wang, AttachmentId(new_id()), text, 31)).await;
        assert_eq!((early.code, early.details["reason"].as_str()), (Code::UnsupportedFile, Some("unknown")));
        let (broken, id) = (&picture[..60], AttachmentId(new_id()));
        told(begin(&world, &wang, id, broken, 40), 201).await;
        let late = refused(next(&world, &wang, id, 40, true, &broken[40..])).await;
        assert_eq!((late.code, late.details["reason"].as_str()), (Code::UnsupportedFile, Some("broken")));
        assert_eq!(sent(at(&world, &wang, "HEAD", id)).await.status(), 404);
    }

    async fn an_upload_is_its_person_s_own(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let wang = world.join(&sun, sun.wang_mei).await;
        let tablet = world.join(&sun, sun.wang_mei).await;
        let others = [
            world.join(&sun, sun.grandma).await,
            world.join(&sun, sun.lin).await,
            world.join(&moon, moon.lin).await,
        ];
        let (bytes, id) = (document(1000, 0), AttachmentId(new_id()));
        told(begin(&world, &wang, id, &bytes, 400), 201).await;
        for other in &others {
            assert_eq!(sent(at(&world, other, "HEAD", id)).await.status(), 404);
            let foreign = refused(next(&world, other, id, 400, true, &bytes[400..])).await;
            let missing = refused(next(&world, other, AttachmentId(new_id()), 400, true, &bytes[400..])).await;
            assert_eq!(foreign, missing);
            // One of their own under the same id is another one.
            let own = document(500, 7);
            assert_eq!(told(begin(&world, other, id, &own, 100), 201).await, 100);
        }
        // The person goes on, with whichever device of theirs.
        assert_eq!(told(at(&world, &tablet, "HEAD", id), 204).await, 400);
        whole(next(&world, &tablet, id, 400, true, &bytes[400..])).await;
        assert_eq!(fetched(&world, &wang, id).await, bytes);
        // Then the id is taken for the others of its community, as it always was.
        let own = document(500, 7);
        assert_eq!(refused(next(&world, &others[0], id, 100, true, &own[100..])).await.code, Code::OperationReused);
        assert_eq!(sent(at(&world, &others[0], "HEAD", id)).await.status(), 404);
        assert_eq!(refused(begin(&world, &others[1], id, &bytes, 400)).await.code, Code::OperationReused);
    }

    async fn what_does_not_become_what_was_promised_is_forgotten(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let (bytes, other, id) = (document(1000, 0), document(1000, 1), AttachmentId(new_id()));
        told(begin(&world, &wang, id, &bytes, 400), 201).await;
        assert_eq!(refused(next(&world, &wang, id, 400, true, &other[400..])).await.code, Code::Conflict);
        assert_eq!(sent(at(&world, &wang, "HEAD", id)).await.status(), 404);
        // A file that was changed begins anew under its id, also over what there was.
        told(begin(&world, &wang, id, &bytes, 400), 201).await;
        assert_eq!(told(begin(&world, &wang, id, &other, 300), 201).await, 300);
        whole(next(&world, &wang, id, 300, true, &other[300..])).await;
        assert_eq!(fetched(&world, &wang, id).await, other);
        // Once it is whole, the id is that file's.
        assert_eq!(refused(begin(&world, &wang, id, &bytes, 400)).await.code, Code::OperationReused);
    }

    async fn rubbish_is_refused_and_changes_nothing(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        let (bytes, id) = (document(1000, 0), AttachmentId(new_id()));
        let put = |headers: &[(&str, &str)], body: &[u8]| {
            let mut request = at(&world, &wang, "PUT", id).body(body.to_vec());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request
        };
        let (digest, over) = (repr_digest(&bytes), (MAX_FILE_BYTES + 1).to_string());
        let good = [("linli-name", "a.pdf"), ("upload-complete", "?0"), ("upload-length", "1000"), ("repr-digest", digest.as_str())];
        for (at, values) in [
            (0, ["%FF", "%", "a%2"].as_slice()),
            (1, &["?1", "0", "false", "", "?0, ?1"]),
            (2, &["", "-1", "0", "1e3", "0x10", "99", "1000.0", "99999999999999999999", " 1 000"]),
            (3, &["", "x", "sha-256=::", "sha-256=:AAAA:", "sha-512=:AAAA:"]),
        ] {
            for value in values {
                let mut headers = good;
                headers[at].1 = value;
                let error = refused(put(&headers, &bytes[..400])).await;
                assert_eq!(field(&error), (Code::InvalidInput, good[at].0), "{value:?}");
            }
            let mut headers = good.to_vec();
            headers.remove(at);
            assert_eq!(field(&refused(put(&headers, &bytes[..400])).await), (Code::InvalidInput, good[at].0));
        }
        let mut nameless = good;
        nameless[0].1 = "..%2F";
        assert_eq!(field(&refused(put(&nameless, &bytes[..400])).await), (Code::InvalidInput, "name"));
        let mut large = good;
        large[2].1 = &over;
        assert_eq!(refused(put(&large, &bytes[..400])).await.code, Code::TooLarge);
        assert_eq!(sent(at(&world, &wang, "HEAD", id)).await.status(), 404, "none of it began anything");
        told(put(&good, &bytes[..400]), 201).await;
        let patch = |offset: &str, complete: &str| {
            at(&world, &wang, "PATCH", id).header("upload-offset", offset).header("upload-complete", complete)
        };
        for offset in ["", "-1", "+400", "4e2", "400.0", "99999999999999999999", "0x190"] {
            let error = refused(patch(offset, "?0").body(bytes[400..].to_vec())).await;
            assert_eq!(field(&error), (Code::InvalidInput, "upload-offset"), "{offset:?}");
        }
        for complete in ["", "1", "true", "?2"] {
            let error = refused(patch("400", complete).body(bytes[400..].to_vec())).await;
            assert_eq!(field(&error), (Code::InvalidInput, "upload-complete"), "{complete:?}");
        }
        for (length, last) in [(601, "?0"), (601, "?1"), (599, "?1"), (0, "?1")] {
            let error = refused(patch("400", last).body(vec![1; length])).await;
            assert_eq!(field(&error), (Code::InvalidInput, "upload-complete"), "{length} {last}");
        }
        for offset in ["0", "399", "401", "1000", "1001", "999999999999999"] {
            assert_eq!(refused(patch(offset, "?0").body(vec![1; 10])).await.code, Code::Conflict, "{offset}");
        }
        assert_eq!(told(at(&world, &wang, "HEAD", id), 204).await, 400);
        // All of it may be here before it is called complete.
        assert_eq!(told(next(&world, &wang, id, 400, false, &bytes[400..]), 204).await, 1000);
        whole(next(&world, &wang, id, 1000, true, &[])).await;
        assert_eq!(fetched(&world, &wang, id).await, bytes);
    }

    async fn a_name_that_is_none_leaves_nothing_on_the_disk(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        for name in ["..", "%2F", "%E2%80%8B"] {
            let error = refused(put_whole(&world, &wang, AttachmentId(new_id()), &document(1000, 0), name)).await;
            assert_eq!(field(&error), (Code::InvalidInput, "name"), "{name}");
        }
        assert_eq!(world.app.shelf.files.all().unwrap(), Vec::<String>::new());
    }

    async fn two_devices_that_send_at_once_make_one_file(world) {
        let sun = world.sun.clone();
        let (one, two) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.wang_mei).await);
        let (bytes, id) = (document(400_000, 0), AttachmentId(new_id()));
        let send = async |device: &Device| {
            let mut offset = told(begin(&world, device, id, &bytes, 50_000), 201).await;
            loop {
                let end = (offset + 30_000).min(bytes.len());
                let response = sent(next(&world, device, id, offset, end == bytes.len(), &bytes[offset..end])).await;
                match response.status().as_u16() {
                    200 | 404 => return,
                    204 | 409 => offset = response.headers()["upload-offset"].to_str().unwrap().parse().unwrap(),
                    other => panic!("{other}"),
                }
            }
        };
        tokio::join!(send(&one), send(&two));
        assert_eq!(fetched(&world, &one, id).await, bytes);
    }

    async fn a_last_part_that_comes_many_times_at_once_makes_one_file(world) {
        let sun = world.sun.clone();
        let wang = world.join(&sun, sun.wang_mei).await;
        // Few bytes and many pixels: some have all their parts, and wait for a decoder, when the first is whole.
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(2400, 1600).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let (bytes, id) = (bytes.into_inner(), AttachmentId(new_id()));
        let begun = begin(&world, &wang, id, &bytes, bytes.len()).header("linli-name", "plan.png");
        assert_eq!(told(begun, 201).await, bytes.len());
        let last = || async { sent(next(&world, &wang, id, bytes.len(), true, &[])).await.status().as_u16() };
        let answers = futures_util::future::join_all(std::iter::repeat_with(last).take(12)).await;
        // Those that come too late find no upload, those that are too many wait: beginning anew, they find the file.
        let is_fair = answers.iter().all(|status| [200, 404, 429].contains(status));
        assert!(answers.contains(&200) && is_fair, "{answers:?}");
        assert_eq!(sent(begin(&world, &wang, id, &bytes, bytes.len())).await.status(), 200);
    }
}

/// Room for so much in a day.
async fn narrow(files_per_day: u32, bytes_per_day: u64) -> World {
    let folder = tempfile::tempdir().unwrap();
    let location = linli_server::db::Location::Sqlite(folder.path().join("linli.db"));
    let change = |settings: &mut Settings| {
        settings.attachments = config::Attachments { files_per_day, bytes_per_day };
    };
    World::open(folder, location, change).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_day_s_quota_holds_for_what_is_under_way() {
    let world = narrow(10, 2500).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let bytes = document(1000, 0);
    let ids = [AttachmentId(new_id()), AttachmentId(new_id()), AttachmentId(new_id())];
    for id in &ids[..2] {
        told(begin(&world, &wang, *id, &bytes, 10), 201).await;
    }
    assert_eq!(refused(begin(&world, &wang, ids[2], &bytes, 10)).await.code, Code::TooManyTries);
    // What began may begin again and go on; others have a quota of their own.
    told(begin(&world, &wang, ids[1], &bytes, 10), 201).await;
    let li = world.join(&sun, sun.li_qiang).await;
    told(begin(&world, &li, ids[2], &bytes, 10), 201).await;
    for id in &ids[..2] {
        whole(next(&world, &wang, *id, 10, true, &bytes[10..])).await;
    }
    assert_eq!(
        refused(begin(&world, &wang, AttachmentId(new_id()), &bytes, 10)).await.code,
        Code::TooManyTries
    );

    let world = narrow(2, 1 << 20).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    for id in &ids[..2] {
        told(begin(&world, &wang, *id, &bytes, 10), 201).await;
    }
    assert_eq!(refused(begin(&world, &wang, ids[2], &bytes, 10)).await.code, Code::TooManyTries);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_day_s_quota_holds_for_whole_files_beside_parts_and_under_any_name() {
    let world = narrow(10, 2500).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let (bytes, [one, two, three]) = (document(1000, 0), [(); 3].map(|()| AttachmentId(new_id())));
    // The longest name that fits into a head: what the file is called in the end is short.
    let long = "%E5%81%9C".repeat(1500);
    let mut named = begin(&world, &wang, one, &bytes, 10).build().unwrap();
    named.headers_mut().insert("linli-name", long.parse().unwrap());
    let response = world.http.execute(named).await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(told(at(&world, &wang, "HEAD", one), 204).await, 10);
    told(begin(&world, &wang, two, &bytes, 10), 201).await;
    let refusal = refused(put_whole(&world, &wang, three, &bytes, "a.pdf")).await;
    assert_eq!(refusal.code, Code::TooManyTries);
    // What began in parts may come as a whole: they make room for it.
    let file = whole(put_whole(&world, &wang, two, &bytes, "a.pdf")).await;
    assert_eq!((file.id, sent(at(&world, &wang, "HEAD", two)).await.status().as_u16()), (two, 404));
    let file = whole(next(&world, &wang, one, 10, true, &bytes[10..])).await;
    assert_eq!(file.name, format!("{}.pdf", "停".repeat(66)));
}

/// Memory of this process at its highest, which is the server's, in kilobytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_large_uploads_under_way_hold_no_memory() {
    let world = narrow(500, 1 << 30).await;
    let sun = world.sun.clone();
    let chen = world.join(&sun, sun.chen_jing).await;
    let bytes = document(6_000_000, 0);
    let part = 1_000_000;
    let mut under_way = Vec::new();
    let before = peak();
    for _ in 0..20 {
        let id = AttachmentId(new_id());
        told(begin(&world, &chen, id, &bytes, part), 201).await;
        for offset in (part..bytes.len() - part).step_by(part) {
            told(next(&world, &chen, id, offset, false, &bytes[offset..offset + part]), 204).await;
        }
        under_way.push(id);
    }
    let grown = peak() - before;
    assert!(grown < 60 * 1024, "{grown} KB for 100 MB under way");
    whole(next(&world, &chen, under_way[0], bytes.len() - part, true, &bytes[bytes.len() - part..])).await;
}
