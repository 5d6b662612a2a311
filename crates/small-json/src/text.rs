//! Texts between quotes.

use crate::Unreadable;
use crate::reader::Reader;
use std::borrow::Cow;

impl<'de> Reader<'de> {
    /// A text with its quotes.
    pub(crate) fn text(&mut self) -> Result<Cow<'de, str>, Unreadable> {
        self.expect(b'"')?;
        let mut whole = Cow::Borrowed("");
        loop {
            let begin = self.at;
            while self.byte().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            // Borrowed as long as there is one piece.
            whole += self.text.get(begin..self.at).ok_or(Unreadable)?;
            match self.take()? {
                b'"' => return Ok(whole),
                b'\\' => whole.to_mut().push(self.escaped()?),
                _ => return Err(Unreadable),
            }
        }
    }

    /// What follows a backslash.
    fn escaped(&mut self) -> Result<char, Unreadable> {
        Ok(match self.take()? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.numbered(),
            plain @ (b'"' | b'\\' | b'/') => char::from(plain),
            _ => return Err(Unreadable),
        })
    }

    /// A character by its number, in one unit of UTF-16 or two.
    fn numbered(&mut self) -> Result<char, Unreadable> {
        let mut number = self.unit()?;
        if (0xd800..0xdc00).contains(&number) {
            if self.take()? != b'\\' || self.take()? != b'u' {
                return Err(Unreadable);
            }
            let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Unreadable)?;
            number = 0x1_0000 + ((number - 0xd800) << 10) + low;
        }
        char::from_u32(number).ok_or(Unreadable)
    }

    fn unit(&mut self) -> Result<u32, Unreadable> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + char::from(self.take()?).to_digit(16).ok_or(Unreadable)?;
        }
        Ok(unit)
    }
}
