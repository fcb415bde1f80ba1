//! Pictures within a notice's Markdown: found as Markdown finds them, not by searching the text, so
//! that an example in a code block stays an example.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

/// A picture in a text.
pub(super) struct Picture {
    /// Where it leads.
    pub(super) path: String,
    /// Byte at which its Markdown begins.
    pub(super) at: usize,
    range: Range<usize>,
}

/// All pictures of a text, in order.
pub(super) fn pictures(body: &str) -> Vec<Picture> {
    Parser::new_ext(body, Options::ENABLE_TABLES)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::Image { dest_url, .. }) if !dest_url.starts_with("attachment:") => {
                Some(Picture { path: dest_url.into_string(), at: range.start, range })
            }
            _ => None,
        })
        .collect()
}

/// `body` with the path of every picture replaced by what `name` gives for it.
pub(super) fn rewrite(body: &str, name: impl Fn(&str) -> Option<String>) -> String {
    let mut rewritten = String::with_capacity(body.len());
    let mut done = 0;
    for picture in pictures(body) {
        let Some(markdown) = body.get(picture.range.clone()) else { continue };
        let Some(new) = name(&picture.path) else { continue };
        rewritten.push_str(body.get(done..picture.range.start).unwrap_or_default());
        // The path stands after the last "](": the text before it may mention it as well.
        match markdown.rfind(&format!("]({}", picture.path)) {
            Some(at) => {
                let end = at + 2 + picture.path.len();
                rewritten.push_str(markdown.get(..at + 2).unwrap_or_default());
                rewritten.push_str(&new);
                rewritten.push_str(markdown.get(end..).unwrap_or_default());
            }
            None => rewritten.push_str(markdown),
        }
        done = picture.range.end;
    }
    rewritten.push_str(body.get(done..).unwrap_or_default());
    rewritten
}

/// Whether a path stays inside the folder and needs no decoding.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains([':', '\\', '%', '?', '#'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::{is_inside, pictures, rewrite};

    #[test]
    fn pictures_are_found_and_renamed_and_code_is_left_alone() {
        let body = "A ![pump (pictures/p.webp)](pictures/p.webp \"Pump\")\n\n```\n![x](pictures/p.webp)\n```\n\n![](pictures/q.jpg)";
        let paths: Vec<_> = pictures(body).into_iter().map(|picture| picture.path).collect();
        assert_eq!(paths, ["pictures/p.webp", "pictures/q.jpg"]);
        let new = rewrite(body, |path| Some(format!("attachment:{}", path.len())));
        assert_eq!(
            new,
            "A ![pump (pictures/p.webp)](attachment:15 \"Pump\")\n\n```\n![x](pictures/p.webp)\n```\n\n![](attachment:14)"
        );
        assert!(pictures(&new).is_empty());
    }

    #[test]
    fn paths_outside_are_told() {
        for path in
            ["../a.png", "/a.png", "a//b.png", "https://x/y.png", "c:\\a.png", "", "pictures/%2e%2e/a"]
        {
            assert!(!is_inside(path), "{path}");
        }
        assert!(is_inside("pictures/停水.webp"));
    }
}
