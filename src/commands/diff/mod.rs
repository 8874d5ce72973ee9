//! `shopscore diff`: what became of shops or categories between two published nights, and because of what.
//!
//! In: what readers see, or earlier generations, and what the state folder knows of appeals. Out: an answer of shops, the greatest
//! move first, or of categories. Nothing is computed again but ranks and scores in between (see [`comparison`](crate::comparison)).

mod admissions;
pub(super) mod categories;
mod indicator_move;
pub(super) mod moved;
mod moved_shop;
mod nights;
mod one_shop;
mod spreads;
mod told;
mod words;

use std::io::Write;

use self::nights::Nights;
use super::{begin, tell};
use crate::cli::Diff;
use crate::error::Outcome;
use crate::threads::on_pool;

pub(super) fn run(arguments: &Diff, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    if arguments.categories {
        let answer = on_pool(|| categories::diff(&Nights::read(arguments, &settings)?, arguments.limit))?;
        return tell(&answer, arguments.form, stdout);
    }
    let answer = on_pool(|| moved::diff(&Nights::read(arguments, &settings)?, arguments))?;
    tell(&answer, arguments.form, stdout)
}
