//! Scores by class as columns, with the thresholds: admission to marketing a full line, the monthly assessment a dashed one.

use super::canvas::{Anchor, Canvas, FAINT, INK, LIMIT, MAIN, drawn, pixels};
use crate::error::Outcome;
use crate::report::distribution::Distribution;

const SIZE: (u32, u32) = (480, 250);
const LEFT: i32 = 44;
const RIGHT: i32 = 470;
const TOP: i32 = 22;
const BOTTOM: i32 = 222;
const MOST_POINTS: f64 = 5.0;
const TEXT: i32 = 14;

pub(super) fn chart(distribution: &Distribution) -> Outcome<String> {
    drawn(SIZE, |canvas| {
        let most = distribution.shops.iter().copied().max().unwrap_or(0).max(1);
        axes(canvas, most)?;
        let width = f64::from(RIGHT - LEFT) / distribution.shops.len() as f64;
        for (class, shops) in distribution.shops.iter().enumerate() {
            let from = LEFT + pixels(class as f64 * width / f64::from(RIGHT - LEFT), RIGHT - LEFT);
            let to = LEFT + pixels((class as f64 + 1.0) * width / f64::from(RIGHT - LEFT), RIGHT - LEFT);
            let height = pixels(*shops as f64 / most as f64, BOTTOM - TOP);
            if height > 0 {
                canvas.bar((from + 1, BOTTOM - height), (to - 1, BOTTOM), MAIN)?;
            }
        }
        for least in &distribution.marketing_min {
            canvas.line(vec![(x(*least), TOP), (x(*least), BOTTOM)], (LIMIT, 2))?;
        }
        for least in &distribution.monthly_min {
            canvas.dashes((x(*least), TOP), BOTTOM, (LIMIT, 2))?;
        }
        labels(canvas, distribution)
    })
}

/// Where a score lies.
fn x(score: f64) -> i32 {
    LEFT + pixels(score / MOST_POINTS, RIGHT - LEFT)
}

fn axes(canvas: &Canvas<'_>, most: usize) -> Outcome<()> {
    for (part, shops) in [(0.5, most / 2), (1.0, most)] {
        let y = BOTTOM - pixels(part, BOTTOM - TOP);
        if part < 1.0 && most % 2 == 1 {
            continue;
        }
        canvas.line(vec![(LEFT, y), (RIGHT, y)], (FAINT, 1))?;
        canvas.text(&shops.to_string(), (LEFT - 6, y), (TEXT, INK), Anchor::End)?;
    }
    canvas.text("0", (LEFT - 6, BOTTOM), (TEXT, INK), Anchor::End)?;
    canvas.line(vec![(LEFT, BOTTOM), (RIGHT, BOTTOM)], (INK, 1))?;
    for points in 0..=5 {
        canvas.text(&points.to_string(), (x(f64::from(points)), BOTTOM + 14), (TEXT, INK), Anchor::Middle)?;
    }
    Ok(())
}

/// Where there is one threshold of a kind, its figure.
fn labels(canvas: &Canvas<'_>, distribution: &Distribution) -> Outcome<()> {
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
