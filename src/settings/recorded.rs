//! The settings that a published night went by, as its record has them: `name=value`, one a line.
//!
//! In: the settings of now. Out: their record, or the same settings with the values of another record in place of theirs.

use super::Settings;
use crate::zone::Zone;

impl Settings {
    /// The settings that reach into a night, its daily partials included.
    pub(crate) fn recorded(&self) -> String {
        let delivery = &self.delivery;
        format!(
            "{}\ntime_zone={}\ntimestamps={}\nint96={}\nearliest_day={}",
            self.described(),
            delivery.zone.name(),
            delivery.timestamps,
            delivery.int96,
            delivery.earliest_day
        )
    }

    /// These settings, but for those of a record; none where the record has one that this release does not know.
    pub(crate) fn under(&self, record: &str) -> Option<Self> {
        let mut settings = self.clone();
        for line in record.lines() {
            let (name, value) = line.split_once('=')?;
            let cycles = &mut settings.cycles;
            match name {
                "window_days" => settings.window_days = value.parse().ok()?,
                "appeal_effect_days" => settings.appeal_effect_days = value.parse().ok()?,
                "rank_within" => settings.rank_within = value.parse().ok()?,
                "after_sales_mix" => settings.after_sales_mix = value.parse().ok()?,
                "assessment_cycle" => cycles.assessment_cycle = value.parse().ok()?,
                "shop_year_from" => cycles.shop_year_from = value.parse().ok()?,
                "exempt_months" => cycles.exempt_months = value.parse().ok()?,
                "time_zone" => settings.delivery.zone = Zone::named(value)?,
                "timestamps" => settings.delivery.timestamps = value.parse().ok()?,
                "int96" => settings.delivery.int96 = value.parse().ok()?,
                "earliest_day" => settings.delivery.earliest_day = value.parse().ok()?,
                _ => return None,
            }
        }
        Some(settings)
    }
}

/// The settings that two records have otherwise: `name old→new`.
pub(crate) fn changes(before: &str, now: &str) -> Vec<String> {
    let value = |record: &str, name: &str| {
        let of_name = record.lines().filter_map(|line| line.split_once('=')).find(|(of, _)| *of == name);
        of_name.map_or("none".to_owned(), |(_, value)| value.to_owned())
    };
    let names = now.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let changed = names.filter(|name| value(before, name) != value(now, name));
    changed.map(|name| format!("{name} {}→{}", value(before, name), value(now, name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::resolve;

    fn settings(given: &[(&str, &str)]) -> Settings {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(None, std::iter::empty(), given).unwrap()
    }

    #[test]
    fn settings_under_a_record_are_those_that_it_was_made_of() {
        let now = settings(&[]);
        for (name, value) in [
            ("window_days", "7"),
            ("appeal_effect_days", "3"),
            ("rank_within", "assessment_category"),
            ("after_sales_mix", "volume"),
            ("assessment_cycle", "calendar_year"),
            ("shop_year_from", "2020-01-01"),
            ("exempt_months", "0"),
            ("time_zone", "UTC"),
            ("timestamps", "local"),
            ("int96", "utc"),
            ("earliest_day", "2001-01-01"),
        ] {
            let record = settings(&[(name, value)]).recorded();
            assert_eq!(now.under(&record).unwrap().recorded(), record, "{name}");
            let changes = changes(&now.recorded(), &record);
            assert!(
                matches!(changes.as_slice(), [one] if one.starts_with(name) && one.ends_with(value)),
                "{changes:?}"
            );
        }
        assert!(now.under("other=1").is_none());
    }
}
