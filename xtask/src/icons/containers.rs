//! File formats that contain an icon in several sizes.

use anyhow::Result;
use resvg::tiny_skia::Pixmap;

/// Encodes a Windows icon: a header of 6 bytes, an entry of 16 bytes for each size, the pictures.
///
/// Only 256 pixels is a PNG. Smaller sizes are bitmaps, because some programs of Windows draw no PNG of that size.
///
/// # Errors
/// If a picture cannot be encoded as PNG.
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
        // 256 is written as 0. Then: no palette, reserved, one plane, 32 bits per pixel.
        let side = picture.width() as u8;
        file.extend([side, side, 0, 0, 1, 0, 32, 0]);
        file.extend((image.len() as u32).to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += image.len() as u32;
    }
    images.iter().for_each(|image| file.extend(image));
    Ok(file)
}

/// Encodes the bitmap of an icon: BITMAPINFOHEADER with twice the height, BGRA rows from the bottom up, then a mask of
/// one bit per pixel in rows of whole 32-bit words, empty because alpha replaces it.
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

/// Encodes a macOS icon: a header of 8 bytes, then each picture as its type, its length plus these 8 bytes, and PNG.
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
