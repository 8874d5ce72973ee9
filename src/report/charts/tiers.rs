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
