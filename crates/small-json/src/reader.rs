//! The text and the place in it.

use crate::Unreadable;
use crate::access::{Members, Variant};
use crate::number::Number;
use serde::de::{Deserializer, Visitor};

/// Lists and objects within each other, at most.
const DEEPEST: u32 = 127;

pub(crate) struct Reader<'de> {
    pub(crate) text: &'de str,
    pub(crate) at: usize,
    depth: u32,
}

impl<'de> Reader<'de> {
    pub(crate) fn new(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte at this place, if it is not the end.
    pub(crate) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(crate) fn take(&mut self) -> Result<u8, Unreadable> {
        let byte = self.byte().ok_or(Unreadable)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next byte that is no space.
    pub(crate) fn peek(&mut self) -> Result<u8, Unreadable> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte().ok_or(Unreadable)
    }

    /// Takes the byte at this place if it is this one.
    pub(crate) fn skip(&mut self, byte: u8) -> bool {
        let is_there = self.byte() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Unreadable> {
        self.peek()?;
        if self.skip(byte) { Ok(()) } else { Err(Unreadable) }
    }

    /// `null`, `true` or `false`.
    pub(crate) fn word(&mut self, word: &str) -> Result<(), Unreadable> {
        self.peek()?;
        let rest = self.text.get(self.at..).ok_or(Unreadable)?;
        self.at += word.len();
        if rest.starts_with(word) { Ok(()) } else { Err(Unreadable) }
    }

    /// Whether nothing but spaces is left.
    pub(crate) fn end(&mut self) -> Result<(), Unreadable> {
        if self.peek().is_err() { Ok(()) } else { Err(Unreadable) }
    }

    fn bool(&mut self) -> Result<bool, Unreadable> {
        let yes = self.peek()? == b't';
        self.word(if yes { "true" } else { "false" })?;
        Ok(yes)
    }

    fn open(&mut self, bracket: u8) -> Result<(), Unreadable> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Unreadable);
        }
        self.expect(bracket)
    }

    fn close(&mut self, bracket: u8) -> Result<(), Unreadable> {
        self.depth -= 1;
        self.expect(bracket)
    }

    /// Goes past one value, whatever it is.
    fn pass(&mut self) -> Result<(), Unreadable> {
        let mut open = 0;
        loop {
            match self.peek()? {
                b'"' => self.text().map(drop)?,
                b'{' | b'[' => {
                    self.at += 1;
                    open += 1;
                }
                b'}' | b']' if open > 0 => {
                    self.at += 1;
                    open -= 1;
                }
                b',' | b':' if open > 0 => self.at += 1,
                b'n' => self.word("null")?,
                b't' | b'f' => self.bool().map(drop)?,
                _ => self.number().map(drop)?,
            }
            if open == 0 {
                return Ok(());
            }
        }
    }
}

/// Shapes that are read as another one is.
macro_rules! same {
    ($($shape:ident => $as:ident;)+) => {
        $(
            fn $shape<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
                self.$as(visitor)
            }
        )+
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    same! {
        deserialize_u8 => deserialize_u64;
        deserialize_u16 => deserialize_u64;
        deserialize_u32 => deserialize_u64;
        deserialize_i8 => deserialize_i64;
        deserialize_i16 => deserialize_i64;
        deserialize_i32 => deserialize_i64;
        deserialize_f32 => deserialize_f64;
        deserialize_char => deserialize_str;
        deserialize_string => deserialize_str;
        deserialize_identifier => deserialize_str;
        deserialize_bytes => deserialize_seq;
        deserialize_byte_buf => deserialize_seq;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.peek()? {
            b'n' => self.deserialize_unit(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'"' => self.deserialize_str(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'{' => self.deserialize_map(visitor),
            _ => match self.number()? {
                Number::Natural(number) => visitor.visit_u64(number),
                Number::Negative(number) => visitor.visit_i64(number),
                Number::Fraction(number) => visitor.visit_f64(number),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.peek()?;
        let Number::Natural(number) = self.number()? else { return Err(Unreadable) };
        visitor.visit_u64(number)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.peek()?;
        visitor.visit_i64(match self.number()? {
            Number::Natural(number) => i64::try_from(number).map_err(|_| Unreadable)?,
            Number::Negative(number) => number,
            Number::Fraction(_) => return Err(Unreadable),
        })
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.peek()?;
        visitor.visit_f64(match self.number()? {
            Number::Natural(number) => number as f64,
            Number::Negative(number) => number as f64,
            Number::Fraction(number) => number,
        })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_str(&self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.peek()? == b'n' {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Members::new(self, b']'))?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.open(b'{')?;
        let value = visitor.visit_map(Members::new(self, b'}'))?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let alone = self.peek()? == b'"';
        if !alone {
            self.open(b'{')?;
        }
        let value = visitor.visit_enum(Variant { reader: &mut *self, alone })?;
        if !alone {
            self.close(b'}')?;
        }
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.pass()?;
        visitor.visit_unit()
    }
}
