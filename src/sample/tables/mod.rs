//! The rows of each table on one day. Each module fills a frame in the declared column order.

mod appeals;
mod consultations;
mod disputes;
mod payments;
mod pickups;
mod refunds;
mod reviews;
mod shops;

use super::frame::Frame;
use super::marketplace::Marketplace;
use crate::domain::Day;
use crate::extracts::tables::Table;

/// The sound rows of `table` on `day`.
pub(super) fn fill<'a>(market: &'a Marketplace<'a>, table: Table, day: Day) -> Frame<'a> {
    let mut frame = Frame::new(table.spec());
    let rows_of = match table {
        Table::Shops => shops::fill,
        Table::Payments => payments::fill,
        Table::Pickups => pickups::fill,
        Table::Reviews => reviews::fill,
        Table::Refunds => refunds::fill,
        Table::Disputes => disputes::fill,
        Table::Consultations => consultations::fill,
        Table::Appeals => appeals::fill,
    };
    rows_of(market, day, &mut frame);
    frame
}
