//! `messages.csv`: what is refused with its place, and that nothing is said twice.

use linli_server::{
    check,
    db::Tx,
    import::{self, Applying, Reading},
    instance, params,
};

use crate::{
    folder::{put, sound},
    on_both_engines,
    place::reading,
};

const MESSAGES: &str = "code,room,person,day,time,words,answers
a1,everybody,P-0003,2026-11-20,18:05,谁有梯子？,
a2,everybody,P-0001,2026-11-20,18:09,\"I have one, come over\",a1
b1,3,P-0002,2026-11-21,08:00,早,
";

fn folder(messages: &str) -> tempfile::TempDir {
    let folder = sound();
    put(folder.path(), "messages.csv", messages);
    folder
}

#[test]
fn every_bad_row_is_told_with_its_place() {
    for (from, to, expected) in [
        ("a1,everybody", "a1,somebody", "messages.csv:2:room: Write everybody, or the code of a building."),
        ("P-0003", "P-9999", "messages.csv:2:person: There is no person P-9999 in people.csv."),
        ("2026-11-20,18:05", "2026-11-31,18:05", "messages.csv:2:day: "),
        ("18:05", "6pm", "messages.csv:2:time: It is not a time of day such as 18:05."),
        ("谁有梯子？", "", "messages.csv:2:words: "),
        (",a1\n", ",b1\n", "messages.csv:3:answers: No row above has this code in the same room."),
        ("b1,3", "a1,3", "messages.csv:4:code: Another message has this code."),
        ("words,answers", "word,answers", "messages.csv"),
    ] {
        assert!(MESSAGES.contains(from), "{from}");
        let folder = folder(&MESSAGES.replacen(from, to, 1));
        let problems = import::read(folder.path(), reading()).err().unwrap_or_default();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|line| line.starts_with(expected)), "{to}: {said:?}");
    }
}

fn said(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, linli_server::Error> {
    let rows = tx.query(
        "SELECT body, at FROM message WHERE community_id = $1 ORDER BY room_id, number",
        params![import::ids::community("sunshine")],
    )?;
    let words = |row: &linli_server::db::Row| {
        let message: linli_wire::chat::Message = row.json(0)?;
        Ok((message.content.words().to_owned(), row.get(1)?))
    };
    rows.iter().map(words).collect()
}

on_both_engines! {
    async fn what_was_said_before_is_taken_over_once(place) {
        let folder = folder(MESSAGES);
        let import = async |now: &str| {
            let at = Reading { now: now.parse().unwrap(), dates_end_today: true };
            let read = import::read(folder.path(), at).unwrap();
            import::apply(&place.db, &place.files, read, Applying::default()).await.unwrap()
        };
        place.db.write(instance::open).await.unwrap();
        import("2026-11-22T12:00:00Z").await;
        let first = place.db.read(said).await.unwrap();
        assert_eq!(first.len(), 3);
        assert!(first.iter().any(|(words, at)| words == "谁有梯子？" && *at == 1_795_169_100_000), "{first:?}");
        assert_eq!(place.db.read(check::database).await.unwrap(), Vec::<String>::new());
        // On another day, and with other words: people may have answered what was said.
        put(folder.path(), "messages.csv", MESSAGES.replace("谁有梯子？", "谁有锯子？"));
        import("2026-12-01T12:00:00Z").await;
        assert_eq!(place.db.read(said).await.unwrap(), first);
    }
}
