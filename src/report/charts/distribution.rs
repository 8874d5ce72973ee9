//! Scores by class as columns, with the thresholds: admission to marketing a full line, the monthly assessment a dashed one.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, INK, LIMIT, MAIN, drawn, pixels};
use crate::error::Outcome;
use crate::report::distribution::Distribution;

const SIZE: (u32, u32) = (480, 250);
const RIGHT: i32 = 470;
const TOP: i32 = 22;
const BOTTOM: i32 = 222;
const MOST_POINTS: f64 = 5.0;
const TEXT: i32 = 14;

pub(super) fn chart(distribution: &Distribution) -> Outcome<String> {
    drawn(SIZE, |canvas| {
        let axis = Axis::of(distribution.shops.iter().copied().max().unwrap_or(0));
        axis.draw(canvas, RIGHT, [TOP, BOTTOM])?;
        let x = |part: f64| axis.left() + pixels(part, RIGHT - axis.left());
        let of_points = |points: f64| x(points / MOST_POINTS);
        let classes = distribution.shops.len() as f64;
        for (class, shops) in distribution.shops.iter().enumerate() {
            let [from, to] = [class, class + 1].map(|class| x(class as f64 / classes));
            let height = pixels(axis.part(*shops), BOTTOM - TOP);
            if height > 0 {
                canvas.bar((from + 1, BOTTOM - height), (to - 1, BOTTOM), MAIN)?;
            }
        }
        for least in &distribution.marketing_min {
            canvas.line(vec![(of_points(*least), TOP), (of_points(*least), BOTTOM)], (LIMIT, 2))?;
        }
        for least in &distribution.monthly_min {
            canvas.dashes((of_points(*least), TOP), BOTTOM, (LIMIT, 2))?;
        }
        for points in 0..=5 {
            let at = (of_points(f64::from(points)), BOTTOM + 14);
            canvas.text(&points.to_string(), at, (TEXT, INK), Anchor::Middle)?;
        }
        labels(canvas, distribution, of_points)
    })
}

/// Where there is one threshold of a kind, its figure.
fn labels(canvas: &Canvas<'_>, distribution: &Distribution, x: impl Fn(f64) -> i32) -> Outcome<()> {
    if let [least] = distribution.monthly_min[..] {
        canvas.text(&least.to_string(), (x(least) - 4, TOP - 10), (TEXT, LIMIT), Anchor::End)?;
    }
    if let [least] = distribution.marketing_min[..] {
        canvas.text(&least.to_string(), (x(least) + 4, TOP - 10), (TEXT, LIMIT), Anchor::Start)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::canvas::attributes;

    #[test]
    fn the_fullest_class_is_the_highest_and_a_lone_threshold_is_told() {
        let mut shops = [0; 20];
        (shops[0], shops[19]) = (4, 2);
        let distribution = Distribution { shops, marketing_min: vec![2.8], monthly_min: vec![2.4, 2.6] };
        let svg = chart(&distribution).unwrap();
        assert_eq!(attributes(&svg, "rect", "height"), ["200", "100"]);
        assert!(svg.contains("2.8") && !svg.contains("2.6"), "{svg}");
    }
}
