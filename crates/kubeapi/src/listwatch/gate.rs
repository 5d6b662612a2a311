//! How many pages of lists are read at once, over all clusters.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// A reader that is slower than this no longer keeps others waiting: what it reads comes so slowly that it
/// fills no memory either.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lets few pages be read at once, so that many clusters starting together do not fill the memory. Cheap to clone.
#[derive(Clone)]
pub struct PageGate(Arc<Semaphore>);

impl PageGate {
    /// A gate for `pages` at once.
    pub fn new(pages: usize) -> Self {
        Self(Arc::new(Semaphore::new(pages.max(1))))
    }

    /// Runs `read` once there is room. A cluster that drips or hangs gives its room back soon.
    pub(super) async fn admit<T>(&self, read: impl Future<Output = T>) -> T {
        let permit = self.0.acquire().await;
        let mut read = std::pin::pin!(read);
        if let Ok(done) = tokio::time::timeout(PATIENCE, read.as_mut()).await {
            return done;
        }
        drop(permit);
        read.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hanging_reader_does_not_keep_the_next_one_out() {
        let gate = PageGate::new(1);
        let hanging = tokio::spawn({
            let gate = gate.clone();
            async move { gate.admit(std::future::pending::<()>()).await }
        });
        tokio::task::yield_now().await;
        gate.admit(async {}).await;
        assert!(!hanging.is_finished());
        hanging.abort();
    }
}
