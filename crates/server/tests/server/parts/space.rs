//! A disk that is full while parts arrive.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::Path,
    process::Command,
};

use linli_server::db::Location;
use linli_wire::{Code, id::AttachmentId};

use super::{at, begin, document, fetched, next, put_whole, refused, sent, told, whole};
use crate::world::{World, new_id};

/// Set for the copy of this test that runs where a small disk is mounted.
const INSIDE: &str = "LINLI_TEST_SMALL_DISK";
const THIS: &str = "parts::space::a_full_disk_is_told_while_parts_arrive_and_they_go_on_once_there_is_room";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_while_parts_arrive_and_they_go_on_once_there_is_room() {
    if let Some(disk) = std::env::var_os(INSIDE) {
        return inside(Path::new(&disk)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    // A mount namespace of its own: the small disk is seen by this copy only and goes with it.
    let script = r#"mount -t tmpfs -o size=4m none "$1" && exec "$2" --exact --nocapture "$3""#;
    let ran = Command::new("unshare")
        .args(["-m", "sh", "-c", script, "sh"])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .arg(THIS)
        .env(INSIDE, folder.path())
        .output();
    match ran {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("the disk was full"), "{said}");
        }
        Ok(output) if cannot_mount(&output.stderr) => {
            eprintln!("NOT TRIED: a full disk, since this user may not mount a small one");
        }
        Ok(output) => panic!("{output:?}"),
        Err(error) => eprintln!("NOT TRIED: a full disk, since there is no unshare: {error}"),
    }
}

fn cannot_mount(stderr: &[u8]) -> bool {
    let said = String::from_utf8_lossy(stderr);
    ["Operation not permitted", "permission denied", "must be superuser"].iter().any(|no| said.contains(no))
}

/// Fills the disk but for so many bytes.
fn fill(ballast: &Path, but_for: u64) {
    let mut file = File::create(ballast).unwrap();
    let mut length = 0;
    let error = loop {
        match file.write(&[0; 4096]) {
            Ok(written) => length += written as u64,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    file.set_len(length - but_for).unwrap();
}

async fn inside(disk: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("linli.db"));
    // Files on the small disk, the database on another one.
    let world = World::open(folder, location, |settings| settings.data = disk.to_owned()).await;
    let sun = world.sun.clone();
    let wang = world.join(&sun, sun.wang_mei).await;
    let (bytes, ballast) = (document(1_000_000, 0), disk.join("ballast"));
    let [one, two] = [(); 2].map(|()| AttachmentId(new_id()));
    assert_eq!(told(begin(&world, &wang, one, &bytes, 200_000), 201).await, 200_000);

    fill(&ballast, 0);
    println!("the disk was full");
    for _ in 0..2 {
        let part = next(&world, &wang, one, 200_000, false, &bytes[200_000..500_000]);
        assert_eq!(refused(part).await.code, Code::StorageFull);
        assert_eq!(told(at(&world, &wang, "HEAD", one), 204).await, 200_000, "nothing half-written counts");
    }
    assert_eq!(refused(begin(&world, &wang, two, &bytes, 200_000)).await.code, Code::StorageFull);
    assert_eq!(sent(at(&world, &wang, "HEAD", two)).await.status(), 404);
    assert_eq!(refused(put_whole(&world, &wang, two, &bytes, "a.pdf")).await.code, Code::StorageFull);
    assert_eq!(world.app.shelf.files.all().unwrap(), Vec::<String>::new());

    std::fs::remove_file(&ballast).unwrap();
    let part = next(&world, &wang, one, 200_000, false, &bytes[200_000..500_000]);
    assert_eq!(told(part, 204).await, 500_000);

    // Room for the last part, and none for the whole beside its parts: they stay.
    fill(&ballast, 700_000);
    let last = next(&world, &wang, one, 500_000, true, &bytes[500_000..]);
    assert_eq!(refused(last).await.code, Code::StorageFull);
    assert_eq!(told(at(&world, &wang, "HEAD", one), 204).await, 1_000_000);
    assert_eq!(refused(next(&world, &wang, one, 1_000_000, true, &[])).await.code, Code::StorageFull);
    assert_eq!(world.app.shelf.files.all().unwrap(), Vec::<String>::new());

    std::fs::remove_file(&ballast).unwrap();
    let file = whole(next(&world, &wang, one, 1_000_000, true, &[])).await;
    assert_eq!((file.id, file.bytes), (one, 1_000_000));
    assert_eq!(fetched(&world, &wang, one).await, bytes);
    let count =
        world.app.db.read(|tx| Ok(tx.query_one("SELECT COUNT(*) FROM attachment", &[])?.get::<u64>(0)?));
    assert_eq!(count.await.unwrap(), 1);
}
