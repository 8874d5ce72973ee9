//! The axis of counts at the left of a chart: from 0 to a round number, with a line and a figure at each step.

use super::canvas::{Anchor, Canvas, FAINT, INK, pixels};
use crate::answers::units::grouped;
use crate::error::Outcome;

const TEXT: i32 = 14;
/// The most steps that an axis has.
const MOST_STEPS: usize = 4;

/// A count that fits no more is in no table, either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    step: usize,
    top: usize,
}

impl Axis {
    /// The axis of counts up to `most`: steps of 1, 2 or 5, or tens, hundreds and so on of them.
    pub(super) fn of(most: usize) -> Self {
        let tens = std::iter::successors(Some(1_usize), |ten| ten.checked_mul(10));
        let mut steps = tens.flat_map(|ten| [1, 2, 5].map(|times| ten.saturating_mul(times)));
        let step = steps.find(|step| most.div_ceil(*step) <= MOST_STEPS).unwrap_or(usize::MAX);
        Self { step, top: step.saturating_mul(most.div_ceil(step).max(1)) }
    }

    /// Where it stands, so that its figures have room to the left.
    pub(super) fn left(self) -> i32 {
        let letters = grouped(self.top as u64).len();
        16 + 8 * i32::try_from(letters).unwrap_or(i32::MAX / 16)
    }

    /// The part of the height that a count takes.
    pub(super) fn part(self, count: usize) -> f64 {
        count as f64 / self.top as f64
    }

    /// Draws its lines up to `right`, and their figures.
    pub(super) fn draw(self, canvas: &Canvas<'_>, right: i32, [top, bottom]: [i32; 2]) -> Outcome<()> {
        for count in (0..=self.top / self.step).map(|steps| steps * self.step) {
            let y = bottom - pixels(self.part(count), bottom - top);
            canvas.line(vec![(self.left(), y), (right, y)], (if count == 0 { INK } else { FAINT }, 1))?;
            canvas.text(&grouped(count as u64), (self.left() - 6, y), (TEXT, INK), Anchor::End)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_that_nothing_is_above_and_has_four_steps_at_most() {
        for (most, step, top) in [
            (0, 1, 1),
            (3, 1, 3),
            (5, 2, 6),
            (20, 5, 20),
            (118, 50, 150),
            (2_638, 1_000, 3_000),
            (19_671, 5_000, 20_000),
        ] {
            assert_eq!(Axis::of(most), Axis { step, top }, "{most}");
        }
    }
}
