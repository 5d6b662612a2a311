//! Lines out of a byte stream, with a cap on each.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

/// Splits what comes in at newlines. A line above the cap is dropped whole and counted.
pub(super) struct Lines {
    buffer: BytesMut,
    /// Up to here there is no newline.
    searched: usize,
    cap: usize,
    /// Bytes already dropped of a line whose end has not come.
    dropping: usize,
    dropped: u64,
}

impl Lines {
    pub fn new(cap: usize) -> Self {
        Self { buffer: BytesMut::new(), searched: 0, cap, dropping: 0, dropped: 0 }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete line, without its newline.
    pub fn next(&mut self) -> Option<Bytes> {
        loop {
            let Some(at) = memchr(b'\n', &self.buffer[self.searched..]) else {
                self.searched = self.buffer.len();
                self.drop_if_too_long();
                return None;
            };
            let end = self.searched + at;
            self.searched = 0;
            let line = self.buffer.split_to(end).freeze();
            self.buffer.advance(1);
            if std::mem::take(&mut self.dropping) > 0 || line.len() > self.cap {
                self.dropped += 1;
            } else if !line.is_empty() {
                return Some(line);
            }
        }
    }

    fn drop_if_too_long(&mut self) {
        if self.dropping > 0 || self.buffer.len() > self.cap {
            self.dropping += self.buffer.len();
            self.buffer.clear();
            self.searched = 0;
        }
    }

    /// Bytes dropped of the line that is coming in; grows without end where a line never ends.
    pub fn dropping(&self) -> usize {
        self.dropping
    }

    /// Lines dropped since the last call.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_above_the_cap_is_dropped_and_the_next_one_is_whole() {
        let mut lines = Lines::new(4);
        lines.push(b"toolong");
        assert_eq!(lines.next(), None);
        assert_eq!(lines.dropping(), 7);
        lines.push(b"er\nnext\n");
        assert_eq!(lines.next().as_deref(), Some(&b"next"[..]));
        assert_eq!((lines.take_dropped(), lines.take_dropped(), lines.dropping()), (1, 0, 0));
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_bytes_arrive(text in "[a-c\n]{0,80}", sizes in prop::collection::vec(1usize..9, 1..40)) {
            let mut lines = Lines::new(1000);
            let (mut seen, mut rest) = (Vec::new(), text.as_bytes());
            for size in sizes.iter().cycle() {
                let (now, later) = rest.split_at((*size).min(rest.len()));
                lines.push(now);
                while let Some(line) = lines.next() {
                    seen.push(String::from_utf8(line.to_vec()).unwrap());
                }
                rest = later;
                if rest.is_empty() { break; }
            }
            let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
            let expected: Vec<&str> = complete.split('\n').filter(|line| !line.is_empty()).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
