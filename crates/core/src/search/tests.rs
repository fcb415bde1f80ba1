#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;

/// Searches as the notices do: by the index, then verified where it cannot decide.
fn search(texts: &[String], query: &str) -> Vec<usize> {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE VIRTUAL TABLE words USING fts5 (spaced, endings, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0')").unwrap();
    for (at, text) in texts.iter().enumerate() {
        let (spaced, endings) = prepare(text);
        db.execute(
            "INSERT INTO words (rowid, spaced, endings) VALUES (?1, ?2, ?3)",
            rusqlite::params![at as i64, spaced, endings],
        )
        .unwrap();
    }
    let Some(terms) = Terms::read(query) else { return Vec::new() };
    let (expression, verify) = terms.expression();
    let candidates: Vec<usize> = match expression {
        Some(expression) => {
            let mut select =
                db.prepare("SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid").unwrap();
            select
                .query_map([expression], |row| row.get::<_, i64>(0))
                .unwrap()
                .map(|at| at.unwrap() as usize)
                .collect()
        }
        None => (0..texts.len()).collect(),
    };
    candidates.into_iter().filter(|at| !verify || terms.found_in(&texts[*at])).collect()
}

fn like(texts: &[String], query: &str) -> Vec<usize> {
    let Some(terms) = Terms::read(query) else { return Vec::new() };
    (0..texts.len()).filter(|at| terms.found_in(&texts[*at])).collect()
}

#[test]
fn short_chinese_words_and_parts_of_words_are_found() {
    let texts: Vec<String> = [
        "今天下午2点到5点停水",
        "12号楼电梯检修",
        "Underwater pump in building 3",
        "停电通知：不停水",
        "A座B1层",
        "Caffè WATER",
    ]
    .map(str::to_owned)
    .to_vec();
    assert_eq!(search(&texts, "停水"), [0, 3]);
    assert_eq!(search(&texts, "水"), [0, 3]);
    assert_eq!(search(&texts, "2号楼"), [1]);
    assert_eq!(search(&texts, "water"), [2, 5]);
    assert_eq!(search(&texts, "der wat"), [2]);
    assert_eq!(search(&texts, "a座"), [4]);
    assert_eq!(search(&texts, "座b1"), [4]);
    assert_eq!(search(&texts, "水 停电"), [3]);
    assert_eq!(search(&texts, "\" OR *"), Vec::<usize>::new());
}

#[test]
fn the_index_alone_decides_on_a_single_letter_of_latin_script() {
    for letter in (char::MIN..='ɏ').filter(|letter| is_latin(*letter) && fold_char(*letter) == *letter) {
        let terms = Terms::read(&letter.to_string()).unwrap();
        assert!(matches!(terms.expression(), (Some(_), false)), "{letter} is looked for in every text");
        let texts = [format!("上{letter}下"), format!("xx{letter}"), "上.".to_owned()];
        assert_eq!(search(&texts, &letter.to_string()), [0, 1], "{letter}");
    }
}

#[test]
fn excerpts_mark_the_hits() {
    let terms = Terms::read("停水").unwrap();
    let pieces = terms.excerpt("请注意：今天停水，明天不停水。");
    let hits: Vec<&str> = pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.as_str()).collect();
    assert_eq!(hits, ["停水", "停水"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn recall_is_that_of_like(texts in proptest::collection::vec("[ab停水电1Z ,。é-]{0,14}", 1..8), query in "[ab停水电1z ,。é\"*-]{1,5}") {
        prop_assert_eq!(search(&texts, &query), like(&texts, &query));
    }
}

#[test]
fn a_title_is_marked_whole() {
    let title = format!("{}停水通知", "很长的标题".repeat(40));
    let pieces = Terms::read("停水").unwrap().marked(&title);
    assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), title);
    assert_eq!(
        pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.as_str()).collect::<Vec<_>>(),
        ["停水"]
    );
}
