//! A notice's text as a tree. The face turns it into elements and text nodes, so that Markdown can
//! never become raw HTML (security.md §2.8).

use serde::{Deserialize, Serialize};

use crate::id::AttachmentId;

/// A block of text.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A heading; level 2 to 4, since the notice's title is level 1.
    Heading {
        /// 2, 3 or 4.
        level: u8,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        text: Vec<Inline>,
    },
    /// A list.
    List {
        /// First number of a numbered list; none for bullets.
        start: Option<u64>,
        /// Items.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        items: Vec<Vec<Block>>,
    },
    /// A quotation.
    Quote {
        /// What is quoted.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        blocks: Vec<Block>,
    },
    /// Preformatted text.
    Code {
        /// The text.
        text: String,
    },
    /// A table.
    Table {
        /// Header cells.
        header: Vec<Vec<Inline>>,
        /// Rows of cells.
        rows: Vec<Vec<Vec<Inline>>>,
        /// Columns that hold figures are aligned right.
        right: Vec<bool>,
    },
    /// A picture that belongs to the notice.
    Picture {
        /// The file.
        id: AttachmentId,
        /// What it shows, for those who do not see it.
        alt: String,
        /// Width and height, where they are known, so that its place can be kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pixels: Option<(u32, u32)>,
    },
    /// A line between two parts.
    Rule,
}

/// A piece of a line.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "inline", rename_all = "snake_case")]
pub enum Inline {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// Emphasis.
    Emphasis {
        /// What is emphasised.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        text: Vec<Inline>,
    },
    /// Strong emphasis.
    Strong {
        /// What is emphasised.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        text: Vec<Inline>,
    },
    /// Struck through.
    Struck {
        /// What no longer holds.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        text: Vec<Inline>,
    },
    /// Code.
    Code {
        /// The text.
        text: String,
    },
    /// A link, shown with where it leads before it opens. Only `https:`, `mailto:` and `tel:`.
    Link {
        /// Where it leads.
        url: String,
        /// Its text.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        text: Vec<Inline>,
    },
    /// A line break.
    Break,
}

/// The text as it is read aloud, searched and excerpted: words without marks, a line for each block.
pub fn plain(blocks: &[Block]) -> String {
    let mut text = String::new();
    plain_blocks(blocks, &mut text);
    text.truncate(text.trim_end().len());
    text
}

fn plain_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph { text } => {
                plain_inlines(text, out);
                out.push('\n');
            }
            Block::List { items, .. } => items.iter().for_each(|item| plain_blocks(item, out)),
            Block::Quote { blocks } => plain_blocks(blocks, out),
            Block::Code { text } => {
                out.push_str(text);
                out.push('\n');
            }
            Block::Table { header, rows, .. } => {
                for row in std::iter::once(header).chain(rows) {
                    for (at, cell) in row.iter().enumerate() {
                        if at > 0 {
                            out.push(' ');
                        }
                        plain_inlines(cell, out);
                    }
                    out.push('\n');
                }
            }
            Block::Picture { alt, .. } => {
                out.push_str(alt);
                out.push('\n');
            }
            Block::Rule => {}
        }
    }
}

fn plain_inlines(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text { text } | Inline::Code { text } => out.push_str(text),
            Inline::Emphasis { text }
            | Inline::Strong { text }
            | Inline::Struck { text }
            | Inline::Link { text, .. } => {
                plain_inlines(text, out);
            }
            Inline::Break => out.push('\n'),
        }
    }
}
