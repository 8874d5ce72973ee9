//! A table for people: numbers to the right, Chinese as wide as it is, colour where it is asked for and never alone.

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{Attribute, CellAlignment, Color};

use crate::error::escaped;

/// What a cell's colour says; its text says it, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    /// Better than before, or in order.
    Good,
    /// To be looked at.
    Warning,
    /// Worse than before, or wrong.
    Bad,
}

/// A text to the left, or a number to the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    is_number: bool,
    tone: Tone,
}

impl Cell {
    /// A text; what would move a terminal's cursor is escaped.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self { text: escaped(text.as_ref()), is_number: false, tone: Tone::Plain }
    }

    /// A number, with its unit or its digits as wanted; nothing where it is none.
    pub(crate) fn number(number: Option<impl ToString>) -> Self {
        Self { text: number.map_or(String::new(), |number| number.to_string()), is_number: true, tone: Tone::Plain }
    }

    pub(crate) fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    fn shown(&self, is_coloured: bool) -> comfy_table::Cell {
        let alignment = if self.is_number { CellAlignment::Right } else { CellAlignment::Left };
        let cell = comfy_table::Cell::new(&self.text).set_alignment(alignment);
        match self.tone {
            _ if !is_coloured => cell,
            Tone::Plain => cell,
            Tone::Good => cell.fg(Color::Green),
            Tone::Warning => cell.fg(Color::Yellow),
            Tone::Bad => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        }
    }
}

/// Rows below a header, of as many cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(header: impl IntoIterator<Item = &'static str>) -> Self {
        Self { header: header.into_iter().collect(), rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.rows.push(row.into_iter().collect());
    }

    pub(super) fn shown(&self, is_coloured: bool) -> String {
        let mut table = comfy_table::Table::new();
        table.load_preset(UTF8_BORDERS_ONLY).set_header(&self.header);
        if is_coloured {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| cell.shown(is_coloured)));
        }
        table.to_string()
    }
}
