//! The variables of the environment that a run reads, declared once: the manual pages and docs/REFERENCE.md list them from here.

/// A variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name, or what stands for the names of many.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// What the variables that are settings begin with.
pub(crate) const SETTING_PREFIX: &str = "SHOPSCORE_";

/// No setting itself, though it begins like one.
pub(crate) const SETTINGS_FILE: Variable =
    Variable { name: "SHOPSCORE_CONFIG", meaning: "the file of settings, where --config names none" };

pub(crate) const NO_COLOR: Variable =
    Variable { name: "NO_COLOR", meaning: "with any value but an empty one: no colour on a terminal either" };

pub(crate) const ENGINE_TOKEN: Variable = Variable {
    name: "SPARK_CONNECT_AUTHENTICATE_TOKEN",
    meaning: "the bearer token of the setting engine, where engine_token_file names none; it is never told",
};

/// All that are read.
pub static VARIABLES: [Variable; 4] = [
    SETTINGS_FILE,
    Variable {
        name: "SHOPSCORE_NAME",
        meaning: "the setting NAME, in capitals: SHOPSCORE_TIME_ZONE; it wins over the file, and flags win over it",
    },
    ENGINE_TOKEN,
    NO_COLOR,
];
