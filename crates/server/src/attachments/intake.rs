//! What is taken in as a picture or a document, and what becomes of it.
//!
//! The kind is told by the first bytes, never by a name or a header. A picture's size is checked
//! before anything is decoded; then it is decoded within a memory limit, turned upright, scaled to
//! [`MAX_EDGE`], and written anew, so that nothing of the original but its pixels survives: no place,
//! no camera, no thumbnail of what was cut away, no second file behind the first. A PDF
//! and a recorded voice are kept as they are; they leave the server only as downloads that nothing may run in.
//!
//! Turned down: keeping originals (they carry the place where they were taken), moving pictures
//! (their first frame would stand for something the sender did not choose), SVG and GIF.

use std::{borrow::Cow, io::Cursor, sync::Arc};

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, Limits, RgbImage,
    codecs::{
        jpeg::JpegDecoder,
        png::PngDecoder,
        webp::{WebPDecoder, WebPEncoder},
    },
};
use linli_wire::{
    Code, WireError,
    attachments::{MAX_EDGE, MAX_FILE_BYTES, MAX_PIXELS, is_voice, media_type},
};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::Error;

/// Most memory that decoding one picture may take, in bytes: 40 megapixels at 6 bytes.
const MAX_DECODE_BYTES: u64 = 256 * 1024 * 1024;
/// A picture with at most so many colours is a drawing and is kept without loss.
const DRAWING_COLOURS: usize = 256;
/// Pictures that are decoded at a time.
const DECODERS: usize = 2;
/// Pictures that wait or are decoded before further ones are turned away.
const MAX_WAITING: usize = 32;

/// A file as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many they are; stays when `bytes` were written and dropped.
    pub length: u64,
    /// Their media type.
    pub media_type: &'static str,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Width and height; pictures only.
    pub pixels: Option<(u32, u32)>,
}

/// Why a file is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// More bytes than allowed.
    #[error("The file is larger than {} MB.", MAX_FILE_BYTES / 1024 / 1024)]
    TooManyBytes,
    /// More pixels than allowed.
    #[error("The picture has {width} × {height} pixels; at most {} megapixels are taken.", MAX_PIXELS / 1_000_000)]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Neither JPEG, PNG, WebP, PDF nor a recorded voice.
    #[error("The file is neither a JPEG, PNG or WebP picture nor a PDF document nor a recorded voice.")]
    Unknown,
    /// A moving picture.
    #[error("Moving pictures are not taken.")]
    Moving,
    /// The bytes do not make a whole picture.
    #[error("The picture is broken or cut off.")]
    Broken,
    /// Too many pictures are being taken in at this moment.
    #[error("Too many pictures arrive at this moment.")]
    Busy,
}

impl Trouble {
    /// The error that crosses the wire.
    pub fn into_wire(self) -> WireError {
        let message = self.to_string();
        match self {
            Self::TooManyBytes => WireError::new(Code::TooLarge, message)
                .with_details(serde_json::json!({ "limit": MAX_FILE_BYTES, "unit": "bytes" })),
            Self::TooManyPixels { .. } => WireError::new(Code::TooLarge, message)
                .with_details(serde_json::json!({ "limit": MAX_PIXELS, "unit": "pixels" })),
            Self::Unknown => reason(message, "unknown"),
            Self::Moving => reason(message, "moving"),
            Self::Broken => reason(message, "broken"),
            Self::Busy => WireError::new(Code::TooManyTries, message)
                .with_details(serde_json::json!({ "retry_after_seconds": 5 })),
        }
    }
}

fn reason(message: String, reason: &str) -> WireError {
    WireError::new(Code::UnsupportedFile, message).with_details(serde_json::json!({ "reason": reason }))
}

/// What a file is, by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    Webp,
    /// A PDF document.
    Pdf,
    /// A recorded voice, with its media type.
    Voice(&'static str),
}

/// What a file is, if it is one of the kinds that are taken.
pub fn sniff(bytes: &[u8]) -> Option<Kind> {
    match media_type(bytes)? {
        "image/jpeg" => Some(Kind::Jpeg),
        "image/png" => Some(Kind::Png),
        "image/webp" => Some(Kind::Webp),
        "application/pdf" => Some(Kind::Pdf),
        sound if is_voice(sound) => Some(Kind::Voice(sound)),
        _ => None,
    }
}

/// Whether a file would be taken, without writing it anew.
///
/// # Errors
/// Why it would not.
pub fn check(bytes: &[u8]) -> Result<(), Trouble> {
    match kind(bytes)? {
        Kind::Pdf | Kind::Voice(_) => Ok(()),
        picture => decode(bytes, picture).map(drop),
    }
}

/// Takes a file in. Blocks: at most a second of computing for the largest picture.
///
/// # Errors
/// Why it is not taken.
pub fn take(bytes: &[u8]) -> Result<Taken, Trouble> {
    let (bytes, media_type, pixels) = match kind(bytes)? {
        Kind::Pdf => (bytes.to_vec(), "application/pdf", None),
        Kind::Voice(media_type) => (bytes.to_vec(), media_type, None),
        picture => {
            let picture = linli_picture::fit(decode(bytes, picture)?, MAX_EDGE).map_err(unfit)?;
            let pixels = (picture.width(), picture.height());
            let (bytes, media_type) = encode(&picture)?;
            (bytes, media_type, Some(pixels))
        }
    };
    let sha256 = hex(&Sha256::digest(&bytes));
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(Taken { bytes, length, media_type, sha256, pixels })
}

/// SHA-256 of what was sent, as it stands beside what is stored.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kind(bytes: &[u8]) -> Result<Kind, Trouble> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err(Trouble::TooManyBytes);
    }
    sniff(bytes).ok_or(Trouble::Unknown)
}

/// The pixels, upright.
fn decode(bytes: &[u8], kind: Kind) -> Result<DynamicImage, Trouble> {
    let source = Cursor::new(bytes);
    match kind {
        Kind::Jpeg if !has_end(bytes) => Err(Trouble::Broken),
        Kind::Jpeg => pixels(JpegDecoder::new(source).map_err(broken)?),
        Kind::Png => {
            let decoder =
                PngDecoder::with_limits(Cursor::new(essentials(bytes)?), limits()).map_err(broken)?;
            if decoder.is_apng().map_err(broken)? {
                return Err(Trouble::Moving);
            }
            pixels(decoder)
        }
        Kind::Webp => {
            let decoder = WebPDecoder::new(source).map_err(broken)?;
            if decoder.has_animation() {
                return Err(Trouble::Moving);
            }
            pixels(decoder)
        }
        Kind::Pdf | Kind::Voice(_) => Err(Trouble::Unknown),
    }
}

/// A PNG without what is not the picture itself: colour profiles and texts may be compressed, and a
/// profile of 300 KB may unpack to as many megabytes, which nobody looks at.
fn essentials(png: &[u8]) -> Result<Vec<u8>, Trouble> {
    let mut kept = png.get(..8).ok_or(Trouble::Broken)?.to_vec();
    let mut rest = png.get(8..).unwrap_or_default();
    loop {
        let Some(&[a, b, c, d, k, i, n, e]) = rest.get(..8) else { return Err(Trouble::Broken) };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| Trouble::Broken)?;
        // Length and kind stand before the content, four bytes each, and a checksum behind it.
        let (chunk, behind) =
            length.checked_add(12).and_then(|end| rest.split_at_checked(end)).ok_or(Trouble::Broken)?;
        let kind = [k, i, n, e];
        // A capital letter in front marks what cannot be left out.
        if k.is_ascii_uppercase() || matches!(&kind, b"tRNS" | b"eXIf" | b"acTL") {
            kept.extend_from_slice(chunk);
        }
        if &kind == b"IEND" {
            return Ok(kept);
        }
        rest = behind;
    }
}

/// Whether a JPEG has its end mark. The decoder would fill what is cut off with grey.
fn has_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    // Thumbnails in the segments before the picture have end marks of their own.
    while let Some(&[0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        if marker == 0xDA {
            return bytes.get(at..).is_some_and(|rest| rest.windows(2).any(|pair| pair == [0xFF, 0xD9]));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    false
}

fn pixels(mut decoder: impl ImageDecoder) -> Result<DynamicImage, Trouble> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODE_BYTES {
        return Err(Trouble::TooManyPixels { width, height });
    }
    decoder.set_limits(limits()).map_err(broken)?;
    // A broken note about the orientation is no reason to refuse the picture.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    limits
}

fn broken(_: image::ImageError) -> Trouble {
    Trouble::Broken
}

fn unfit(_: linli_picture::Trouble) -> Trouble {
    Trouble::Broken
}

/// Photographs as JPEG, drawings and everything see-through as lossless WebP.
fn encode(picture: &DynamicImage) -> Result<(Vec<u8>, &'static str), Trouble> {
    if picture.color().has_alpha() {
        let rgba = picture.to_rgba8();
        if rgba.pixels().any(|pixel| pixel.0[3] < 255) {
            let mut bytes = Vec::new();
            WebPEncoder::new_lossless(&mut bytes)
                .write_image(rgba.as_raw(), rgba.width(), rgba.height(), ExtendedColorType::Rgba8)
                .map_err(broken)?;
            return Ok((bytes, "image/webp"));
        }
    }
    let jpeg = linli_picture::jpeg(picture).map_err(unfit)?;
    // Most pictures are of this kind already, and large.
    let rgb = picture.as_rgb8().map_or_else(|| Cow::Owned(picture.to_rgb8()), Cow::Borrowed);
    if is_drawing(&rgb) {
        let mut webp = Vec::new();
        WebPEncoder::new_lossless(&mut webp)
            .write_image(rgb.as_raw(), rgb.width(), rgb.height(), ExtendedColorType::Rgb8)
            .map_err(broken)?;
        // Sharp letters are worth some bytes; a screenshot that holds a photograph is not.
        if webp.len() <= jpeg.len() * 3 / 2 {
            return Ok((webp, "image/webp"));
        }
    }
    Ok((jpeg, "image/jpeg"))
}

fn is_drawing(rgb: &RgbImage) -> bool {
    let every = (rgb.pixels().len() / 65_536).max(1);
    let mut colours = std::collections::HashSet::new();
    for pixel in rgb.pixels().step_by(every) {
        colours.insert(pixel.0);
        if colours.len() > DRAWING_COLOURS {
            return false;
        }
    }
    true
}

/// Takes files in off the async threads, two at a time.
#[derive(Clone, Debug)]
pub struct Intake {
    decoders: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Intake {
    fn default() -> Self {
        Self { decoders: Arc::new(Semaphore::new(DECODERS)), waiting: Arc::new(Semaphore::new(MAX_WAITING)) }
    }
}

impl Intake {
    /// [`take`] of what `load` reads once a decoder is free, so that no more files are in memory than are decoded.
    ///
    /// # Errors
    /// Why it is not taken, [`Trouble::Busy`] when too many wait already; the disk's; `not_found` when what was to be
    /// taken is gone, as when another device of the same sender has just made it whole.
    pub async fn take<B: AsRef<[u8]>>(
        &self,
        load: impl FnOnce() -> std::io::Result<B> + Send + 'static,
    ) -> Result<Taken, Error> {
        let refused = |trouble: Trouble| Error::Refused(trouble.into_wire());
        let _place = self.waiting.try_acquire().map_err(|_| refused(Trouble::Busy))?;
        let decoder = Arc::clone(&self.decoders).acquire_owned().await.map_err(|_| refused(Trouble::Busy))?;
        // A decoder that panics must cost its own request only.
        let taken = tokio::task::spawn_blocking(move || {
            let _decoder = decoder;
            Ok::<_, std::io::Error>(take(load()?.as_ref()))
        });
        let taken = taken.await.unwrap_or(Ok(Err(Trouble::Broken)));
        let gone = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::not_found(),
            _ => super::disk(&error),
        };
        taken.map_err(gone)?.map_err(refused)
    }
}
