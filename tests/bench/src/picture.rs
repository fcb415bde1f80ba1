//! Photos as a phone takes them: smooth surfaces, edges, and the noise of a small sensor.

use anyhow::Result;
use image::{RgbImage, codecs::jpeg::JpegEncoder};

/// A JPEG of `width` × `height` pixels, the same for the same seed.
pub fn jpeg(seed: u64, width: u32, height: u32) -> Result<Vec<u8>> {
    let mut noise = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let turn = seed as f32;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        // xorshift64: eight bits of it are enough for grain.
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let light = 110.0 + 80.0 * ((u * 5.0 + turn).sin() * (v * 4.0).cos());
        let tile = if (u * 24.0).fract() < 0.04 || (v * 18.0).fract() < 0.05 { -40.0 } else { 0.0 };
        let grain = (noise & 0xFF) as f32 / 16.0 - 8.0;
        let [r, g, b] = [1.0, 0.96, 0.88].map(|tint| (light * tint + tile + grain).clamp(0.0, 255.0) as u8);
        image::Rgb([r, g, b])
    });
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture)?;
    Ok(jpeg)
}
