//! poppler's programs: what they read in a paper, and what they draw of it.

use std::{fs, process::Command};

use image::GrayImage;
use tempfile::TempDir;

/// Dots for an inch when a page is drawn.
pub const DOTS: f32 = 72.0;

/// A paper in a file.
pub struct Paper {
    folder: TempDir,
}

impl Paper {
    /// With LINLI_TEST_PAPERS a copy is kept in that folder under `name`, to be looked at.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("paper.pdf"), bytes).unwrap();
        if let Some(kept) = std::env::var_os("LINLI_TEST_PAPERS") {
            fs::write(std::path::Path::new(&kept).join(format!("{name}.pdf")), bytes).unwrap();
        }
        Self { folder }
    }

    /// Its text as it stands on the paper; a form feed ends each page.
    pub fn text(&self) -> String {
        self.ask("pdftotext", &["-layout", "-enc", "UTF-8", "paper.pdf", "-"])
    }

    /// What it says of itself.
    pub fn about(&self) -> String {
        self.ask("pdfinfo", &["paper.pdf"])
    }

    /// Its parts as a screen reader meets them, with their texts.
    pub fn parts(&self) -> String {
        self.ask("pdfinfo", &["-struct-text", "paper.pdf"])
    }

    pub fn fonts(&self) -> String {
        self.ask("pdffonts", &["paper.pdf"])
    }

    /// Its pages as pictures.
    pub fn pages(&self, dots: f32) -> Vec<GrayImage> {
        self.ask("pdftoppm", &["-r", &dots.to_string(), "-gray", "-png", "paper.pdf", "page"]);
        let mut files: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "png"));
        files.sort();
        files.iter().map(|file| image::open(file).unwrap().into_luma8()).collect()
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).current_dir(self.folder.path()).output();
        let output =
            output.unwrap_or_else(|error| panic!("{program}: {error}; `cargo xtask setup` installs it"));
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Fails unless these stand in a text in this order.
pub fn in_order(text: &str, all: &[&str]) {
    let mut rest = text;
    for one in all {
        rest = rest.split_once(one).unwrap_or_else(|| panic!("no `{one}` in what is left of it:\n{rest}")).1;
    }
}

/// Fails if a page is blank, or something is drawn outside of the margins.
pub fn well_placed(paper: &Paper) {
    for (number, page) in paper.pages(DOTS).iter().enumerate() {
        let dark = page.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 250);
        let (mut left, mut right, mut top, mut bottom, mut count) = (u32::MAX, 0, u32::MAX, 0, 0);
        for (x, y, _) in dark {
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
            count += 1;
        }
        assert!(count > 200, "page {} is blank: {count} dots", number + 1);
        // 22 mm at the sides; a letter may lean over the edge by a dot.
        assert!(left >= 61 && right <= page.width() - 61, "page {}: from {left} to {right}", number + 1);
        assert!(top >= 45 && bottom <= page.height() - 38, "page {}: from {top} to {bottom}", number + 1);
    }
}
