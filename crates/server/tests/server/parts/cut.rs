//! An upload that is cut at every byte of what is sent: it goes on, and makes one file.

use linli_wire::{attachments::Attachment, id::AttachmentId};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{at, begin, document, narrow, next, repr_digest, sent};
use crate::world::{Device, World, new_id};

const WHOLE: usize = 60;
const FIRST: usize = 25;

/// A file of its own, so that files can be counted.
fn nth(number: usize) -> Vec<u8> {
    let mut bytes = document(WHOLE, 0);
    bytes[FIRST - 8..FIRST].copy_from_slice(&(number as u64).to_be_bytes());
    bytes
}

/// A request as it stands on the line.
fn request(device: &Device, method: &str, id: AttachmentId, headers: &str, body: &[u8]) -> Vec<u8> {
    let (access, length) = (&device.tokens.access, body.len());
    let head = format!(
        "{method} /v1/attachments/{id}/upload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {access}\r\n\
         content-length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Sends so much of a request and hangs up.
async fn cut(world: &World, request: &[u8], at: usize) {
    let mut stream = TcpStream::connect(world.url.trim_start_matches("http://")).await.unwrap();
    // The server may have hung up first.
    let _ = stream.write_all(&request[..at]).await;
}

/// Sends a request, and gives the beginning of what is answered.
async fn answered(world: &World, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(world.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8_lossy(&status).into_owned()
}

/// Sends a file as the app does, from wherever it stands.
async fn go_on(world: &World, device: &Device, id: AttachmentId, bytes: &[u8]) -> Attachment {
    let told = |response: &reqwest::Response| {
        response.headers()["upload-offset"].to_str().unwrap().parse::<usize>().unwrap()
    };
    // Each time somebody else, which is the request that was cut, may have been faster.
    for _ in 0..20 {
        let response = sent(at(world, device, "HEAD", id)).await;
        let offset = match response.status().as_u16() {
            204 => told(&response),
            404 => {
                let response = sent(begin(world, device, id, bytes, FIRST)).await;
                match response.status().as_u16() {
                    200 => return serde_json::from_str(&response.text().await.unwrap()).unwrap(),
                    201 => told(&response),
                    other => panic!("{other}"),
                }
            }
            other => panic!("{other}"),
        };
        let response = sent(next(world, device, id, offset, true, &bytes[offset..])).await;
        match response.status().as_u16() {
            200 => return serde_json::from_str(&response.text().await.unwrap()).unwrap(),
            404 | 409 => {}
            other => panic!("{other}"),
        }
    }
    panic!("it does not come to an end")
}

/// How many rows, files and uploads there are.
async fn kept(world: &World) -> (usize, usize, usize) {
    let rows =
        world.app.db.read(|tx| Ok(tx.query_one("SELECT COUNT(*) FROM attachment", &[])?.get::<u64>(0)?));
    let mut folders = vec![world.app.settings.data.join("uploads")];
    let mut uploads = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { uploads += 1 }
        }
    }
    (rows.await.unwrap() as usize, world.app.shelf.files.all().unwrap().len(), uploads)
}

/// The request that is cut: the first part, or the last one behind it.
fn line(device: &Device, id: AttachmentId, bytes: &[u8], of_first: bool) -> Vec<u8> {
    if of_first {
        let (length, digest) = (bytes.len(), repr_digest(bytes));
        let headers = format!(
            "linli-name: plan.pdf\r\nupload-complete: ?0\r\nupload-length: {length}\r\nrepr-digest: {digest}\r\n"
        );
        request(device, "PUT", id, &headers, &bytes[..FIRST])
    } else {
        let headers = format!("upload-offset: {FIRST}\r\nupload-complete: ?1\r\n");
        request(device, "PATCH", id, &headers, &bytes[FIRST..])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_byte_an_upload_is_cut_at_it_goes_on_and_makes_one_file() {
    let world = narrow(10_000, 1 << 30).await;
    let sun = world.sun.clone();
    let mut devices = Vec::new();
    for _ in 0..8 {
        devices.push(world.join(&sun, sun.chen_jing).await);
    }
    // Both requests are good as they stand.
    let (bytes, id) = (document(WHOLE, 1), AttachmentId(new_id()));
    let mut cuts = Vec::new();
    for (of_first, status) in [(true, "201"), (false, "200")] {
        let line = line(&devices[0], id, &bytes, of_first);
        assert_eq!(answered(&world, &line).await, format!("HTTP/1.1 {status}"));
        cuts.extend((0..=line.len()).map(|at| (of_first, at)));
    }
    assert!(cuts.len() > 400, "heads and bodies of both");
    let world = &world;
    let (cuts, count) = (&cuts, devices.len());
    let sends = devices.iter().enumerate().map(async |(nth_device, device)| {
        for (number, &(of_first, cut_at)) in cuts.iter().enumerate().skip(nth_device).step_by(count) {
            let (bytes, id) = (nth(number), AttachmentId(new_id()));
            if !of_first {
                assert_eq!(sent(begin(world, device, id, &bytes, FIRST)).await.status(), 201);
            }
            cut(world, &line(device, id, &bytes, of_first), cut_at).await;
            let file = go_on(world, device, id, &bytes).await;
            let digest = linli_server::attachments::intake::digest(&bytes);
            assert_eq!((file.id, file.sha256, file.bytes), (id, digest, WHOLE as u64), "{of_first} {cut_at}");
        }
    });
    futures_util::future::join_all(sends).await;
    // The last of those that were cut may still be on its way to find that its file is here.
    for _ in 0..1000 {
        if kept(world).await.2 == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(kept(world).await, (cuts.len() + 1, cuts.len() + 1, 0));
}
