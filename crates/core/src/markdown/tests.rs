#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn text(blocks: &[Block]) -> String {
    serde_json::to_string(blocks).unwrap()
}

#[test]
fn html_and_strange_links_leave_only_their_words() {
    let blocks = parse(
        "<script>alert(1)</script>\n\nHello <b>you</b> [bad](javascript:alert(1)) [good](https://example.org) ![x](https://evil.example/p.png)",
    );
    let json = text(&blocks);
    assert!(!json.contains("script"), "{json}");
    assert!(!json.contains("<b>"), "{json}");
    assert!(!json.contains("evil.example"), "{json}");
    assert!(json.contains("https://example.org"), "{json}");
    assert!(plain(&blocks).contains("Hello you bad good"));
}

#[test]
fn pictures_of_the_notice_stand_in_their_place() {
    let blocks = parse("Before ![a valve](attachment:01890000-0000-7000-8000-000000000001) after");
    assert!(
        matches!(blocks.as_slice(), [Block::Paragraph { .. }, Block::Picture { alt, .. }, Block::Paragraph { .. }] if alt == "a valve")
    );
}

#[test]
fn tables_and_lists_keep_their_shape() {
    let blocks = parse("| What | ¥ |\n|:--|--:|\n| Lift | 1,200 |\n\n1. one\n2. two\n   - inner\n");
    let Block::Table { header, rows, right } = &blocks[0] else { panic!("{blocks:?}") };
    assert_eq!((header.len(), rows.len(), right.as_slice()), (2, 1, [false, true].as_slice()));
    let Block::List { start, items } = &blocks[1] else { panic!("{blocks:?}") };
    assert_eq!((*start, items.len()), (Some(1), 2));
}

#[test]
fn deep_nesting_is_flattened() {
    let blocks = parse(&format!("{}deep", "> ".repeat(5000)));
    assert!(plain(&blocks).contains("deep"));
    let blocks = parse(&format!("{}deep{}", "**a _b ".repeat(3000), "_ c**".repeat(3000)));
    assert!(plain(&blocks).contains("deep"));
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(markdown in "[\\PC\n>#*_`|\\[\\]()!<-]{0,400}") {
        let blocks = parse(&markdown);
        let _ = plain(&blocks);
    }
}
