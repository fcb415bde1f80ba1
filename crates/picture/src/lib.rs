//! Pixels: scaled down and written anew, the same on a device and on the server.
//!
//! What `image` does itself took a second for a phone's photo of 12 megapixels, most of it in scaling (0.7 s) and
//! writing (0.16 s). Both are done here by libraries that use the processor's vector instructions (0.03 s and
//! 0.05 s) and fall back to plain code where there are none. Reading stays with `image`, behind the limits that each
//! side has of its own.

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::DynamicImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// JPEG quality of photographs: below it, letters on a photographed sheet begin to fray.
const QUALITY: u8 = 85;

/// Why a picture cannot be scaled or written: it has no pixels, or more on an edge than JPEG knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble(String);

impl std::fmt::Display for Trouble {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// The picture with its longest edge at most `longest` pixels; never larger than it was. Transparency and colour
/// stay, in eight bits a channel.
///
/// # Errors
/// [`Trouble`] for a picture without pixels.
pub fn fit(picture: DynamicImage, longest: u32) -> Result<DynamicImage, Trouble> {
    let (width, height) = (picture.width(), picture.height());
    if width.max(height) <= longest {
        return Ok(picture);
    }
    let scaled = |edge: u32| {
        let (edge, all) = (u64::from(edge) * u64::from(longest), u64::from(width.max(height)));
        u32::try_from((edge + all / 2) / all).unwrap_or(longest).max(1)
    };
    let picture = eight_bits(picture);
    let mut small = DynamicImage::new(scaled(width), scaled(height), picture.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&picture, &mut small, &options).map_err(|error| Trouble(error.to_string()))?;
    Ok(small)
}

/// The middle of the picture as a square, at most `longest` pixels on an edge; never larger than it was.
///
/// # Errors
/// [`Trouble`] for a picture without pixels.
pub fn square(picture: &DynamicImage, longest: u32) -> Result<DynamicImage, Trouble> {
    let (width, height) = (picture.width(), picture.height());
    let edge = width.min(height);
    fit(picture.crop_imm((width - edge) / 2, (height - edge) / 2, edge, edge), longest)
}

/// As JPEG, without anything beside the pixels. What is see-through becomes opaque.
///
/// # Errors
/// [`Trouble`] for a picture without pixels, or with an edge longer than 65,535.
pub fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, Trouble> {
    let edge =
        |pixels: u32| u16::try_from(pixels).map_err(|_| Trouble("an edge is too long for JPEG".into()));
    let (width, height) = (edge(picture.width())?, edge(picture.height())?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    // Colours as fine as brightness: red letters on a notice stay sharp.
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    let written = match picture {
        DynamicImage::ImageRgb8(rgb) => encoder.encode(rgb.as_raw(), width, height, ColorType::Rgb),
        DynamicImage::ImageLuma8(grey) => encoder.encode(grey.as_raw(), width, height, ColorType::Luma),
        other => encoder.encode(other.to_rgb8().as_raw(), width, height, ColorType::Rgb),
    };
    written.map_err(|error| Trouble(error.to_string()))?;
    Ok(bytes)
}

fn eight_bits(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageLuma8(_)
        | DynamicImage::ImageLumaA8(_)
        | DynamicImage::ImageRgb8(_)
        | DynamicImage::ImageRgba8(_) => picture,
        deeper if deeper.color().has_alpha() => deeper.into_rgba8().into(),
        deeper => deeper.into_rgb8().into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use image::{GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn sky(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, y| {
            if x < width / 2 { Rgb([200, 40, 40]) } else { Rgb([40, 40, (y % 200) as u8]) }
        })
        .into()
    }

    #[test]
    fn the_longest_edge_fits_and_the_shape_stays() {
        for (width, height, expected) in [
            (403, 302, (204, 153)),
            (302, 403, (153, 204)),
            (204, 204, (204, 204)),
            (10, 4, (10, 4)),
            (30_000, 1, (204, 1)),
        ] {
            assert_eq!(fit(sky(width, height), 204).unwrap().dimensions(), expected);
        }
    }

    #[test]
    fn a_square_is_the_middle_of_the_picture() {
        for (width, height, expected) in [(403, 302, 204), (302, 403, 204), (150, 300, 150), (1, 9, 1)] {
            assert_eq!(square(&sky(width, height), 204).unwrap().dimensions(), (expected, expected));
        }
        let middle = RgbImage::from_fn(300, 100, |x, _| {
            if (100..200).contains(&x) { Rgb([9, 90, 9]) } else { Rgb([255, 255, 255]) }
        });
        let square = square(&middle.into(), 50).unwrap().to_rgb8();
        assert!(square.pixels().all(|pixel| pixel == &Rgb([9, 90, 9])), "nothing of the sides is left");
    }

    #[test]
    fn colours_and_transparency_survive_scaling() {
        let small = fit(sky(4000, 100), 100).unwrap();
        assert_eq!(small.to_rgb8().get_pixel(10, 1), &Rgb([200, 40, 40]));
        let half: DynamicImage = RgbaImage::from_pixel(400, 400, Rgba([10, 20, 30, 128])).into();
        assert_eq!(fit(half, 40).unwrap().to_rgba8().get_pixel(20, 20), &Rgba([10, 20, 30, 128]));
        let deep = DynamicImage::from(sky(400, 400).to_rgb16());
        assert_eq!(fit(deep, 40).unwrap().to_rgb8().get_pixel(5, 5), &Rgb([200, 40, 40]));
    }

    #[test]
    fn what_is_written_is_read_again_by_another_decoder() {
        for picture in [
            sky(640, 480),
            DynamicImage::from(sky(33, 17).to_luma8()),
            DynamicImage::from(sky(1, 1).to_rgba8()),
        ] {
            let read =
                image::load_from_memory_with_format(&jpeg(&picture).unwrap(), ImageFormat::Jpeg).unwrap();
            assert_eq!(read.dimensions(), picture.dimensions());
            let pixels = read.to_rgb8().into_raw().into_iter().zip(picture.to_rgb8().into_raw());
            let (count, far) = pixels
                .fold((0_u64, 0_u64), |(count, far), (a, b)| (count + 1, far + u64::from(a.abs_diff(b))));
            assert!(far / count < 4, "{far} over {count} values");
        }
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        assert!(jpeg(&sky(70_000, 1)).is_err());
        assert!(jpeg(&DynamicImage::new_rgb8(0, 0)).is_err());
    }
}
