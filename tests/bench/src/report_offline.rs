//! 50 reports with three photos each, made without a network, until the server's log has brought every one back;
//! beside the same bytes sent raw, each file made safe on the disk, and 50 commits of one row. Both go through the
//! same relay, which is the cable that is pulled.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use linli_e2e::wire_cutter::Cable;
use linli_host::Host;
use linli_wire::{
    attachments::NewFile,
    command::{AppGet, AttachmentAdd, Empty, RepairChoicesGet, RepairNew, RepairReportNow, SyncNow},
    repairs::{RepairForm, RepairPlace},
};
use tokio::runtime::Runtime;

use crate::{
    floor, picture,
    report::{Figure, quantile},
    world::{World, call, device, join, until, welcome, world},
};

const REPORTS: usize = 50;
const PHOTOS: usize = 3;
const ROUNDS: usize = 3;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(10, None).await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let (seconds, files) = settled(&world, round).await?;
            ours.push(seconds);
            let sent = tokio::task::spawn_blocking(move || sent_raw(&files)).await?;
            bare.push(sent?);
        }
        eprintln!("  ours  {ours:7.2?}\n  floor {bare:7.2?}");
        let (ours, bare) = (quantile(&mut ours, 0.5), quantile(&mut bare, 0.5));
        let ratio = ours / bare;
        Ok(vec![Figure {
            name: "report-offline".into(),
            ours,
            floor: bare,
            ratio,
            unit: "s",
            bar: "≤ 3 ×",
            ok: ratio <= 3.0,
        }])
    })
}

/// Seconds from the network's return until nothing is open any more, and the files as they were sent.
async fn settled(world: &World, round: usize) -> Result<(f64, Vec<Vec<u8>>)> {
    let folder = tempfile::tempdir()?;
    let server: SocketAddr = world.url.trim_start_matches("http://").parse()?;
    let cable = Cable::to(server)?;
    let host = device(folder.path())?;
    welcome(&host).await?;
    let address = format!("http://{}", cable.address());
    join(&host, &world.invite_to("resident", round as i64, address).await?).await?;
    until(&host, async || Ok(call::<AppGet>(&host, &Empty {}).await?.connection.updated_at.map(|_| ())))
        .await?;
    cable.cut();
    for number in 0..REPORTS {
        report(&host, number, round).await?;
    }
    let account = host.core().current_account()?;
    let files: Vec<Vec<u8>> = account.cache.read(|db| {
        let mut files =
            db.prepare("SELECT bytes FROM attachment JOIN file USING (id) WHERE upload IS NOT NULL")?;
        let rows = files.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    })?;
    ensure!(files.len() == REPORTS * PHOTOS, "{} files wait", files.len());
    cable.mend();
    let started = Instant::now();
    call::<SyncNow>(&host, &Empty {}).await?;
    until(&host, async || {
        let open: u32 = account.cache.read(|db| {
            Ok(db.query_row("SELECT count(*) FROM outbox WHERE state <> 'settled'", [], |row| row.get(0))?)
        })?;
        Ok((open == 0).then_some(()))
    })
    .await?;
    Ok((started.elapsed().as_secs_f64(), files))
}

async fn report(host: &Host, number: usize, round: usize) -> Result<()> {
    let choices = call::<RepairChoicesGet>(host, &Empty {}).await?;
    let mut draft = call::<RepairNew>(host, &Empty {}).await?;
    let mut photos = Vec::new();
    for photo in 0..PHOTOS {
        let seed = (round * REPORTS + number) * PHOTOS + photo;
        // As large as the app leaves a phone's photo, so that the time to prepare the measurement stays bearable.
        let jpeg = picture::jpeg(seed as u64, 2048, 1536)?;
        let file = NewFile { name: format!("{seed}.jpg"), base64: STANDARD.encode(jpeg) };
        photos.push(call::<AttachmentAdd>(host, &file).await?);
    }
    draft.form = RepairForm {
        place: choices.homes.first().map(|home| RepairPlace::Home { unit_id: home.id }),
        category: choices.categories.first().context("no category")?.content.key.clone(),
        words: format!("Tap {number} drips."),
        photos,
        ..RepairForm::default()
    };
    call::<RepairReportNow>(host, &draft).await?;
    Ok(())
}

/// Seconds for the same bytes by hand.
fn sent_raw(files: &[Vec<u8>]) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let db = floor::database(&folder.path().join("floor.db"), None)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let cable = Cable::to(listener.local_addr()?)?;
    let kept = folder.path().to_owned();
    let receiving = std::thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let mut length = [0; 8];
        let mut names = 0..;
        while stream.read_exact(&mut length).is_ok() {
            let mut bytes = vec![0; usize::try_from(u64::from_le_bytes(length))?];
            stream.read_exact(&mut bytes)?;
            let name = names.next().unwrap_or(0_u32).to_string();
            let mut file = fs::File::create(kept.join(name))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            stream.write_all(b"ok")?;
        }
        Ok(())
    });
    let started = Instant::now();
    let mut stream = TcpStream::connect(cable.address())?;
    stream.set_nodelay(true)?;
    for file in files {
        stream.write_all(&(file.len() as u64).to_le_bytes())?;
        stream.write_all(file)?;
        stream.read_exact(&mut [0; 2])?;
    }
    for _ in 0..REPORTS {
        floor::commit(&db, "The tap drips. A new washer did not help.")?;
    }
    let took = started.elapsed().as_secs_f64();
    drop(stream);
    receiving.join().map_err(|_| anyhow::anyhow!("the receiver panicked"))??;
    Ok(took)
}
