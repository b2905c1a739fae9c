//! Files that hold an icon in several sizes.

use anyhow::Result;
use resvg::tiny_skia::Pixmap;

/// A Windows icon: a header of 6 bytes, an entry of 16 for each size, the pictures.
///
/// Only 256 pixels may be PNG: smaller ones that are make some of the system's own programs draw
/// nothing, so these are bitmaps.
///
/// # Errors
/// If a picture cannot be made PNG.
pub fn ico(pictures: &[Pixmap]) -> Result<Vec<u8>> {
    let images: Result<Vec<Vec<u8>>> =
        pictures
            .iter()
            .map(|picture| {
                if picture.width() >= 256 { Ok(picture.encode_png()?) } else { Ok(bitmap(picture)) }
            })
            .collect();
    let images = images?;

    let mut file = vec![0, 0, 1, 0];
    file.extend((images.len() as u16).to_le_bytes());
    let mut offset = 6 + 16 * images.len() as u32;
    for (picture, image) in pictures.iter().zip(&images) {
        // 256 is written as 0. Then: no palette, reserved, one plane, 32 bits a pixel.
        let side = picture.width() as u8;
        file.extend([side, side, 0, 0, 1, 0, 32, 0]);
        file.extend((image.len() as u32).to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += image.len() as u32;
    }
    images.iter().for_each(|image| file.extend(image));
    Ok(file)
}

/// A bitmap as icons want it: BITMAPINFOHEADER with twice the height, BGRA rows from the bottom up,
/// then a mask of one bit a pixel, which the alpha makes needless, in rows of whole 32-bit words.
fn bitmap(picture: &Pixmap) -> Vec<u8> {
    let side = picture.width();
    let mut bytes = vec![];
    bytes.extend(40_u32.to_le_bytes());
    bytes.extend(side.to_le_bytes());
    bytes.extend((side * 2).to_le_bytes());
    bytes.extend([1, 0, 32, 0]);
    bytes.extend([0; 24]);
    for row in (0..side).rev() {
        for column in 0..side {
            let colour = picture.pixel(column, row).expect("inside the picture").demultiply();
            bytes.extend([colour.blue(), colour.green(), colour.red(), colour.alpha()]);
        }
    }
    bytes.resize(bytes.len() + (side.div_ceil(32) * 4 * side) as usize, 0);
    bytes
}

/// A macOS icon: a header of 8 bytes, then each picture as its type, its length with these 8 bytes, PNG.
pub fn icns(pictures: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![];
    for (kind, png) in pictures {
        body.extend(kind);
        body.extend((png.len() as u32 + 8).to_be_bytes());
        body.extend(png);
    }
    let mut file = b"icns".to_vec();
    file.extend((body.len() as u32 + 8).to_be_bytes());
    file.extend(body);
    file
}
