//! `shopscore generations`: what was published, and which of it readers see.

use std::io::Write;

use super::{begin, say};
use crate::cli::SettingFlags;
use crate::error::Outcome;
use crate::publish::{self, ListedGeneration};

pub(super) fn run(flags: &SettingFlags, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(flags)?;
    let generations = publish::list(&settings.out)?;
    if generations.is_empty() {
        say(stdout, &format!("nothing was published under {} yet", settings.out.display()));
    }
    for ListedGeneration { generation, is_current } in generations {
        let mark = if is_current { "*" } else { " " };
        say(
            stdout,
            &format!(
                "{mark} {}  as of {}  published {}  {} nights",
                generation.name,
                generation.as_of,
                generation.created_at,
                generation.nights.len()
            ),
        );
    }
    Ok(())
}
