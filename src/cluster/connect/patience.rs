//! How long to try again: bounded in time, with pauses that double. What is tried on one connection gives up together: a run whose
//! server is gone ends after the tries of one question, not after those of each.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a server may stay away before it counts as gone.
const WHOLE: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What is left of the readiness to try again; whole again after each answer.
pub(super) struct Patience {
    lost_since: Option<Instant>,
    pause: Duration,
    /// Whether any question on this connection has been tried for long enough in vain.
    given_up: Arc<AtomicBool>,
}

impl Patience {
    /// Patience of one question on a connection, whose questions share `given_up`.
    pub(super) fn new(given_up: &Arc<AtomicBool>) -> Self {
        Self { lost_since: None, pause: Duration::ZERO, given_up: Arc::clone(given_up) }
    }

    /// Waits before the next attempt; false where it has been tried for long enough. Warns of the first cause.
    pub(super) fn waits(&mut self, why: impl Display) -> bool {
        let since = *self.lost_since.get_or_insert_with(|| {
            tracing::warn!("the server's answers broke off, asks for them again: {why}");
            Instant::now()
        });
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        if since.elapsed() + self.pause >= WHOLE {
            self.given_up.store(true, Ordering::Relaxed);
        }
        if self.given_up.load(Ordering::Relaxed) {
            return false;
        }
        std::thread::sleep(self.pause);
        true
    }

    /// An answer came.
    pub(super) fn renew(&mut self) {
        self.lost_since = None;
        self.pause = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_a_connection_give_up_together() {
        let (given_up, of_another) = (Arc::default(), Arc::default());
        let mut first = Patience::new(&given_up);
        assert!(first.waits("the server is away"), "it may come back");
        first.lost_since = Instant::now().checked_sub(WHOLE);
        assert!(!first.waits("the server is away"), "it has been away for long enough");
        assert!(!Patience::new(&given_up).waits("the server is away"), "as the first question found out");
        assert!(Patience::new(&of_another).waits("the server is away"), "another connection knows nothing of it");
    }
}
