//! `shopscore schema`: the dictionary of what is published, from the declarations that write the files. Nothing is read but the settings,
//! for where the tables lie, and nothing is written.

use std::io::Write;
use std::path::Path;

use super::beginning::resolved;
use super::{current, say};
use crate::cli::Schema;
use crate::error::{ExitClass, Finding, Outcome};
use crate::settings;

const STAGE: &str = "schema";

pub(super) fn run(arguments: &Schema, stdout: &mut impl Write) -> Outcome<()> {
    let form = arguments.format;
    let tables = match &arguments.tables {
        Some(_) if !form.has_views() => return Err(needless().fail(ExitClass::Usage)),
        Some(tables) => tables.clone(),
        None if form.has_views() => {
            let folder = settings::absolute(&current(&resolved(&arguments.settings)?.out))?;
            folder.to_str().ok_or_else(|| nameless(&folder).fail(ExitClass::Usage))?.to_owned()
        }
        None => String::new(),
    };
    say(stdout, form.of(&tables)?.trim_end());
    Ok(())
}

fn needless() -> Finding {
    let finding = Finding::new(STAGE, "--tables", "a format with views: duckdb, spark or clickhouse");
    finding.advice("leave it out; Markdown and the Data Package name no folder of yours")
}

fn nameless(folder: &Path) -> Finding {
    Finding::new(STAGE, "a name that is not UTF-8", "a folder that SQL can name")
        .path(folder)
        .advice("give one with --tables")
}
