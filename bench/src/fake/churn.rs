//! Changes at an even rate, over all clusters in turn.

use super::member::Member;
use super::protocol::Trouble;
use simulator::fleet::Seeded;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

const TICK: Duration = Duration::from_millis(10);
/// After a pause of the whole process no more than this is made up for.
const MOST_AT_ONCE: f64 = 2_000.0;

/// Changes a second of a cluster that floods: twice the bytes that the server lets a watch bring.
const FLOOD: f64 = 4_000.0;

/// How many events are due, for a rate that may change.
#[derive(Default)]
struct Due(f64);

impl Due {
    fn after(&mut self, elapsed: Duration, rate: f64) -> usize {
        self.0 = (self.0 + elapsed.as_secs_f64() * rate).min(MOST_AT_ONCE);
        let whole = self.0.floor();
        self.0 -= whole;
        whole as usize
    }
}

/// Changes pods as the rate says, until nobody can change the rate any more.
pub async fn run(members: Arc<[Arc<Member>]>, rate: watch::Receiver<f64>) {
    let mut rng = Seeded::new(20_261_126);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut due, mut flood, mut last, mut turn) = (Due::default(), Due::default(), Instant::now(), 0);
    while rate.has_changed().is_ok() {
        tick.tick().await;
        let now = Instant::now();
        for _ in 0..due.after(now - last, *rate.borrow()) {
            members[turn % members.len()].change(rng.next_u64() as usize, None);
            turn += 1;
        }
        let many = flood.after(now - last, FLOOD);
        for member in members.iter().filter(|member| member.trouble() == Some(Trouble::Flooding)) {
            (0..many).for_each(|_| member.change(rng.next_u64() as usize, None));
        }
        last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_an_event_is_lost() {
        let mut due = Due::default();
        let sum: usize = (0..1000).map(|_| due.after(Duration::from_millis(10), 33.0)).sum();
        assert!((329..=330).contains(&sum), "{sum}");
        assert_eq!(due.after(Duration::from_secs(100), 33.0), 2_000);
        assert_eq!(due.after(Duration::from_secs(1), 0.0), 0);
    }
}
