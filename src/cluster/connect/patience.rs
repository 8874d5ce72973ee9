//! How long to try again: bounded in time, with pauses that double.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long a server may stay away before it counts as gone.
const WHOLE: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What is left of the readiness to try again; whole again after each answer.
#[derive(Default)]
pub(super) struct Patience {
    lost_since: Option<Instant>,
    pause: Duration,
}

impl Patience {
    /// Waits before the next attempt; false where it has been tried for long enough. Warns of the first cause.
    pub(super) fn waits(&mut self, why: impl Display) -> bool {
        let since = *self.lost_since.get_or_insert_with(|| {
            tracing::warn!("the server's answers broke off, asks for them again: {why}");
            Instant::now()
        });
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        let goes_on = since.elapsed() + self.pause < WHOLE;
        if goes_on {
            std::thread::sleep(self.pause);
        }
        goes_on
    }

    /// An answer came.
    pub(super) fn renew(&mut self) {
        *self = Self::default();
    }
}
