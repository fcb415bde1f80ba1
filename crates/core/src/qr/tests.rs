#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use image::{DynamicImage, ImageFormat, Luma};
use linli_wire::Code;
use proptest::prelude::*;

use super::*;

const LINK: &str = "linli://join?server=https%3A%2F%2Flinli.example.org&code=23456789ABCDEFGHJKMNPQRSTV";

fn file(picture: &DynamicImage, format: ImageFormat) -> NewFile {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    NewFile { name: "letter".to_owned(), base64: BASE64.encode(bytes.into_inner()) }
}

/// The code of `text` with `module` pixels a module, as dark on light, on a page of `width` × `height`.
fn page(text: &str, module: u32, (width, height): (u32, u32), (left, top): (u32, u32)) -> GrayImage {
    let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
    let mut page = GrayImage::from_pixel(width, height, Luma([235]));
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row][column].value() {
                for y in 0..module {
                    for x in 0..module {
                        let (column, row) = (column as u32, row as u32);
                        page.put_pixel(left + column * module + x, top + row * module + y, Luma([25]));
                    }
                }
            }
        }
    }
    page
}

fn found(picture: GrayImage, format: ImageFormat) -> Result<JoinLink> {
    read(&file(&DynamicImage::ImageLuma8(picture), format))
}

#[test]
fn the_link_is_found_large_small_turned_and_in_dark_colours() {
    let wanted = JoinLink::read(LINK).unwrap();
    let whole = page(LINK, 8, (480, 480), (40, 40));
    assert_eq!(found(whole.clone(), ImageFormat::Png).unwrap(), wanted);
    assert_eq!(found(whole.clone(), ImageFormat::Jpeg).unwrap(), wanted);
    assert_eq!(found(image::imageops::rotate90(&whole), ImageFormat::Jpeg).unwrap(), wanted);
    let mut dark = whole;
    image::imageops::invert(&mut dark);
    assert_eq!(found(dark, ImageFormat::Png).unwrap(), wanted);
    let photograph = page(LINK, 10, (3000, 4000), (1700, 2600));
    assert_eq!(found(photograph, ImageFormat::Jpeg).unwrap(), wanted);
}

#[test]
fn another_code_or_none_is_said_to_be_none() {
    for picture in [
        page("https://example.org/menu", 8, (480, 480), (40, 40)),
        page("linli://join?server=nowhere", 8, (480, 480), (40, 40)),
        GrayImage::from_pixel(300, 300, Luma([128])),
        GrayImage::from_pixel(1, 1, Luma([0])),
    ] {
        assert_eq!(found(picture, ImageFormat::Png).unwrap_err().code(), Code::InvalidInput);
    }
}

#[test]
fn what_is_no_picture_or_too_large_is_refused_before_it_is_decoded() {
    let of = |bytes: &[u8]| NewFile { name: String::new(), base64: BASE64.encode(bytes) };
    assert_eq!(read(&of(b"")).unwrap_err().code(), Code::UnsupportedFile);
    assert_eq!(read(&of(b"%PDF-1.7")).unwrap_err().code(), Code::UnsupportedFile);
    assert_eq!(read(&of(b"\x89PNG\r\n\x1a\nrubbish")).unwrap_err().code(), Code::UnsupportedFile);
    assert_eq!(
        read(&NewFile { name: String::new(), base64: "###".to_owned() }).unwrap_err().code(),
        Code::InvalidInput
    );
    let huge = NewFile { name: String::new(), base64: "A".repeat(17 * 1024 * 1024) };
    assert_eq!(read(&huge).unwrap_err().code(), Code::TooLarge);
    // A few bytes that claim 30,000 × 30,000 pixels.
    let mut bomb = file(&DynamicImage::new_luma8(1, 1), ImageFormat::Png);
    let mut bytes = BASE64.decode(&bomb.base64).unwrap();
    bytes[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bomb.base64 = BASE64.encode(bytes);
    assert_eq!(read(&bomb).unwrap_err().code(), Code::TooLarge);
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Noise, and codes with a part of them spoiled: a link, the right one, or none; never a panic.
    #[test]
    fn spoiled_pictures_give_the_link_or_nothing(seed in any::<u64>(), spots in 0_usize..60, edge in 1_u32..40) {
        let mut random = seed | 1;
        let mut next = move |below: u32| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 33) as u32 % below
        };
        let mut picture = page(LINK, 5, (340, 340), (40, 40));
        for _ in 0..spots {
            let (left, top, light) = (next(340), next(340), next(256) as u8);
            for y in top..(top + edge).min(340) {
                for x in left..(left + edge).min(340) {
                    picture.put_pixel(x, y, Luma([light]));
                }
            }
        }
        if let Ok(link) = found(picture, ImageFormat::Png) {
            prop_assert_eq!(link, JoinLink::read(LINK).unwrap());
        }
    }
}
