//! Ending on a signal: SIGTERM and SIGINT end the process at once, but never inside the switch to a new generation.
//!
//! Nothing needs to be undone: what a run has written is invisible until that switch, and the next run removes it.

use std::io::Write;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::{io, process, thread};

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::error::{Outcome, fault};
use crate::exit_codes::after_signal;

/// How often this process has changed what readers see; held while it does.
static SWITCHES: Mutex<u32> = Mutex::new(0);
static LISTENING: Once = Once::new();

/// Changes what readers see: a signal waits until that is done.
pub(crate) fn uninterrupted<T>(switch: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let mut switches = SWITCHES.lock().unwrap_or_else(PoisonError::into_inner);
    let outcome = switch()?;
    *switches += 1;
    Ok(outcome)
}

/// From now on a signal ends the process with 128 and its number, and a line on stderr.
pub(crate) fn listen() -> Outcome<()> {
    let mut outcome = Ok(());
    LISTENING.call_once(|| {
        // Where a file may grow no further, the write fails and says so; the signal would end the process without a word.
        outcome = flag::register(SIGXFSZ, Arc::default())
            .and_then(|_| Signals::new([SIGTERM, SIGINT]))
            .map(|mut signals| drop(thread::spawn(move || signals.forever().for_each(end))))
            .map_err(|error| fault("signals", error));
    });
    outcome
}

fn end(signal: i32) {
    let switches = SWITCHES.lock().unwrap_or_else(PoisonError::into_inner);
    let name = if signal == SIGINT { "SIGINT" } else { "SIGTERM" };
    let so_far = match *switches {
        0 => "nothing published; the next run removes what this one has begun".to_owned(),
        1 => "after what it published; run again for what is left".to_owned(),
        many => format!("after {many} publications; run again for what is left"),
    };
    // Whoever stopped the run may have closed stderr as well.
    let _ = writeln!(io::stderr(), "error: interrupted by {name}, {so_far}");
    process::exit(after_signal(signal));
}
