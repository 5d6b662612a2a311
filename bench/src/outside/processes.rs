//! What Linux says of other processes.

use anyhow::{Context, Result};
use std::time::Duration;

/// Ticks a second of `/proc/PID/stat`: 100 on every Linux of today, whatever the kernel's own.
const TICKS: u64 = 100;

/// Time on processors, in user and in system mode, of all threads since the start; children not counted.
///
/// # Errors
/// When there is no such process.
pub fn cpu(pid: u32) -> Result<Duration> {
    let file = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&file).with_context(|| format!("read {file}"))?;
    cpu_of(&text).with_context(|| format!("{file} is not as expected"))
}

fn cpu_of(stat: &str) -> Option<Duration> {
    // The name stands in parentheses and may have spaces; utime and stime are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<u64> = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    let [user, system] = fields[..] else { return None };
    Some(Duration::from_millis((user + system) * 1000 / TICKS))
}

/// Memory in use now, shared pages of files included.
///
/// # Errors
/// When there is no such process.
pub fn resident_bytes(pid: u32) -> Result<u64> {
    status(pid, "VmRSS:")
}

/// The most memory that was ever in use.
///
/// # Errors
/// When there is no such process.
pub fn peak_bytes(pid: u32) -> Result<u64> {
    status(pid, "VmHWM:")
}

fn status(pid: u32, line: &str) -> Result<u64> {
    let file = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&file).with_context(|| format!("read {file}"))?;
    kibibytes(&text, line).map(|kibibytes| kibibytes * 1024).with_context(|| format!("{file} has no {line}"))
}

fn kibibytes(text: &str, line: &str) -> Option<u64> {
    let rest = text.lines().find_map(|text| text.strip_prefix(line))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// How busy the machine is: its load over 1, 5 and 15 minutes, as the system writes it.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_behind_any_name() {
        let stat = "17 (a) b (c)) S 1 17 17 0 -1 4194560 5 6 7 8 250 50 9 9 20 0 4 0 100 1 1";
        assert_eq!(cpu_of(stat), Some(Duration::from_secs(3)));
        assert_eq!(cpu_of("17"), None);
    }

    #[test]
    fn memory_is_read_by_its_name() {
        let text = "VmPeak:\t  9 kB\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n";
        assert_eq!((kibibytes(text, "VmHWM:"), kibibytes(text, "VmRSS:")), (Some(2048), Some(1024)));
        assert_eq!(kibibytes(text, "VmSwap:"), None);
    }

    #[test]
    fn this_process_is_there() {
        let pid = std::process::id();
        assert!(resident_bytes(pid).unwrap() > 0 && peak_bytes(pid).unwrap() >= resident_bytes(pid).unwrap() / 2);
        cpu(pid).unwrap();
        assert!(cpu(u32::MAX).is_err());
    }
}
