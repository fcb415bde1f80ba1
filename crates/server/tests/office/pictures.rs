//! Taking pictures in: what is refused before it costs anything, and that nothing but pixels survives.

use image::{DynamicImage, GenericImageView, ImageFormat, RgbImage};
use linli_server::attachments::intake::{Kind, Taken, Trouble, check, sniff, take};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/office/pictures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn decoded(taken: &Taken) -> DynamicImage {
    let format = match taken.media_type {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/webp" => ImageFormat::WebP,
        other => panic!("{other}"),
    };
    image::load_from_memory_with_format(&taken.bytes, format).unwrap()
}

/// The names of all parts of a file that are not pixels.
fn extras(taken: &Taken) -> Vec<String> {
    let bytes = &taken.bytes;
    let mut found = Vec::new();
    match taken.media_type {
        "image/jpeg" => {
            let mut at = 2;
            while bytes[at + 1] != 0xDA {
                let marker = bytes[at + 1];
                let length = usize::from(bytes[at + 2]) << 8 | usize::from(bytes[at + 3]);
                // APP1 to APP15 and comments; APP0 is JFIF's own head, which must not hold a thumbnail.
                if (0xE1..=0xEF).contains(&marker) || marker == 0xFE || (marker == 0xE0 && length > 16) {
                    found.push(format!("{marker:02X}"));
                }
                at += 2 + length;
            }
            assert_eq!(&bytes[bytes.len() - 2..], [0xFF, 0xD9], "nothing behind the picture");
        }
        "image/webp" => {
            let mut at = 12;
            while at < bytes.len() {
                let name = String::from_utf8_lossy(&bytes[at..at + 4]).into_owned();
                let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
                if !name.starts_with("VP8") {
                    found.push(name);
                }
                at += 8 + length + length % 2;
            }
        }
        other => panic!("{other}"),
    }
    found
}

#[test]
fn every_orientation_is_turned_upright_and_no_note_survives() {
    let names: Vec<String> = (1..=8)
        .map(|number| format!("orientation-{number}.jpg"))
        .chain(["orientation-6.png".to_owned(), "orientation-6.webp".to_owned()])
        .collect();
    for name in names {
        let taken = take(&fixture(&name)).unwrap();
        assert_eq!(taken.pixels, Some((48, 32)), "{name}");
        let picture = decoded(&taken).to_rgb8();
        let is = |x, y, [red, green, blue]: [u8; 3]| {
            let pixel = picture.get_pixel(x, y).0;
            let far = |a: u8, b: u8| a.abs_diff(b) > 40;
            assert!(
                !(far(pixel[0], red) || far(pixel[1], green) || far(pixel[2], blue)),
                "{name} at {x},{y}: {pixel:?}"
            );
        };
        is(6, 6, [220, 20, 20]);
        is(42, 6, [20, 200, 20]);
        is(6, 26, [20, 20, 220]);
        is(42, 26, [255, 255, 255]);
        assert_eq!(extras(&taken), Vec::<String>::new(), "{name}");
        let text = String::from_utf8_lossy(&taken.bytes).into_owned();
        assert!(!text.contains("Secret") && !text.contains("Exif"), "{name}");
    }
}

#[test]
fn unusual_pictures_are_taken_and_moving_or_foreign_ones_are_not() {
    let taken = |name: &str| take(&fixture(name)).map(|taken| (taken.media_type, taken.pixels));
    assert_eq!(taken("cmyk.jpg"), Ok(("image/webp", Some((48, 32)))));
    assert_eq!(taken("grey-16.png"), Ok(("image/webp", Some((32, 32)))));
    assert_eq!(taken("see-through.png"), Ok(("image/webp", Some((24, 24)))));
    assert_eq!(taken("photo.jpg"), Ok(("image/jpeg", Some((160, 120)))));
    assert_eq!(taken("photo.webp"), Ok(("image/jpeg", Some((160, 120)))));
    for name in ["moving.webp", "moving.png"] {
        assert_eq!(taken(name), Err(Trouble::Moving), "{name}");
    }
    for name in ["still.gif", "bitmap.bmp"] {
        assert_eq!(taken(name), Err(Trouble::Unknown), "{name}");
    }
    let red = decoded(&take(&fixture("cmyk.jpg")).unwrap()).get_pixel(6, 6);
    assert!(red[0] > 180 && red[1] < 70 && red[2] < 70, "{red:?}: CMYK keeps its colours");
    let line = decoded(&take(&fixture("see-through.png")).unwrap());
    assert_eq!((line.get_pixel(3, 3)[3], line.get_pixel(3, 4)[3]), (255, 0), "what is see-through stays so");
}

#[test]
fn large_pictures_are_scaled_and_their_proportions_stay() {
    let png = |width, height| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x / 16) as u8, (y / 16) as u8, ((x * y) / 997) as u8])
        });
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    assert_eq!(take(&png(4200, 1050)).unwrap().pixels, Some((2048, 512)));
    assert_eq!(take(&png(1000, 3000)).unwrap().pixels, Some((683, 2048)));
    assert_eq!(take(&png(2048, 10)).unwrap().pixels, Some((2048, 10)), "what fits is left as it is");
}

#[test]
fn bombs_are_refused_by_their_head() {
    // A PNG of 60,000 × 60,000 pixels in a few bytes.
    let mut png = fixture("small.png");
    png[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(check(&png), Err(Trouble::TooManyPixels { width: 60_000, height: 60_000 }));
    // A JPEG of 65,000 × 65,000.
    let mut jpeg = fixture("small.jpg");
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFD, 0xE8, 0xFD, 0xE8]);
    assert_eq!(check(&jpeg), Err(Trouble::TooManyPixels { width: 65_000, height: 65_000 }));
    // A lossless WebP of 16,383 × 16,383: 14 bits each behind the signature byte.
    let mut webp = fixture("small.webp");
    let head = webp.windows(4).position(|part| part == b"VP8L").unwrap() + 9;
    webp[head..head + 4].copy_from_slice(&(0x3FFE_u32 | 0x3FFE << 14).to_le_bytes());
    assert_eq!(check(&webp), Err(Trouble::TooManyPixels { width: 16_383, height: 16_383 }));
    assert_eq!(check(&vec![0xFF; 12 * 1024 * 1024 + 1]), Err(Trouble::TooManyBytes));
}

/// `count` × 258 zeros and one, packed by hand: a block of fixed codes that repeats one byte.
fn packed_zeros(count: u32) -> Vec<u8> {
    let (mut packed, mut byte, mut filled) = (vec![0x78, 0x01], 0_u8, 0);
    let mut push = |code: u16, bits: u32| {
        for at in (0..bits).rev() {
            byte |= u8::try_from(code >> at & 1).unwrap() << filled;
            filled += 1;
            if filled == 8 {
                packed.push(std::mem::take(&mut byte));
                filled = 0;
            }
        }
    };
    push(0b110, 3); // the last block, with fixed codes
    push(0b0011_0000, 8); // a zero
    for _ in 0..count {
        push(0b1100_0101, 8); // 258 times
        push(0, 5); // what stands one byte before
    }
    push(0, 7); // the end
    push(0, (8 - (3 + 8 + 13 * count + 7) % 8) % 8);
    let sum = (count * 258 + 1) % 65_521;
    packed.extend((sum << 16 | 1).to_be_bytes());
    packed
}

#[test]
fn a_profile_that_unpacks_to_hundreds_of_megabytes_is_never_unpacked() {
    let profile: Vec<u8> = [b"x\0\0".to_vec(), packed_zeros(1_000_000)].concat();
    let mut chunk = b"iCCP".to_vec();
    chunk.extend(profile);
    let sum = crc32(&chunk);
    let mut bomb = fixture("small.png");
    // Signature and head are 33 bytes.
    let length = u32::try_from(chunk.len() - 4).unwrap().to_be_bytes();
    bomb.splice(33..33, [length.to_vec(), chunk, sum.to_be_bytes().to_vec()].concat());
    assert!(bomb.len() < 2_000_000, "{}", bomb.len());
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    let before = peak();
    let taken = take(&bomb).unwrap();
    let more = peak() - before;
    assert_eq!(taken, take(&fixture("small.png")).unwrap());
    assert!(more < 32 * 1024, "{more} KB more");
}

#[test]
fn a_picture_cut_anywhere_or_with_any_byte_changed_is_refused_or_taken_whole() {
    for name in ["small.png", "small.jpg", "small.webp", "small-lossy.webp"] {
        let whole = fixture(name);
        let mut refused = 0;
        for end in 0..whole.len() {
            match take(&whole[..end]) {
                Err(Trouble::Broken | Trouble::Unknown) => refused += 1,
                Ok(taken) => assert_eq!(taken.pixels, Some((12, 9)), "{name} cut at {end}"),
                Err(other) => panic!("{name} cut at {end}: {other}"),
            }
        }
        // The last bytes of a file may be a check sum or an end mark without pixels.
        assert!(refused + 14 >= whole.len(), "{name}: only {refused} of {} cuts were noticed", whole.len());
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            let _ = take(&changed);
        }
    }
}

#[test]
fn a_name_or_an_ending_cannot_lie_and_a_second_file_behind_the_first_is_gone() {
    assert_eq!(sniff(b"%PDF-1.7 rest"), Some(Kind::Pdf));
    for bytes in [
        &b"<svg onload=alert(1)>"[..],
        b"MZ\x90\0",
        b"",
        b"\xFF\xD8",
        b"GIF89a",
        b"RIFF\0\0\0\0WAVE",
        b"<!doctype html>",
    ] {
        assert_eq!(check(bytes), Err(Trouble::Unknown));
    }
    let mut two = fixture("photo.jpg");
    two.extend_from_slice(b"PK\x03\x04 <script>alert(1)</script>");
    let taken = take(&two).unwrap();
    assert!(!taken.bytes.windows(8).any(|part| part == b"<script>"));
    let pdf = take(b"%PDF-1.7\n%%EOF").unwrap();
    assert_eq!(
        (pdf.media_type, pdf.pixels, pdf.bytes.as_slice()),
        ("application/pdf", None, &b"%PDF-1.7\n%%EOF"[..])
    );
}

#[test]
fn drawings_stay_sharp_and_photographs_become_small() {
    let mut drawing = RgbImage::from_pixel(400, 300, image::Rgb([250, 250, 250]));
    for x in 20..380 {
        drawing.put_pixel(x, 150, image::Rgb([0, 0, 0]));
    }
    let mut png = std::io::Cursor::new(Vec::new());
    drawing.write_to(&mut png, ImageFormat::Png).unwrap();
    let taken = take(png.get_ref()).unwrap();
    assert_eq!(taken.media_type, "image/webp");
    assert_eq!(decoded(&taken).to_rgb8(), drawing, "every pixel as it was");
    let photo = fixture("photo.jpg");
    assert!(take(&photo).unwrap().bytes.len() <= photo.len());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}
