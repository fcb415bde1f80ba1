//! Repairs as they look when there is something to see: a queue with work in every state, the board, a year of figures.

use anyhow::{Context, Result};
use linli_e2e::{faces::faces, world::Device};
use linli_wire::{
    command::{
        ActOnRepair, Empty, RepairActNow, RepairChoicesGet, RepairKey, RepairNew, RepairOpen, RepairReportNow,
    },
    id::RepairId,
    repairs::{RepairAct, RepairFigures, RepairFiguresRow, RepairForm, RepairPlace, Urgency},
    settings::Mode,
};

use crate::album::Album;

/// What residents reported, with category and urgency.
const REPORTED: [(&str, &str, Urgency); 6] = [
    ("plumbing", "厨房水龙头一直滴水，换过垫圈也没用。", Urgency::Normal),
    ("lifts", "3 号楼东侧电梯停在 7 层不动，门关不上。", Urgency::Emergency),
    ("power", "12 层楼道灯不亮，老人晚上看不清台阶。", Urgency::Urgent),
    ("doors", "单元门禁刷卡没反应", Urgency::Urgent),
    ("green", "楼下花坛的喷头坏了，水流到了路上", Urgency::Normal),
    ("heating", "客厅暖气片不热，其他房间正常。", Urgency::Normal),
];

/// Reports them and brings some of them on their way.
pub(crate) fn reported(resident: &Device, office: &Device) -> Result<()> {
    let choices = resident.host.call::<RepairChoicesGet>(&Empty {})?;
    let building = choices.buildings.first().context("no building")?.id;
    let mut ids = Vec::new();
    for (category, words, urgency) in REPORTED {
        let mut draft = resident.host.call::<RepairNew>(&Empty {})?;
        draft.form = RepairForm {
            place: Some(RepairPlace::Building { building_id: building }),
            category: category.to_owned(),
            urgency,
            words: words.to_owned(),
            ..RepairForm::default()
        };
        resident.host.call::<RepairReportNow>(&draft)?;
        ids.push(draft.id);
    }
    office.page.go("/office/repairs");
    for id in &ids {
        office.page.find(&format!("a[href='/office/repairs/{id}']"));
    }
    let words = "换了垫圈，试过不滴了。".to_owned();
    let finish = RepairAct::Finish { words, photos: Vec::new(), parts: Vec::new() };
    let until = linli_wire::Timestamp(now_millis() + 3 * 86_400_000);
    let pause = RepairAct::Pause { until, words: "等配件，周一到货".to_owned() };
    let doing =
        [(0, RepairAct::Accept), (0, finish), (1, RepairAct::Accept), (3, RepairAct::Accept), (3, pause)];
    for (at, act) in doing {
        do_it(office, *ids.get(at).context("not reported")?, act)?;
    }
    office.page.find("[data-testid=repair-row][data-state=paused]");
    Ok(())
}

fn do_it(office: &Device, id: RepairId, act: RepairAct) -> Result<()> {
    let turn = office.host.call::<RepairOpen>(&RepairKey { id })?.repair.turn;
    office.host.call::<RepairActNow>(&ActOnRepair { id, turn, act })?;
    Ok(())
}

fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or_default()
}

/// The queue as a board.
pub(crate) fn board(office: &Device, album: &mut Album) -> Result<()> {
    if !album.wants_some(&["office-repairs-board"]) {
        return Ok(());
    }
    office.page.resize(1280, 900);
    office.page.go("/office/repairs");
    office.page.tap("as-board");
    for face in faces(&[Mode::Standard]) {
        album.take(office, "office-repairs-board", &face)?;
    }
    office.page.resize(1280, 900);
    office.page.tap("as-list");
    Ok(())
}

/// The figures of a year, which no demo has: the face is given them in the server's place.
pub(crate) fn figures(device: &Device, album: &mut Album) -> Result<()> {
    if !album.wants_some(&["repair-figures-year"]) {
        return Ok(());
    }
    let mut rows = Vec::new();
    for (at, month) in (1..=11_u32).enumerate() {
        let at = u32::try_from(at)?;
        for (kind, category) in ["power", "plumbing", "lifts"].into_iter().enumerate() {
            let kind = u32::try_from(kind)?;
            let opened = 3 + (at * 7 + kind * 5) % 11;
            rows.push(RepairFiguresRow {
                month: format!("2026-{month:02}"),
                category: category.to_owned(),
                opened,
                fixed: opened - 1,
                median_minutes: Some(u64::from(120 + 90 * kind)),
                p90_minutes: Some(u64::from(800 + 700 * kind)),
                reopened: kind,
                overdue: at % 3,
                rating_hundredths: (kind != 2).then_some(437 - kind * 20),
                rated: opened / 2,
            });
        }
    }
    let body = serde_json::to_string(&RepairFigures { rows })?;
    device.page.script(
        "const body = arguments[0], real = window.e2eFetch ??= window.fetch;
         window.fetch = (address, ...more) => String(address).endsWith('/rpc/repairs.figures')
             ? Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } })) : real(address, ...more)",
        &[body.into()],
    );
    device.page.go("/repairs/figures");
    album.take_every(device, "repair-figures-year")?;
    device.page.answer_all();
    device.page.go("/");
    Ok(())
}
