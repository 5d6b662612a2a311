//! The way of steps from a machine to who keeps the rows. Both mostly live in one task, where a channel of tokio's would
//! wake the task that is running already, and another thread of the runtime with it, for every change.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

struct Queue<T> {
    waiting: VecDeque<T>,
    capacity: usize,
    receiver: Option<Waker>,
    sender: Option<Waker>,
    /// One of the two is gone.
    closed: bool,
}

type Shared<T> = Arc<Mutex<Queue<T>>>;

fn lock<T>(shared: &Shared<T>) -> MutexGuard<'_, Queue<T>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn close<T>(shared: &Shared<T>) {
    let mut queue = lock(shared);
    queue.closed = true;
    for waker in [queue.receiver.take(), queue.sender.take()].into_iter().flatten() {
        waker.wake();
    }
}

/// A way for at most `capacity` steps.
///
/// A task that sends and receives must poll what sends first and what receives after it, always: it is not woken for what
/// it sent itself.
pub fn steps<T>(capacity: usize) -> (StepSender<T>, StepReceiver<T>) {
    let queue = Queue { waiting: VecDeque::new(), capacity, receiver: None, sender: None, closed: false };
    let shared = Arc::new(Mutex::new(queue));
    (StepSender(Arc::clone(&shared)), StepReceiver(shared))
}

/// Where steps go in; one at a time.
pub struct StepSender<T>(Shared<T>);

/// Nobody takes the steps any more.
pub struct Unheard;

impl<T> StepSender<T> {
    /// Waits while there are too many.
    pub async fn send(&self, step: T) -> Result<(), Unheard> {
        let mut step = Some(step);
        poll_fn(|context| self.poll_send(&mut step, context)).await
    }

    fn poll_send(&self, step: &mut Option<T>, context: &Context<'_>) -> Poll<Result<(), Unheard>> {
        let mut queue = lock(&self.0);
        if queue.closed {
            return Poll::Ready(Err(Unheard));
        }
        if queue.waiting.len() >= queue.capacity {
            queue.sender = Some(context.waker().clone());
            return Poll::Pending;
        }
        queue.waiting.extend(step.take());
        if queue.receiver.as_ref().is_some_and(|waker| !waker.will_wake(context.waker()))
            && let Some(waker) = queue.receiver.take()
        {
            waker.wake();
        }
        Poll::Ready(Ok(()))
    }
}

impl<T> Drop for StepSender<T> {
    fn drop(&mut self) {
        close(&self.0);
    }
}

/// Where they come out.
pub struct StepReceiver<T>(Shared<T>);

impl<T> StepReceiver<T> {
    /// The next step; None once no more can come.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    fn poll_recv(&self, context: &Context<'_>) -> Poll<Option<T>> {
        let mut queue = lock(&self.0);
        if let Some(step) = queue.waiting.pop_front() {
            if let Some(waker) = queue.sender.take() {
                waker.wake();
            }
            return Poll::Ready(Some(step));
        }
        if queue.closed {
            return Poll::Ready(None);
        }
        if queue.receiver.as_ref().is_none_or(|waker| !waker.will_wake(context.waker())) {
            queue.receiver = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

impl<T> Drop for StepReceiver<T> {
    fn drop(&mut self) {
        close(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::task::{ArcWake, waker};
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl ArcWake for Woken {
        fn wake_by_ref(woken: &Arc<Self>) {
            woken.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn between_tasks_it_is_a_channel() {
        let (sender, mut receiver) = steps(2);
        let sending = tokio::spawn(async move {
            for number in 0..1000 {
                assert!(sender.send(number).await.is_ok());
            }
        });
        for number in 0..1000 {
            assert_eq!(receiver.recv().await, Some(number));
        }
        assert_eq!(receiver.recv().await, None);
        sending.await.unwrap();
        let (sender, receiver) = steps(1);
        drop(receiver);
        assert!(sender.send(0).await.is_err());
    }

    #[test]
    fn a_task_is_not_woken_for_what_it_sends_itself_unless_it_has_to_go_on() {
        let (sender, mut receiver) = steps(1);
        let woken = Arc::new(Woken::default());
        let waker = waker(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        {
            let mut first = pin!(receiver.recv());
            assert!(first.as_mut().poll(&mut context).is_pending());
            assert!(pin!(sender.send(1)).poll(&mut context).is_ready());
            let mut full = pin!(sender.send(2));
            assert!(full.as_mut().poll(&mut context).is_pending());
            assert_eq!(woken.0.load(Ordering::SeqCst), 0);
            assert_eq!(first.poll(&mut context), Poll::Ready(Some(1)));
            assert_eq!(woken.0.load(Ordering::SeqCst), 1, "there is room now");
            assert!(full.poll(&mut context).is_ready());
        }
        drop(sender);
        assert_eq!(pin!(receiver.recv()).poll(&mut context), Poll::Ready(Some(2)), "what was sent is not lost");
        assert_eq!(pin!(receiver.recv()).poll(&mut context), Poll::Ready(None));
    }
}
