//! The server's allocator, with a count of the bytes asked for.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static HELD: AtomicI64 = AtomicI64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn add(bytes: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        HELD.fetch_add(bytes as i64, Ordering::Relaxed);
    }
}

fn subtract(bytes: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        HELD.fetch_sub(bytes as i64, Ordering::Relaxed);
    }
}

// An allocator can only be wrapped through this unsafe trait; every call is passed on as it came.
#[allow(unsafe_code, reason = "GlobalAlloc is an unsafe trait, and counting bytes means to implement it")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises about `layout` are passed on.
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        subtract(layout.size());
        // SAFETY: `pointer` came from `alloc` above with this `layout`.
        unsafe { mimalloc::MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: as in `alloc`.
        unsafe { mimalloc::MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(size);
        subtract(layout.size());
        // SAFETY: as in `dealloc`; the caller promises that `size` is valid for the alignment.
        unsafe { mimalloc::MiMalloc.realloc(pointer, layout, size) }
    }
}

/// Counts from its making to its drop. What was allocated before must not be freed meanwhile, or it is missed.
pub struct Count(());

impl Count {
    /// Starts at 0. At most one at a time.
    pub fn start() -> Self {
        HELD.store(0, Ordering::Relaxed);
        COUNTS.store(true, Ordering::Relaxed);
        Self(())
    }

    /// Bytes allocated and not freed since the start, without the allocator's own slack.
    pub fn held(&self) -> i64 {
        HELD.load(Ordering::Relaxed)
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        COUNTS.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_while_they_are_held() {
        const MEGABYTES: i64 = 64 << 20;
        let count = Count::start();
        // Other threads of the test program allocate too, but give back what they took.
        let comes_to = |expected: i64| {
            (0..600).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(50));
                (count.held() - expected).abs() < MEGABYTES / 8
            })
        };
        let mut held: Vec<u8> = Vec::with_capacity(MEGABYTES as usize);
        assert!(comes_to(MEGABYTES));
        held.reserve_exact(2 * MEGABYTES as usize);
        assert!(comes_to(2 * MEGABYTES));
        drop(held);
        assert!(comes_to(0));
    }
}
