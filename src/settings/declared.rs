//! The settings, declared once: values, refusals and the help of flags are made from this.
//!
//! A setting has one name everywhere: `time_zone` in the file, `SHOPSCORE_TIME_ZONE` in the environment,
//! `--set time_zone=…` or a flag of its own on the command line.

use strum::VariantNames;

use crate::domain::Day;
use crate::extracts::delivery::{Int96Is, TimestampsAre};
use crate::policies::{AfterSalesMix, AnnualFeeBy, AssessmentCycle, RankWithin};
use crate::rulebook::Decimal4;
use crate::settings::addresses;
use crate::zone::Zone;

pub(super) const STAGE: &str = "settings";

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The same in every layer.
    pub name: &'static str,
    pub(super) kind: Kind,
    /// What it is where it is not given, as text; empty: nothing.
    pub default: &'static str,
    /// What holds without a value, in words; empty: nothing.
    pub(super) otherwise: &'static str,
    /// Where it reaches.
    pub reaches: Reach,
    /// What it is, in words.
    doc: &'static str,
    /// Its own flag, if it has one, and what stands for the value in the help of it.
    pub(crate) flag: Option<(&'static str, &'static str)>,
}

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The folder that paths of the file are relative to: of the file alone.
    Root,
    Folder,
    /// A folder, or the URL of one that an engine reads.
    FolderOrUrl,
    File,
    /// Our own engine, or the address of another one: what may hold a secret is not told.
    Engine,
    /// A command line, which may hold a secret: its value is not told.
    Command,
    Text,
    Zone,
    Day,
    Switch,
    Percent,
    /// Folders, with commas between.
    Folders,
    /// Some of these names, with commas between.
    SomeOf(&'static [&'static str]),
    /// One of these names.
    OneOf(&'static [&'static str]),
    /// A number of this unit, from the lowest to the highest.
    Between(&'static str, u64, u64),
    /// A number of this unit, the lowest or more; the highest is beyond all that makes sense.
    AtLeast(&'static str, u64, u64),
}

/// Where a setting reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Into the figures of a night, besides its daily partials.
    Night,
    /// Into the daily partials.
    Partials,
    /// Into the settlements of years alone: no night depends on it.
    Settlements,
    /// Into no figure: where things lie, what stops a run, what is kept, how fast it goes.
    Run,
}

use Kind::{AtLeast, Between, Command, File, Folder, FolderOrUrl, OneOf, Percent, Switch, Text};
use Reach::{Night, Partials, Run, Settlements};

const DAYS: Kind = AtLeast("days", 0, 36_600);
const ROWS: Kind = AtLeast("rows", 0, i64::MAX.unsigned_abs());
const FEW_DAYS: Kind = AtLeast("days", 0, 3_660);
const RUNS: Kind = AtLeast("runs", 1, u64::MAX);
const FREE_MIB: Kind = AtLeast("MiB", 0, 1 << 40);
const THREADS: Kind = Between("threads", 1, 1024);
const MAY_LACK: Kind = Kind::SomeOf(&["disputes", "appeals"]);
const TIMES: Kind = OneOf(TimestampsAre::VARIANTS);
const INT96: Kind = OneOf(Int96Is::VARIANTS);
const CYCLE: Kind = OneOf(AssessmentCycle::VARIANTS);
const EXEMPT: Kind = Between("months", 0, 120);
const MIX: Kind = OneOf(AfterSalesMix::VARIANTS);
const FEE: Kind = OneOf(AnnualFeeBy::VARIANTS);
const RANK: Kind = OneOf(RankWithin::VARIANTS);
const MEMORY: &str = "how much memory the work is planned for, in MiB";
const ENGINE: &str = "what reads the extracts: local, or the engine at sc://HOST:PORT";
const WAIT: &str = "how many seconds to wait for another run that holds the lock";

/// All settings.
pub static SETTINGS: [Setting; 63] = [
    setting("root", Kind::Root, "", Run, "the folder that paths in this file are relative to")
        .or("the folder of the file"),
    setting("extracts", FolderOrUrl, "sample_data", Run, "the folder of the extracts").flag("extracts", "DIR"),
    setting("rules", Folder, "jobs/rules", Run, "the folder of the rule tables").flag("rules", "DIR"),
    setting("state", Folder, "state", Run, "the folder of the job's own state").flag("state", "DIR"),
    setting("out", Folder, "out", Run, "the folder of the published files").flag("out", "DIR"),
    setting("threads", THREADS, "", Run, "how many threads may work").or("one a core").flag("threads", "N"),
    setting("time_zone", Kind::Zone, "Asia/Shanghai", Partials, "the business time zone"),
    setting("window_days", Between("days", 1, 366), "30", Night, "how many natural days a window has"),
    setting("history_starts_on", Kind::Day, "", Run, "days before this one may lack partitions"),
    setting("max_snapshot_age_days", DAYS, "7", Run, "how old the shop snapshot may be"),
    setting("extracts_kept_days", DAYS, "", Run, "older extracts may be gone").or("extracts are kept for ever"),
    setting("linked_roots", Kind::Folders, "", Run, "folders outside the extracts that links may lead into"),
    setting("may_be_absent", MAY_LACK, "", Run, "tables that may lack every day of the window"),
    setting("require_manifest", Switch, "false", Run, "whether every partition must carry a manifest"),
    setting("require_success_marker", Switch, "false", Run, "whether every partition must hold _SUCCESS"),
    setting("timestamps", TIMES, "as_typed", Partials, "what timestamps are, whatever their types say"),
    setting("int96", INT96, "refused", Partials, "what timestamps of the old type INT96 are"),
    setting("earliest_day", Kind::Day, "2000-01-01", Partials, "days and times before it are no real ones"),
    setting("engine", Kind::Engine, addresses::LOCAL, Run, ENGINE).flag("engine", "ADDRESS"),
    setting("engine_queries", Between("queries", 1, 64), "2", Run, "how many queries an engine runs side by side"),
    setting(
        "engine_result_mib",
        AtLeast("MiB", 1, 1 << 40),
        "1024",
        Run,
        "what one answer of an engine may bring here",
    ),
    setting("engine_token_file", File, "", Run, "the file with the bearer token of the engine").or("none"),
    setting("engine_ca_file", File, "", Run, "the file with the certificates that the engine is trusted by")
        .or("those known"),
    setting("appeal_effect_days", FEW_DAYS, "1", Night, "how long after its decision an appeal takes effect"),
    setting("rank_within", RANK, "primary_category", Night, "what shops are ranked inside of"),
    setting("after_sales_mix", MIX, "equal", Night, "how the two after-sales tiers make one score"),
    setting("assessment_cycle", CYCLE, "shop_year", Night, "which months failures are counted over"),
    setting("shop_year_from", Kind::Day, "2018-10-01", Night, "shops that joined before it have calendar years"),
    setting("exempt_months", EXEMPT, "3", Night, "how many months shops that joined later are not assessed"),
    setting("annual_fee_by", FEE, "months", Settlements, "what the annual fee and its sales lines go by"),
    setting("max_quarantined_percent", Percent, "1", Run, "the most of a table-day that may be quarantined"),
    setting("max_quarantined_rows", ROWS, "20", Run, "so many rows may always be quarantined"),
    setting("max_unscored_percent", Percent, "5", Run, "the most of the shops that may be without a score"),
    setting("min_snapshot_percent", Percent, "80", Run, "the least rows of a shop snapshot, of the one before"),
    setting("max_unknown_shop_percent", Percent, "5", Run, "the most of a table-day that may be of unknown shops"),
    setting("max_unknown_shop_rows", ROWS, "1000", Run, "so many rows may always be of unknown shops"),
    setting("min_rows_percent", Percent, "20", Run, "the least rows of a day, of the median day's"),
    setting("min_rows_median", ROWS, "1000", Run, "smaller median days are not compared with"),
    setting("warn_quarantined_percent", Percent, "0.5", Run, "the most of a table-day quarantined without a warning"),
    setting("warn_quarantined_rows", ROWS, "10", Run, "so many quarantined rows are never warned of"),
    setting("warn_unscored_percent", Percent, "3", Run, "the most of the shops without a score and without a warning"),
    setting("warn_snapshot_percent", Percent, "95", Run, "the least rows of a snapshot without a warning"),
    setting("warn_snapshot_age_days", DAYS, "6", Run, "how old the shop snapshot may be without a warning"),
    setting("warn_unknown_shop_percent", Percent, "1", Run, "the most of a table-day of unknown shops, not warned of"),
    setting("warn_unknown_shop_rows", ROWS, "100", Run, "so many rows of unknown shops are never warned of"),
    setting("warn_rows_percent", Percent, "50", Run, "the least rows of a day without a warning, of the median day's"),
    setting("warn_rows_median", ROWS, "100", Run, "smaller median days are never warned of"),
    setting("quarantine_days", DAYS, "90", Run, "how long quarantined rows are kept"),
    setting("keep_generations", RUNS, "30", Run, "of how many runs the last generation is kept at most"),
    setting("keep_generations_days", DAYS, "90", Run, "how long a generation is kept at most"),
    setting("catch_up_days", DAYS, "7", Run, "how many missed days a night without a date catches up"),
    setting("memory_limit_mib", AtLeast("MiB", 1, u64::MAX), "", Run, MEMORY)
        .or("no limit")
        .flag("memory-limit", "MIB"),
    setting("wait_seconds", AtLeast("seconds", 0, 1_000_000), "0", Run, WAIT).flag("wait", "SECONDS"),
    setting("min_free_mib", FREE_MIB, "64", Run, "how much must be free where a run writes"),
    setting("metrics_file", File, "", Run, "the file that metrics are written to, for Prometheus").or("no metrics"),
    setting("openlineage_file", File, "", Run, "the file that events are added to, for OpenLineage").or("no events"),
    setting("openlineage_namespace", Text, "shopscore", Run, "the namespace of the job in OpenLineage"),
    setting("on_success", Command, "", Run, "the command that gets the record of a run that succeeded").or("none"),
    setting("on_failure", Command, "", Run, "the command that gets the record of a run that failed").or("none"),
    setting("keep_runs_days", AtLeast("days", 1, 36_600), "400", Run, "how long the records of runs are kept"),
    setting("publish_months", Switch, "true", Run, "whether nights are published once more, a file a month"),
    setting("report", Switch, "false", Run, "whether runs make the report of the newest night that readers see"),
    setting("rehash", Switch, "false", Run, "whether files are read even where only their bytes can differ"),
];

/// Without words for no value, and without a flag of its own.
const fn setting(name: &'static str, kind: Kind, default: &'static str, reaches: Reach, doc: &'static str) -> Setting {
    Setting { name, kind, default, otherwise: "", reaches, doc, flag: None }
}

impl Setting {
    const fn or(self, otherwise: &'static str) -> Self {
        Self { otherwise, ..self }
    }

    const fn flag(self, flag: &'static str, value: &'static str) -> Self {
        Self { flag: Some((flag, value)), ..self }
    }

    /// What it is, as the help of a flag says it.
    pub(crate) fn help(&self) -> String {
        let mut letters = self.doc.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    }

    /// The folders or the file that a value of it names: none where it is of another kind.
    pub(super) fn folders<'a>(&self, value: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let (is_path, is_list) = (matches!(self.kind, Folder | FolderOrUrl | File), self.kind == Kind::Folders);
        let folders = value.filter(|_| is_path || is_list).into_iter();
        folders
            .flat_map(move |text| text.split(move |letter| is_list && letter == ','))
            .map(move |folder| if is_list { folder.trim() } else { folder })
    }

    /// Whether a list is one of its values.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::Folders | Kind::SomeOf(_))
    }

    pub(super) fn accepts(&self, text: &str) -> bool {
        match self.kind {
            Kind::Root | Folder | FolderOrUrl | File | Command | Text => !text.is_empty(),
            Kind::Engine => addresses::accepts(text),
            Kind::Zone => Zone::named(text).is_some(),
            Kind::Day => text.parse::<Day>().is_ok(),
            Switch => text.parse::<bool>().is_ok(),
            Percent => text.parse::<Decimal4>().is_ok(),
            Kind::Folders => text.split(',').all(|folder| !folder.trim().is_empty()),
            Kind::SomeOf(names) => text.split(',').all(|name| names.contains(&name.trim())),
            OneOf(names) => names.contains(&text),
            Between(_, lowest, highest) | AtLeast(_, lowest, highest) => {
                text.parse().is_ok_and(|number| (lowest..=highest).contains(&number))
            }
        }
    }

    /// A text that is refused, as far as it may be told.
    pub(super) fn told<'a>(&self, text: &'a str) -> &'a str {
        if self.kind == Kind::Engine { addresses::told(text) } else { text }
    }

    /// What to do about a text that is refused.
    pub(super) fn advice(&self, text: &str) -> String {
        if self.kind == Kind::Engine { addresses::advice(text) } else { "correct the value".to_owned() }
    }

    /// What a value must be, in words.
    pub(super) fn wanted(&self) -> String {
        let kind = match self.kind {
            Kind::Root | Folder | FolderOrUrl | File | Command | Text => self.doc.to_owned(),
            Kind::Engine => "local, or sc://HOST:PORT with /;NAME=VALUE behind it or without".to_owned(),
            Kind::Zone => "a time zone of the IANA database".to_owned(),
            Kind::Day => "a day YYYY-MM-DD".to_owned(),
            Switch => "true or false".to_owned(),
            Percent => "a percentage".to_owned(),
            Kind::Folders => "folders, with commas between".to_owned(),
            Kind::SomeOf(names) => format!("{}, or several with commas between", names.join(" or ")),
            OneOf(names) => names.join(" or "),
            Between(unit, lowest, highest) => format!("a number of {unit} from {lowest} to {highest}"),
            AtLeast(unit, lowest, _) => format!("a number of {unit}, {lowest} or more"),
        };
        if self.otherwise.is_empty() { kind } else { format!("{kind} (default: {})", self.otherwise) }
    }
}
