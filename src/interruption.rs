//! Ending on a signal: every signal that would end the process and can be caught ends it at once, but never inside the switch to a new
//! generation, and after its last words.
//!
//! Nothing needs to be undone: what a run has written is invisible until that switch, and the next run removes it. What a fault of the
//! processor raises is not caught: the work could not go on from there. A signal that was ignored before (`nohup`) stays ignored; a second
//! one ends the process whatever its last words are waiting for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::{fs, process, thread};

use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::exit_codes::{SIGNALS, after_signal};
use crate::logs;

const STAGE: &str = "signals";

/// The generations that this process has shown readers, in order; held while it changes what they see.
static SWITCHES: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// Whether a signal is ending the process: the next one ends it at once.
static IS_ENDING: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// Signals that are caught from the beginning on, until they are listened to.
static CAUGHT: Mutex<Option<Signals>> = Mutex::new(None);
/// What is done before the process ends; it tells of the end, and may end the process with another exit code.
static LAST_WORDS: Mutex<Option<LastWords>> = Mutex::new(None);

type LastWords = Box<dyn FnOnce(&Interrupted<'_>) + Send>;

/// An end by a signal.
pub(crate) struct Interrupted<'a> {
    /// What is told of it.
    pub(crate) failure: Failure,
    /// The exit code.
    pub(crate) code: u8,
    /// The generations that this process has shown readers.
    pub(crate) shown: &'a [String],
}

/// Changes what readers see to a generation: a signal waits until that is done.
pub(crate) fn uninterrupted<T>(generation: String, switch: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let mut switches = SWITCHES.lock().unwrap_or_else(PoisonError::into_inner);
    let outcome = switch()?;
    switches.push(generation);
    Ok(outcome)
}

/// From now on signals are caught; what they are to do waits for [`listen`]. Called before the number of threads is fixed: no thread is
/// made by it.
pub(crate) fn catch() -> Outcome<()> {
    // Where a file may grow no further, the write fails and says so; the signal would end the process without a word.
    let caught = flag::register(SIGXFSZ, Arc::default()).and_then(|_| {
        let ignored = ignored();
        let caught = SIGNALS.iter().map(|(signal, _)| *signal).filter(|signal| ignored >> (signal - 1) & 1 == 0);
        for signal in caught.clone() {
            flag::register_conditional_shutdown(signal, after_signal(signal), Arc::clone(&IS_ENDING))?;
        }
        Signals::new(caught)
    });
    *CAUGHT.lock().unwrap_or_else(PoisonError::into_inner) = Some(caught.map_err(|error| fault(STAGE, error))?);
    Ok(())
}

/// The signals that were ignored when the process began, a bit each; none where the system does not tell.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// From now on a signal ends the process with 128 and its number, and a finding on stderr.
pub(crate) fn listen() {
    let caught = CAUGHT.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mut signals) = caught {
        drop(thread::spawn(move || signals.forever().for_each(end)));
    }
}

/// What is to be done before a signal ends the process, in place of telling what happened; another signal cuts it off.
pub(crate) fn before_the_end(last_words: impl FnOnce(&Interrupted<'_>) + Send + 'static) {
    *LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(last_words));
}

fn end(signal: i32) {
    IS_ENDING.store(true, Ordering::SeqCst);
    let shown = SWITCHES.lock().unwrap_or_else(PoisonError::into_inner);
    let so_far = match shown.len() {
        0 => "nothing published".to_owned(),
        1 => "after what it published".to_owned(),
        many => format!("after {many} publications"),
    };
    let name = SIGNALS.iter().find(|(number, _)| *number == signal).map_or("a signal", |(_, name)| name);
    let finding = Finding::new(STAGE, format!("an end by {name}, {so_far}"), "the end of the work");
    // What a signal ends has a code and no class; who tells of it says so.
    let failure = finding.advice("run again: it removes what was begun and does what is left").fail(ExitClass::Fault);
    let code = u8::try_from(after_signal(signal)).unwrap_or(u8::MAX);
    let interrupted = Interrupted { failure, code, shown: &shown };
    match LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(last_words) => last_words(&interrupted),
        None => logs::tell_at_once(&interrupted.failure),
    }
    process::exit(code.into());
}
