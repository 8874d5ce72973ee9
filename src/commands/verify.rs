//! `shopscore verify`: every published and stored file against its recorded hash. It takes no lock and changes nothing.

use std::io::Write;

use serde::Serialize;

use super::{begin, tell};
use crate::answers::{Answer, Part};
use crate::cli::Verify;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::publish::verification;
use crate::state;

/// How many files were checked, and what is wrong with some.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Verified {
    /// The folder of what is published.
    out: String,
    /// How many published files were checked.
    published_files: usize,
    /// The folder of the state.
    state: String,
    /// How many files of the state folder were checked.
    stored_files: usize,
    /// What is not as it was recorded; nothing where all is well.
    findings: Vec<NotAsRecorded>,
}

#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NotAsRecorded {
    /// One line, as stderr has it.
    said: String,
}

impl Answer for Verified {
    const SCHEMA: &'static str = "verify/1";
    type Row = NotAsRecorded;
    const COLUMNS: &'static str = "said";

    fn rows(&self) -> Vec<NotAsRecorded> {
        self.findings.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let Self { out, published_files, state, stored_files, findings } = self;
        // What is wrong goes to stderr, as every error does.
        if !findings.is_empty() {
            return Vec::new();
        }
        let checked =
            format!("{published_files} published files under {out} and {stored_files} stored files under {state}");
        vec![Part::Line(format!("{checked} are as recorded"))]
    }
}

pub(super) fn run(arguments: &Verify, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let published = verification::verify(&settings.out)?;
    let (stored, mut findings) = state::verification::verify(&settings.state)?;
    findings.splice(..0, published.findings);
    let told = |finding: &Finding| NotAsRecorded { said: finding.to_string() };
    let verified = Verified {
        out: settings.out.display().to_string(),
        published_files: published.files,
        state: settings.state.display().to_string(),
        stored_files: stored,
        findings: findings.iter().map(told).collect(),
    };
    tell(&verified, arguments.form, stdout)?;
    Failure::unless_empty(ExitClass::State, findings)
}
