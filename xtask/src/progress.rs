//! What a command says while it works: which step of how many, what it does, how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Numbers and times the steps of one command.
pub struct Steps {
    total: usize,
    current: usize,
    started: Instant,
}

impl Steps {
    /// A command with this many steps.
    pub fn new(total: usize) -> Self {
        Self { total, current: 0, started: Instant::now() }
    }

    /// Runs one step and says how it went.
    ///
    /// # Errors
    /// The step's own error, with the step's name.
    pub fn run<T>(&mut self, what: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.current += 1;
        let label = format!("[{}/{}]", self.current, self.total);
        eprintln!("{label} {what} …");
        let started = Instant::now();
        let result = step();
        let elapsed = display(started.elapsed());
        match &result {
            Ok(_) => eprintln!("{label} {what}: done in {elapsed}"),
            Err(_) => eprintln!("{label} {what}: FAILED after {elapsed}"),
        }
        result.with_context(|| what.to_owned())
    }

    /// Time since the command began, for people.
    pub fn elapsed(&self) -> String {
        display(self.started.elapsed())
    }
}

fn display(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::display;
    use std::time::Duration;

    #[test]
    fn durations_read_well() {
        assert_eq!(display(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(display(Duration::from_secs(605)), "10 min 05 s");
    }
}
