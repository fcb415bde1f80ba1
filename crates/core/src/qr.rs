//! A text as a QR code that the face can draw, and what is found in a picture: the link of a letter, the code of a
//! point.
//!
//! Reading takes a picture from a stranger: its bytes and pixels are limited before it is decoded, it is made small
//! before it is searched, and whatever the search makes of it is what was looked for or nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_qr::{ECL, QRBuilder};
use image::{GrayImage, imageops::FilterType};
use linli_wire::{
    WireError,
    attachments::NewFile,
    join::{JoinLink, Qr},
};

use crate::{
    attachments,
    error::{Error, Result, internal},
};

/// Light modules around the code (ISO/IEC 18004).
const QUIET: usize = 4;
/// Longest edges at which a picture is searched: a code that fills it, and one that is small in it.
const EDGES: [u32; 2] = [900, 2000];

/// Draws `text` with error level M.
///
/// # Errors
/// `internal` for a text longer than a QR code holds.
pub fn draw(text: &str) -> Result<Qr> {
    let code =
        QRBuilder::new(text).ecl(ECL::M).build().map_err(|error| internal(format!("qr: {error:?}")))?;
    let mut path = String::new();
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row].get(column).is_some_and(|module| module.value()) {
                path.push_str(&format!("M{} {}h1v1h-1z", column + QUIET, row + QUIET));
            }
        }
    }
    let size = u16::try_from(code.size + 2 * QUIET).map_err(|_| internal("qr size"))?;
    Ok(Qr { size, path, text: text.to_owned() })
}

/// Finds the join link in a picture of a QR code.
///
/// # Errors
/// As [`find`].
pub fn read(picture: &NewFile) -> Result<JoinLink> {
    find(picture, JoinLink::read)
}

/// Finds the first QR code in a picture that `read` makes something of.
///
/// # Errors
/// `too_large`, `unsupported_file`; `invalid_input` for `picture` when there is no such code in it.
pub fn find<T>(picture: &NewFile, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    let picture = attachments::decode(&attachments::bytes_of(picture)?)?.into_luma8();
    let longest = picture.width().max(picture.height());
    let mut tried = 0;
    for edge in EDGES.map(|edge| edge.min(longest)) {
        if edge == tried {
            continue;
        }
        tried = edge;
        let small = if edge < longest {
            image::DynamicImage::ImageLuma8(picture.clone())
                .resize(edge, edge, FilterType::Triangle)
                .into_luma8()
        } else {
            picture.clone()
        };
        // Light on dark, too: screens in dark colours show a letter so.
        let mut inverted = small.clone();
        image::imageops::invert(&mut inverted);
        if let Some(found) = [small, inverted].iter().flat_map(codes_in).find_map(|text| read(&text)) {
            return Ok(found);
        }
    }
    Err(Error(WireError::invalid("picture", "no such code in it")))
}

/// The texts of all QR codes in a picture.
fn codes_in(picture: &GrayImage) -> Vec<String> {
    // The search is full of arithmetic on what it believes to see; a picture that trips it has no code in it.
    let search = AssertUnwindSafe(|| {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let light = |x: usize, y: usize| picture.as_raw().get(y * width + x).copied().unwrap_or(u8::MAX);
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
        let found = prepared.detect_grids();
        found.iter().filter_map(|grid| Some(grid.decode().ok()?.1)).collect()
    });
    catch_unwind(search).unwrap_or_default()
}

#[cfg(test)]
mod tests;
