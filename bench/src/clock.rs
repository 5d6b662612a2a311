//! Time on the processor, and distributions of times.

use anyhow::{Context, Result};
use std::time::Duration;

/// How long the calling thread has run on a processor, whatever else the machine did meanwhile.
/// Linux brings it up to date at every tick, some milliseconds apart.
///
/// # Errors
/// Where the system does not tell.
pub fn on_cpu() -> Result<Duration> {
    read("/proc/thread-self/schedstat")
}

/// As [`on_cpu`], for all threads of the program that live now.
///
/// # Errors
/// Where the system does not tell.
pub fn process_cpu() -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for thread in std::fs::read_dir("/proc/self/task").context("list /proc/self/task")? {
        // One that ends meanwhile is one that did nothing worth counting.
        sum += read(&format!("{}/schedstat", thread?.path().display())).unwrap_or_default();
    }
    Ok(sum)
}

fn read(file: &str) -> Result<Duration> {
    let text = std::fs::read_to_string(file).with_context(|| format!("read {file}"))?;
    let first = text.split_whitespace().next().with_context(|| format!("{file} is empty"))?;
    Ok(Duration::from_nanos(first.parse().with_context(|| format!("{file} does not begin with a number"))?))
}

/// Times of one thing done often.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Milliseconds within which `percent` of 100 were done, by nearest rank; 0 where there are none.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.0.sort_unstable();
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut times = Times::default();
        assert_eq!(times.percentile(99), 0.0);
        (1..=200).rev().for_each(|ms| times.add(Duration::from_millis(ms)));
        assert_eq!((times.percentile(50), times.percentile(99), times.percentile(100)), (100.0, 198.0, 200.0));
    }

    #[test]
    fn work_takes_time_on_the_processor() {
        let before = on_cpu().unwrap();
        let begun = std::time::Instant::now();
        while on_cpu().unwrap() == before {
            assert!(begun.elapsed() < Duration::from_secs(60), "the clock stands still");
        }
        assert!(process_cpu().unwrap() >= on_cpu().unwrap() - before);
    }
}
