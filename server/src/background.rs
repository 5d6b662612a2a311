//! What runs by itself runs apart from what people wait for: following clusters takes no page its turn.

use std::num::NonZero;
use tokio::runtime::{Builder, Handle, Runtime};

/// How far its threads stand behind those that answer requests, as `nice` counts.
const NICENESS: i32 = 5;

/// Threads for the tasks that nobody waits for. They end when it is dropped.
pub struct Background(Option<Runtime>);

impl Background {
    /// # Errors
    /// When the system gives no threads.
    pub fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(workers())
            .thread_name("background")
            // Where it is not allowed to stand behind, it stands beside.
            .on_thread_start(|| _ = rustix::process::nice(NICENESS))
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Where tasks are spawned.
    pub fn handle(&self) -> Option<Handle> {
        self.0.as_ref().map(|runtime| runtime.handle().clone())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// One where there are two processors: workers that wake each other for every change cost more than they bring.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_threads_stand_behind_the_others() {
        let background = Background::start().unwrap();
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let own = niceness();
        let (sender, receiver) = std::sync::mpsc::channel();
        let handle = background.handle().unwrap();
        handle.spawn(async move { sender.send(niceness()) });
        assert_eq!(receiver.recv().unwrap(), (own + NICENESS).min(19));
        assert_eq!(niceness(), own, "of the thread alone");
    }
}
