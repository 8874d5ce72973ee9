//! The rows of each table on one day. Each module adds them in the declared column order.

mod appeals;
mod consultations;
mod disputes;
mod payments;
mod pickups;
mod refunds;
mod reviews;
mod shops;

use super::marketplace::Marketplace;
use super::table_day::TableDay;
use crate::domain::Day;
use crate::extracts::tables::Table;

/// The sound rows of `table` on `day`.
pub(super) fn of(market: &Marketplace<'_>, table: Table, day: Day) -> TableDay {
    let mut rows = TableDay::new(table.spec());
    let add = match table {
        Table::Shops => shops::add,
        Table::Payments => payments::add,
        Table::Pickups => pickups::add,
        Table::Reviews => reviews::add,
        Table::Refunds => refunds::add,
        Table::Disputes => disputes::add,
        Table::Consultations => consultations::add,
        Table::Appeals => appeals::add,
    };
    add(market, day, &mut rows);
    rows
}
