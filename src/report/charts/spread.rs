//! How an indicator is spread: a line from the lowest to the highest value, a box of the middle half, the median, and the edges of the
//! tiers with their names. Values go from left to right as they grow, whichever are better.

use super::canvas::{Anchor, FAINT, INK, LIMIT, MAIN, drawn, pixels};
use crate::domain::Tier;
use crate::error::Outcome;
use crate::report::categories::Spread;

const WIDTH: i32 = 360;
const SIZE: (u32, u32) = (360, 44);
const MARGIN: i32 = 12;
/// The middle of the box.
const LEVEL: i32 = 30;
const HALF_BOX: i32 = 8;

pub(super) fn chart(spread: &Spread) -> Outcome<String> {
    let [lowest, first, median, third, highest] = spread.quartiles;
    let x = |value: f64| {
        let part = if highest > lowest { (value - lowest) / (highest - lowest) } else { 0.5 };
        MARGIN + pixels(part, WIDTH - 2 * MARGIN)
    };
    drawn(SIZE, |canvas| {
        canvas.line(vec![(x(lowest), LEVEL), (x(highest), LEVEL)], (INK, 1))?;
        canvas.bar((x(first), LEVEL - HALF_BOX), (x(third), LEVEL + HALF_BOX), FAINT)?;
        canvas.frame((x(first), LEVEL - HALF_BOX), (x(third), LEVEL + HALF_BOX), INK)?;
        canvas.line(vec![(x(median), LEVEL - HALF_BOX), (x(median), LEVEL + HALF_BOX)], (MAIN, 4))?;
        let mut texts: Vec<i32> = Vec::new();
        for (edge, tier) in spread.edges.iter().zip(Tier::ALL) {
            let Some(edge) = edge.map(x) else { continue };
            canvas.line(vec![(edge, LEVEL - HALF_BOX - 6), (edge, LEVEL + HALF_BOX + 4)], (LIMIT, 1))?;
            // Of edges that lie together the best tier is named.
            if texts.iter().all(|other| (other - edge).abs() >= 9) {
                canvas.text(&tier.points().to_string(), (edge, 8), (13, INK), Anchor::Middle)?;
                texts.push(edge);
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
    fn the_box_is_the_middle_half_and_edges_that_lie_together_are_named_once() {
        let spread = Spread {
            indicator: "response_rate".to_owned(),
            ranked: 9,
            quartiles: [0.0, 0.25, 0.5, 0.75, 1.0],
            mean: None,
            best_tenth: None,
            edges: [Some(0.9), Some(0.895), Some(0.5), None],
            tiers: [1, 2, 3, 2, 1],
        };
        let svg = chart(&spread).unwrap();
        assert_eq!(attributes(&svg, "rect", "x"), ["96", "96"], "a quarter of 336 pixels after the margin of 12");
        assert_eq!(svg.matches("<text").count(), 2, "5 and 3: {svg}");
    }
}
