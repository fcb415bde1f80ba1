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
    assert!(!json.contains("<script"), "{json}");
    assert!(!json.contains("<b>"), "{json}");
    assert!(!json.contains("evil.example"), "{json}");
    assert!(json.contains("https://example.org"), "{json}");
    assert!(plain(&blocks).contains("Hello you bad good"));
}

#[test]
fn the_words_of_html_stay_and_its_marks_go() {
    let said = |markdown: &str| plain(&parse(markdown));
    assert_eq!(
        said("<div class=\"x\">\n<p>Water off</p><p>from 14:00 &amp; later</p>\n</div>"),
        "Water off\nfrom 14:00 & later"
    );
    assert_eq!(said("Line<br>break and <u>words</u>"), "Line\nbreak and words");
    assert_eq!(said("Ask <Zhao> or <office@example.org>, 3 < 5"), "Ask <Zhao> or office@example.org, 3 < 5");
    assert_eq!(said("<!-- not\nfor readers -->\n\nfor readers"), "for readers");
    assert_eq!(said("<style>p { color: red }</style>\n\nCalm"), "Calm");
    assert_eq!(said("<img src=x onerror=alert(1) alt=\"a > b\">after"), "after");
    assert_eq!(said("![the valve](https://example.org/p.png)"), "the valve");
    assert_eq!(said("<p>never closed"), "never closed");
    for (markdown, html) in
        [("<b>a</b>", true), ("<p>a", true), ("Ask <Zhao>", false), ("a < b > c", false), ("`<b>`", false)]
    {
        assert_eq!(holds_html(markdown), html, "{markdown}");
    }
}

#[test]
fn html_that_hides_in_html_becomes_no_tag() {
    for markdown in ["<<b>script>alert(1)</script>", "&lt;script&gt;", "<div>&lt;b&gt;x&lt;/b&gt;</div>"] {
        // Whatever is left is text in a text node; it must not be read as Markdown once more.
        let blocks = parse(markdown);
        assert!(blocks.iter().all(|block| matches!(block, Block::Paragraph { text } if text.iter().all(|inline| matches!(inline, Inline::Text { .. })))), "{blocks:?}");
    }
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
