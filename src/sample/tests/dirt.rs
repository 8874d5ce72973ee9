//! Damaged rows: every reason occurs, and no table-day has so many that a run would stop.

use std::collections::BTreeSet;
use std::path::Path;

use super::{day, days, instants, integers, rows, texts, written};
use crate::extracts::tables::Table;
use crate::sample::rhythm::{DAY, midnight};

#[test]
fn dirty_rows_break_every_rule_that_a_table_declares() {
    let today = day("2022-02-10");
    let folder = written("2022-02-10", "2022-02-11", |request| request.dirty = true);
    let reviews = rows(folder.path(), Table::Reviews, today);
    let required = Table::Reviews.spec().columns.iter().filter(|column| !column.nullable);
    let null_count = |column: &str| reviews.column_by_name(column).unwrap().null_count();
    assert_eq!(required.map(|column| null_count(column.name)).sum::<usize>(), 1);
    let is_today = |at: &i64| (midnight(today)..midnight(today) + DAY).contains(at);
    assert_eq!(instants(&reviews, "rated_at").iter().flatten().filter(|at| !is_today(at)).count(), 1);
    for column in ["description_stars", "logistics_stars"] {
        assert_eq!(
            integers(&reviews, column).iter().flatten().filter(|stars| !(1..=5).contains(*stars)).count(),
            1
        );
    }
    assert!(integers(&reviews, "shop_id").contains(&Some(999_999_999_999)));

    let refunds = rows(folder.path(), Table::Refunds, today);
    let times = instants(&refunds, "applied_at").into_iter().zip(instants(&refunds, "completed_at"));
    let reversed = times.filter(|(applied, completed)| applied > completed).count();
    assert!(reversed >= 1);
    let types = texts(&refunds, "refund_type");
    assert!(types.contains(&Some("unlisted".to_owned())));
    assert!(types.iter().flatten().any(|text| text.trim() != text));

    let ids = integers(&rows(folder.path(), Table::Disputes, today), "dispute_id");
    assert!(ids.iter().flatten().count() > ids.iter().flatten().collect::<BTreeSet<_>>().len());
    let record_days = days(&rows(folder.path(), Table::Appeals, today), "record_dt");
    assert!(record_days.contains(&Some(today.plus(1))));
    let replied = rows(folder.path(), Table::Consultations, today);
    let times = instants(&replied, "asked_at").into_iter().zip(instants(&replied, "human_replied_at"));
    assert!(times.filter(|(asked, replied)| replied.is_some() && replied < asked).count() >= 1);
}

#[test]
fn dirty_rows_stay_below_the_limit_that_stops_a_run() {
    let dirty = written("2022-02-10", "2022-02-10", |request| request.dirty = true);
    let sound = written("2022-02-10", "2022-02-10", |_| ());
    for table in Table::ALL {
        let count = |folder: &Path| rows(folder, table, day("2022-02-10")).num_rows();
        let added = count(dirty.path()) - count(sound.path());
        assert!((4..=15).contains(&added), "{added} more {}", table.name());
    }
}
