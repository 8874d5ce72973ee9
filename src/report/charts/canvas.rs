//! What charts are drawn on: an SVG of a size in pixels, shapes in few colours.

use plotters::coord::Shift;
use plotters::prelude::{
    Circle, Color, DrawingArea, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::{Failure, Outcome, fault};

/// How messages name this stage.
const STAGE: &str = "charts";

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(0x1F, 0x23, 0x28);
/// Text on dark shapes.
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// What is to be seen after all else.
pub(super) const FAINT: RGBColor = RGBColor(0xC9, 0xD1, 0xD9);
/// What a chart is about.
pub(super) const MAIN: RGBColor = RGBColor(0x1F, 0x6F, 0xB2);
/// What it is held to.
pub(super) const LIMIT: RGBColor = RGBColor(0xB3, 0x26, 0x1E);
/// Five colours from best to worst, each with that of text on it: they differ in lightness, too.
pub(super) const GRADES: [(RGBColor, RGBColor); 5] = [
    (RGBColor(0x0B, 0x3C, 0x6F), PAPER),
    (RGBColor(0x2F, 0x7A, 0xB8), PAPER),
    (RGBColor(0xB5, 0xD3, 0xEA), INK),
    (RGBColor(0xF6, 0xC5, 0x8B), INK),
    (RGBColor(0x9C, 0x3D, 0x00), PAPER),
];

/// What the crate writes and a page does without: there are thousands of them.
const NEEDLESS: [&str; 5] = [
    "\n",
    " xmlns=\"http://www.w3.org/2000/svg\"",
    " opacity=\"1\"",
    " font-family=\"sans-serif\"",
    " stroke=\"none\"",
];

/// A point in pixels from the upper left.
pub(super) type Point = (i32, i32);

/// An SVG that is being drawn.
pub(super) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// Which side of a text its point is on.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG of this width and height.
pub(super) fn drawn((width, height): (u32, u32), draw: impl FnOnce(&Canvas<'_>) -> Outcome<()>) -> Outcome<String> {
    let mut svg = String::new();
    {
        let canvas = Canvas(SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area());
        draw(&canvas)?;
        canvas.0.present().map_err(failed)?;
    }
    // What it shows stands in a table: a screen reader passes over it.
    let hidden = svg.replacen("<svg ", "<svg aria-hidden=\"true\" focusable=\"false\" ", 1);
    Ok(NEEDLESS.iter().fold(hidden, |svg, needless| svg.replace(needless, "")))
}

impl Canvas<'_> {
    pub(super) fn bar(&self, from: Point, to: Point, colour: RGBColor) -> Outcome<()> {
        self.0.draw(&Rectangle::new([from, to], colour.filled())).map_err(failed)
    }

    /// An outline without filling.
    pub(super) fn frame(&self, from: Point, to: Point, colour: RGBColor) -> Outcome<()> {
        self.0.draw(&Rectangle::new([from, to], colour.stroke_width(1))).map_err(failed)
    }

    pub(super) fn line(&self, points: Vec<Point>, (colour, width): (RGBColor, u32)) -> Outcome<()> {
        self.0.draw(&PathElement::new(points, colour.stroke_width(width))).map_err(failed)
    }

    /// A line straight down, of dashes.
    pub(super) fn dashes(&self, (x, top): Point, bottom: i32, style: (RGBColor, u32)) -> Outcome<()> {
        const DASH: i32 = 4;
        let mut from = top;
        while from < bottom {
            self.line(vec![(x, from), (x, bottom.min(from + DASH))], style)?;
            from += 2 * DASH;
        }
        Ok(())
    }

    pub(super) fn dot(&self, at: Point, colour: RGBColor) -> Outcome<()> {
        self.0.draw(&Circle::new(at, 3, colour.filled())).map_err(failed)
    }

    /// A text that is centred on the height of its point.
    pub(super) fn text(&self, text: &str, at: Point, (size, colour): (i32, RGBColor), anchor: Anchor) -> Outcome<()> {
        /// How much smaller than asked for the crate writes a font.
        const SHRUNK: f64 = 1.24;
        let across = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style =
            ("sans-serif", f64::from(size) * SHRUNK).into_font().color(&colour).pos(Pos::new(across, VPos::Center));
        self.0.draw(&Text::new(text.to_owned(), at, style)).map_err(failed)
    }
}

/// What each element of this kind has as an attribute.
#[cfg(test)]
pub(super) fn attributes(svg: &str, element: &str, attribute: &str) -> Vec<String> {
    let begins = format!("<{element} ");
    let elements = svg.split(&begins).skip(1);
    let value = |text: &str| {
        Some(text.split('>').next()?.split(&format!("{attribute}=\"")).nth(1)?.split('"').next()?.to_owned())
    };
    elements.filter_map(value).collect()
}

/// Where a part of a length lies, in whole pixels.
#[expect(clippy::cast_possible_truncation, reason = "a chart is a few hundred pixels wide")]
pub(super) fn pixels(part: f64, length: i32) -> i32 {
    (part.clamp(0.0, 1.0) * f64::from(length)).round() as i32
}

fn failed(error: impl std::fmt::Display) -> Failure {
    fault(STAGE, error)
}
