//! The rows of each table on one day, made in the declared column order.

mod appeals;
mod consultations;
mod of_orders;
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
        Table::Payments => of_orders::add_payments,
        Table::Pickups => of_orders::add_pickups,
        Table::Reviews => of_orders::add_reviews,
        Table::Refunds => of_orders::add_refunds,
        Table::Disputes => of_orders::add_disputes,
        Table::Consultations => consultations::add,
        Table::Appeals => appeals::add,
    };
    add(market, day, &mut rows);
    rows
}
