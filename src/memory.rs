//! How much of a table-day is worked on at once, so that a run stays within a memory limit.
//!
//! In: the rows of a table-day and the limit. Out: in how many shares its rows are dealt out, each of them read, judged and
//! summed alone; their sums add up. Without a limit a table-day is one share.

/// What a run takes besides table-days: the program, the shops, the window. It grows with the shops, not with the rows.
const BASE_MIB: u64 = 112;
/// More than a row takes while its table-day is read, judged and summed: 58 bytes, as measured over 500 million rows.
const ROW_BYTES: u64 = 80;
/// A share is worth its pass over the files only from this size.
const LEAST_SHARE_MIB: u64 = 8;
const MIB: u64 = 1 << 20;

/// In how many shares a table-day of so many rows is worked on, where so many threads work under the limit, if there is one.
pub(crate) fn shares(rows: usize, limit_mib: Option<u64>, threads: usize) -> u64 {
    let Some(limit_mib) = limit_mib else { return 1 };
    let share_mib = (limit_mib.saturating_sub(BASE_MIB) / threads.max(1) as u64).max(LEAST_SHARE_MIB);
    (rows as u64 * ROW_BYTES).div_ceil(share_mib * MIB).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_all_threads_fit_beside_the_rest() {
        // 312 MiB less the base are 100 MiB for each of two threads, 1,310,720 rows.
        for (case, rows, limit_mib, threads, expected) in [
            ("without a limit a day is one share", usize::MAX >> 8, None, 2, 1),
            ("as much as fits", 1_310_720, Some(312), 2, 1),
            ("one row more", 1_310_721, Some(312), 2, 2),
            ("one thread has room for all", 1_310_721, Some(312), 1, 1),
            ("no rows", 0, Some(312), 2, 1),
            ("a limit below the base leaves shares of the least size", 104_857, Some(1), 2, 1),
            ("and one row more than that", 104_858, Some(1), 2, 2),
        ] {
            assert_eq!(shares(rows, limit_mib, threads), expected, "{case}");
        }
    }
}
