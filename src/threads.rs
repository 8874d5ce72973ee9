//! One pool of threads for the whole job: Polars' own, on which our independent work on files and days runs too, so that
//! the two never compete for the cores.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars_core::runtime::THREAD_POOL;
use rayon::prelude::*;
use tracing::Span;

use crate::error::{Outcome, fault};

/// Fixes the number of threads; the pool is built at its first use and never changes after. One that was built before,
/// with another number, is a fault.
pub fn fix(threads: usize) -> Outcome<()> {
    // SAFETY: called once, from the command line, before any other thread exists.
    #[allow(unsafe_code)]
    unsafe {
        std::env::set_var("POLARS_MAX_THREADS", threads.to_string());
    }
    keep_freed_memory();
    let built = THREAD_POOL.current_num_threads();
    if built == threads {
        return Ok(());
    }
    Err(fault("threads", format!("a pool of {built} threads where {threads} were asked for")))
}

/// Lets a thread keep up to 32 MiB of what it has freed, rather than give it back to the system and ask for it again: a
/// table-day takes and frees megabytes many times over, and every page of them would be cleared anew. The allocator (glibc's)
/// keeps twice as much as the largest block that it has seen freed; another takes no notice.
fn keep_freed_memory() {
    const LARGE_BYTES: usize = 16 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE_BYTES)));
}

/// What `work` makes of each of the `items`, in their order. One task each, the longest first, so that no thread waits for a
/// long one at the end.
pub(crate) fn longest_first<T: Sync, R: Send, L: Ord>(
    items: &[T],
    length: impl Fn(&T) -> L,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let mut tasks: Vec<(usize, &T)> = items.iter().enumerate().collect();
    tasks.sort_by_key(|(_, item)| Reverse(length(item)));
    let span = Span::current();
    let task = |(place, item)| (place, span.in_scope(|| work(item)));
    let mut done: Vec<(usize, R)> = tasks.into_iter().par_bridge().map(task).collect();
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, made)| made).collect()
}

/// What `work` makes of each item, in their order, with so many at work at once. For what waits for an answer, and
/// would only stop others on the pool.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], at_once: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, span) = (AtomicUsize::new(0), Span::current());
    let worker = || {
        let mut made = Vec::new();
        while let Some((place, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|place| Some((place, items.get(place)?)))
        {
            made.push((place, span.in_scope(|| work(item))));
        }
        made
    };
    let mut made = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once.min(items.len())).map(|_| scope.spawn(worker)).collect();
        let made =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        made.flatten().collect::<Vec<_>>()
    });
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, made)| made).collect()
}

/// Runs `work` on the pool, in the span that it is called in; parallel iterators inside it use its threads.
pub fn on_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let span = Span::current();
    THREAD_POOL.install(|| span.in_scope(work))
}
