//! Month ends as columns of shops by status: those that pass below, then those that fail, those in exit, and those of which nothing is decided.

use plotters::style::RGBColor;

use super::canvas::{Anchor, Canvas, FAINT, GRADES, INK, LIMIT, MAIN, PAPER, drawn, pixels};
use crate::assessments::monthly::Status;
use crate::error::Outcome;
use crate::report::month_ends::MonthEnd;

const SIZE: (u32, u32) = (480, 250);
const LEFT: i32 = 44;
const RIGHT: i32 = 470;
const TOP: i32 = 12;
const BOTTOM: i32 = 222;
const TEXT: i32 = 14;
const ROOM_FOR_TEXT: i32 = 16;
/// The months whose names have room.
const MOST_NAMED: usize = 8;

/// What a column is made of from below, with its colour and that of text on it.
const ORDER: [(Status, RGBColor, RGBColor); 6] = [
    (Status::Pass, MAIN, PAPER),
    (Status::Fail, GRADES[3].0, INK),
    (Status::Exit, LIMIT, PAPER),
    (Status::NotScored, FAINT, INK),
    (Status::NotAssessed, FAINT, INK),
    (Status::Exempt, FAINT, INK),
];

/// Of all shops, or of those of a category.
pub(super) fn chart(month_ends: &[MonthEnd], category: Option<&str>) -> Outcome<String> {
    let none = [0; Status::ALL.len()];
    let of = |month_end: &MonthEnd| match category {
        Some(category) => month_end.of_categories.get(category).copied().unwrap_or(none),
        None => month_end.statuses,
    };
    let columns: Vec<_> = month_ends.iter().map(|month_end| (month_end.month_end.to_string(), of(month_end))).collect();
    let most = columns.iter().map(|(_, statuses)| statuses.iter().sum::<usize>()).max().unwrap_or(0).max(1);
    let each = columns.len().div_ceil(MOST_NAMED).max(1);
    drawn(SIZE, |canvas| {
        for (place, (month_end, statuses)) in columns.iter().enumerate() {
            let [from, to] =
                [place, place + 1].map(|place| LEFT + pixels(place as f64 / columns.len().max(4) as f64, RIGHT - LEFT));
            column(canvas, [from + 3, to - 3], statuses, most)?;
            if place % each == 0 {
                let month = month_end.get(..7).unwrap_or(month_end);
                canvas.text(month, (i32::midpoint(from, to), BOTTOM + 14), (TEXT - 2, INK), Anchor::Middle)?;
            }
        }
        canvas.line(vec![(LEFT, BOTTOM), (RIGHT, BOTTOM)], (INK, 1))?;
        canvas.text("0", (LEFT - 6, BOTTOM), (TEXT, INK), Anchor::End)?;
        canvas.text(&most.to_string(), (LEFT - 6, TOP + 4), (TEXT, INK), Anchor::End)
    })
}

fn column(canvas: &Canvas<'_>, [from, to]: [i32; 2], statuses: &[usize], most: usize) -> Outcome<()> {
    let mut below = 0;
    for (status, colour, on_it) in ORDER {
        let count = Status::ALL.iter().position(|known| *known == status).and_then(|place| statuses.get(place));
        let count = count.copied().unwrap_or(0);
        let [low, high] = [below, below + count].map(|sum| BOTTOM - pixels(sum as f64 / most as f64, BOTTOM - TOP));
        below += count;
        if low > high {
            canvas.bar((from, high), (to, low - 1), colour)?;
        }
        if low - high >= ROOM_FOR_TEXT {
            let at = (i32::midpoint(from, to), i32::midpoint(low, high));
            canvas.text(&count.to_string(), at, (TEXT - 2, on_it), Anchor::Middle)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::canvas::attributes;

    #[test]
    fn a_column_is_made_of_its_statuses_from_those_that_pass_upwards() {
        let mut statuses = [0; Status::ALL.len()];
        for (count, status) in statuses.iter_mut().zip(Status::ALL) {
            *count = match status {
                Status::Pass => 3,
                Status::Fail => 1,
                _ => 0,
            };
        }
        let month_end = MonthEnd { month_end: "2022-01-31".parse().unwrap(), statuses, of_categories: [].into() };
        let svg = chart(&[month_end], None).unwrap();
        let tops: Vec<i32> = attributes(&svg, "rect", "y").iter().map(|y| y.parse().unwrap()).collect();
        assert!(tops.len() == 2 && tops[0] > tops[1], "{tops:?}");
        assert!(svg.contains("2022-01") && !svg.contains("2022-01-31"), "months are named: {svg}");
    }
}
