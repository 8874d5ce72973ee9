//! Tier shares as one bar: 5, 4, 3, 2, 0 from left to right, each with its name where there is room.

use super::canvas::{Anchor, FAINT, GRADES, drawn, pixels};
use crate::domain::Tier;
use crate::error::Outcome;

const SIZE: (u32, u32) = (180, 20);
const WIDTH: i32 = 180;
const HEIGHT: i32 = 20;
const ROOM_FOR_TEXT: i32 = 12;

/// Counts of tier 5, 4, 3, 2 and 0.
pub(super) fn chart(tiers: &[i64; 5]) -> Outcome<String> {
    drawn(SIZE, |canvas| {
        let all = tiers.iter().sum::<i64>();
        if all == 0 {
            return canvas.frame((0, 0), (WIDTH - 1, HEIGHT - 1), FAINT);
        }
        let mut before = 0;
        for ((count, (colour, on_it)), tier) in tiers.iter().zip(GRADES).zip(Tier::ALL) {
            let [from, to] = [before, before + count].map(|sum| pixels(sum as f64 / all as f64, WIDTH));
            before += count;
            if to > from {
                canvas.bar((from, 0), (to - 1, HEIGHT), colour)?;
            }
            if to - from >= ROOM_FOR_TEXT {
                let at = (i32::midpoint(from, to), HEIGHT / 2);
                canvas.text(&tier.points().to_string(), at, (12, on_it), Anchor::Middle)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::canvas::attributes;

    #[test]
    fn each_tier_is_as_wide_as_its_share_and_none_has_no_bar() {
        let svg = chart(&[6, 3, 0, 0, 1]).unwrap();
        let ends = attributes(&svg, "rect", "x").into_iter().zip(attributes(&svg, "rect", "width"));
        let bars: Vec<_> = ends.map(|(x, width)| format!("{x}+{width}")).collect();
        assert_eq!(bars, ["0+107", "108+53", "162+17"], "of 180 pixels, with one between");
        assert!(svg.starts_with("<svg aria-hidden=\"true\""), "the table beside it says the same: {svg}");
        assert_eq!(attributes(&chart(&[0; 5]).unwrap(), "rect", "fill"), ["none"], "a frame where no shop is ranked");
    }
}
