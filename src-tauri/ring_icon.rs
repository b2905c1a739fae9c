//! The tray icon: a ring that closes as the sit progresses.

use tauri::image::Image;

/// Its width and height, in pixels.
pub const SIZE: u32 = 64;

const ROSE: [u8; 3] = [0xd6, 0x7d, 0x8f];
const GREY: [u8; 3] = [0x8e, 0x93, 0x99];

/// Draws the icon for `progress` from 0 to 1; `None` means that no sit is running.
#[must_use]
pub fn draw(progress: Option<f32>) -> Image<'static> {
    let mut rgba = Vec::with_capacity((SIZE * SIZE * 4) as usize);
    for y in 0..SIZE {
        for x in 0..SIZE {
            rgba.extend(pixel(x, y, progress));
        }
    }
    Image::new_owned(rgba, SIZE, SIZE)
}

#[expect(clippy::cast_precision_loss, reason = "pixel coordinates are far below 2^24")]
fn pixel(x: u32, y: u32, progress: Option<f32>) -> [u8; 4] {
    let centre = SIZE as f32 / 2.0;
    let (dx, dy) = (x as f32 + 0.5 - centre, y as f32 + 0.5 - centre);
    let radius = dx.hypot(dy);
    // Antialiasing: the edge is one pixel wide.
    let ring = (4.0 - (radius - centre * 0.78).abs() + 0.5).clamp(0.0, 1.0);
    let heart = (centre * 0.3 - radius + 0.5).clamp(0.0, 1.0);
    // Clockwise from the top, 0 to 1.
    let turn = (dx.atan2(-dy) / std::f32::consts::TAU).rem_euclid(1.0);
    let sat = progress.is_some_and(|progress| turn <= progress);
    let [r, g, b] = if sat || (progress.is_some() && heart > 0.0) { ROSE } else { GREY };
    let strength = if sat || heart > 0.0 || progress.is_none() { 1.0 } else { 0.45 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
    let alpha = (ring.max(heart) * strength * 255.0) as u8;
    [r, g, b, alpha]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the rose pixels.
    fn rose(progress: Option<f32>) -> usize {
        let image = draw(progress);
        image.rgba().chunks(4).filter(|pixel| pixel[..3] == ROSE && pixel[3] > 128).count()
    }

    #[test]
    fn the_ring_grows_with_the_elapsed_time() {
        let sizes: Vec<_> = [0.0, 0.25, 0.5, 0.75, 1.0].map(|p| rose(Some(p))).into();
        assert!(sizes.is_sorted_by(|a, b| a < b), "{sizes:?}");
        assert_eq!(rose(None), 0);
    }
}
