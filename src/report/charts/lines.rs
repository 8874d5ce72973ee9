//! Small charts that stand in a line of a table: a trend, rows day by day, a score on its way to a threshold.

use super::canvas::{FAINT, LIMIT, MAIN, Point, drawn, pixels};
use crate::error::Outcome;

const SIZE: (u32, u32) = (120, 28);
const WIDTH: i32 = 120;
const HEIGHT: i32 = 28;
const MARGIN: i32 = 4;
const MOST_POINTS: f64 = 5.0;

/// A trend between its least and its greatest value; none where a night lacks it.
pub(super) fn trend(values: &[Option<f64>]) -> Outcome<String> {
    let known = || values.iter().flatten().copied();
    line(values, [known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max)])
}

/// Values from 0 to the greatest one.
pub(super) fn from_zero(values: &[f64]) -> Outcome<String> {
    let most = values.iter().copied().fold(0.0, f64::max);
    line(&values.iter().copied().map(Some).collect::<Vec<_>>(), [0.0, most])
}

fn line(values: &[Option<f64>], [least, most]: [f64; 2]) -> Outcome<String> {
    let last = values.len().saturating_sub(1).max(1);
    let point = |(place, value): (usize, &Option<f64>)| {
        let height = if most > least { (value.as_ref()? - least) / (most - least) } else { 0.5 };
        let x = MARGIN + pixels(place as f64 / last as f64, WIDTH - 2 * MARGIN);
        value.map(|_| (x, HEIGHT - MARGIN - pixels(height, HEIGHT - 2 * MARGIN)))
    };
    let points: Vec<Option<Point>> = values.iter().enumerate().map(point).collect();
    drawn(SIZE, |canvas| {
        for part in points.split(Option::is_none).filter(|part| part.len() > 1) {
            canvas.line(part.iter().flatten().copied().collect(), (MAIN, 2))?;
        }
        points.iter().flatten().next_back().map_or(Ok(()), |last| canvas.dot(*last, MAIN))
    })
}

/// A bar as long as the score on the way to 5, and a line where it has to come to.
pub(super) fn towards(score: f64, least: f64) -> Outcome<String> {
    let (top, bottom) = (8, 20);
    let [score, least] = [score, least].map(|points| pixels(points / MOST_POINTS, WIDTH));
    drawn(SIZE, |canvas| {
        canvas.bar((0, top), (WIDTH, bottom), FAINT)?;
        canvas.bar((0, top), (score, bottom), MAIN)?;
        canvas.line(vec![(least, 2), (least, HEIGHT - 2)], (LIMIT, 2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::canvas::attributes;

    #[test]
    fn a_night_without_a_value_cuts_the_line_and_a_dot_ends_it() {
        let svg = trend(&[Some(2.0), Some(4.0), None, Some(3.0), Some(3.5)]).unwrap();
        assert_eq!(attributes(&svg, "polyline", "points").len(), 2);
        let whole = attributes(&trend(&[Some(2.0), Some(4.0)]).unwrap(), "polyline", "points");
        assert_eq!(whole, ["4,24 116,4 "], "from the least at the bottom to the greatest at the top");
        assert_eq!(attributes(&svg, "circle", "cx"), ["116"]);
    }

    #[test]
    fn a_bar_is_as_long_as_the_score_on_the_way_to_five() {
        assert_eq!(attributes(&towards(2.5, 3.0).unwrap(), "rect", "width"), ["120", "60"]);
    }
}
