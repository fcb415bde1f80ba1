//! Rows of lines, one below the other, over as many pages as they need.
//!
//! Everything on a paper is a row: cells beside each other, each a stack of lines. A row that does not fit goes to the
//! next page; one that fits on no page is cut between its lines, so that rubbish in one field cannot push anything
//! over the edge. What a row belongs to for a screen reader is kept as a tree beside it ([`Tags`]); the order of the
//! tree is the order of reading, wherever the lines stand.

use krilla::tagging::{Tag, TagKind};

use super::text::{Colour, Run};

/// A4 in points, as all measures here.
pub const WIDTH: f32 = 595.28;
pub const HEIGHT: f32 = 841.89;
/// Left and right margin: 22 mm.
pub const SIDE: f32 = 62.4;
/// Between the margins.
pub const MEASURE: f32 = WIDTH - 2.0 * SIDE;
/// Where the text begins and ends, above the footer.
pub const TOP: f32 = 51.0;
pub const BOTTOM: f32 = HEIGHT - 68.0;

/// Where something belongs in [`Tags`].
pub type Place = usize;

/// The parts of a paper as a screen reader meets them.
pub struct Tags(pub Vec<Part>);

/// A part: what it is, and the parts in it.
pub struct Part {
    pub kind: TagKind,
    pub parts: Vec<Place>,
}

impl Tags {
    /// The root.
    pub const ROOT: Place = 0;

    fn new() -> Self {
        Self(vec![Part { kind: Tag::Section.into(), parts: Vec::new() }])
    }

    /// A new part at the end of another one.
    pub fn add(&mut self, within: Place, kind: impl Into<TagKind>) -> Place {
        let place = self.0.len();
        self.0.push(Part { kind: kind.into(), parts: Vec::new() });
        if let Some(within) = self.0.get_mut(within) {
            within.parts.push(place);
        }
        place
    }
}

/// What is drawn.
pub enum Mark {
    /// A line of text from `x` on; with no place it is decoration: a repeated head.
    Text { x: f32, baseline: f32, run: Run, place: Option<Place> },
    /// A filled rectangle, decoration: rules, tints, bars.
    Fill { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    /// A square of modules.
    Modules { x: f32, y: f32, side: f32, size: usize, dark: Vec<bool>, place: Place },
}

/// A stretch of a line: how far right of its cell it begins.
#[derive(Clone)]
pub struct Piece {
    pub x: f32,
    pub run: Run,
    pub place: Option<Place>,
}

/// A line of a cell.
#[derive(Clone, Default)]
pub struct Line {
    pub height: f32,
    pub pieces: Vec<Piece>,
    /// A bar behind the pieces: where it begins, how wide, its colour.
    pub bar: Option<(f32, f32, Colour)>,
}

impl Line {
    /// A line with one stretch of text, as high as its size asks for.
    pub fn of(run: Run, x: f32, place: Place) -> Self {
        Self {
            height: leading(run.style.size),
            pieces: vec![Piece { x, run, place: Some(place) }],
            bar: None,
        }
    }

    /// Nothing, so high.
    pub fn gap(height: f32) -> Self {
        Self { height, ..Self::default() }
    }
}

/// From baseline to baseline: Chinese needs half as much again as its size.
pub fn leading(size: f32) -> f32 {
    (size * 1.45).ceil()
}

/// Cells beside each other.
#[derive(Clone, Default)]
pub struct Row {
    /// Each with its distance from the left margin.
    pub cells: Vec<(f32, Vec<Line>)>,
    pub above: f32,
    pub below: f32,
    /// A rule at its lower edge: thickness and colour.
    pub rule: Option<(f32, Colour)>,
    /// Behind it.
    pub tint: Option<Colour>,
    pub picture: Option<Picture>,
}

/// A square picture in a row: how far right and down it begins, and its side.
#[derive(Clone)]
pub struct Picture {
    pub x: f32,
    pub y: f32,
    pub side: f32,
    pub size: usize,
    pub dark: Vec<bool>,
    pub place: Place,
}

impl Row {
    /// Lines over the whole measure.
    pub fn full(lines: Vec<Line>) -> Self {
        Self { cells: vec![(0.0, lines)], ..Self::default() }
    }

    /// Its height, all in all.
    pub fn height(&self) -> f32 {
        let lines = self.cells.iter().map(|(_, lines)| lines.iter().map(|line| line.height).sum::<f32>());
        let picture = self.picture.as_ref().map_or(0.0, |picture| picture.y + picture.side);
        self.above + self.below + lines.fold(picture, f32::max)
    }

    /// The same as decoration.
    fn repeated(&self) -> Self {
        let mut row = self.clone();
        for piece in row.cells.iter_mut().flat_map(|(_, lines)| lines).flat_map(|line| &mut line.pieces) {
            piece.place = None;
        }
        row
    }
}

/// Pages under work.
pub struct Sheet {
    pub pages: Vec<Vec<Mark>>,
    pub tags: Tags,
    y: f32,
}

impl Sheet {
    pub fn new() -> Self {
        Self { pages: vec![Vec::new()], tags: Tags::new(), y: TOP }
    }

    /// Leaves room.
    pub fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// Whether so much does not fit on what is left of this page.
    pub fn overflows(&self, height: f32) -> bool {
        self.y + height > BOTTOM
    }

    /// Begins a page unless so much fits on this one; what fits on no page stays.
    pub fn keep(&mut self, height: f32) {
        if self.overflows(height) && TOP + height <= BOTTOM {
            self.turn(None);
        }
    }

    /// Puts a row; on each new page it begins, `head` stands above it.
    pub fn put(&mut self, mut row: Row, head: Option<&Row>) {
        loop {
            let height = row.height();
            if !self.overflows(height) {
                return self.draw(&row);
            }
            let fresh = TOP + head.map_or(0.0, Row::height);
            if fresh + height <= BOTTOM {
                self.turn(head);
                return self.draw(&row);
            }
            let rest = cut(&mut row, BOTTOM - self.y);
            if row.cells.iter().any(|(_, lines)| !lines.is_empty()) {
                self.draw(&row);
            } else if self.y <= fresh + 0.01 {
                // Not even one line fits on a whole page: no row of ours has such a line.
                return self.draw(&rest);
            }
            self.turn(head);
            row = rest;
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a page, with a head that stood on the one before.
    pub fn turn(&mut self, head: Option<&Row>) {
        self.pages.push(Vec::new());
        self.y = TOP;
        if let Some(head) = head {
            self.draw(&head.repeated());
        }
    }

    fn draw(&mut self, row: &Row) {
        let height = row.height();
        if let Some(colour) = row.tint {
            self.mark(Mark::Fill { x: SIDE, y: self.y, width: MEASURE, height, colour });
        }
        if let Some(Picture { x, y, side, size, dark, place }) = row.picture.clone() {
            let (x, y) = (SIDE + x, self.y + row.above + y);
            self.mark(Mark::Modules { x, y, side, size, dark, place });
        }
        for (left, lines) in &row.cells {
            let mut top = self.y + row.above;
            for line in lines {
                self.draw_line(line, SIDE + left, top);
                top += line.height;
            }
        }
        self.y += height;
        if let Some((thickness, colour)) = row.rule {
            let y = self.y - thickness;
            self.mark(Mark::Fill { x: SIDE, y, width: MEASURE, height: thickness, colour });
        }
    }

    fn draw_line(&mut self, line: &Line, left: f32, top: f32) {
        if let Some((x, width, colour)) = line.bar {
            let height = line.height * 0.6;
            let y = top + (line.height - height) / 2.0;
            self.mark(Mark::Fill { x: left + x, y, width, height, colour });
        }
        let size = line.pieces.iter().map(|piece| piece.run.style.size).fold(0.0, f32::max);
        // The em box of Chinese reaches 0.88 above the baseline and 0.12 below.
        let baseline = top + (line.height - size) / 2.0 + 0.88 * size;
        for piece in &line.pieces {
            let (x, run, place) = (left + piece.x, piece.run.clone(), piece.place);
            self.mark(Mark::Text { x, baseline, run, place });
        }
    }
}

/// Cuts a row at a height; what does not fit is returned.
fn cut(row: &mut Row, height: f32) -> Row {
    let mut rest = row.clone();
    let room = height - row.above - row.below;
    for ((_, lines), (_, left)) in row.cells.iter_mut().zip(&mut rest.cells) {
        let mut used = 0.0;
        let fits = lines.iter().take_while(|line| {
            used += line.height;
            used <= room
        });
        let fits = fits.count();
        lines.truncate(fits);
        left.drain(..fits);
    }
    row.rule = None;
    rest.picture = None;
    rest
}
