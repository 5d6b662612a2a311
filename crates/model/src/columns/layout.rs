//! Which fields a kind has, and how a list's columns read them.

/// A field of a kind's own, by its position in [`Columnar::FIELDS`](super::Columnar::FIELDS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field(pub u8);

impl Field {
    pub(super) fn at(self) -> usize {
        usize::from(self.0)
    }
}

/// How many bytes a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    U8,
    U16,
    U32,
    U64,
}

/// The most fields of its own a kind has.
pub const MAX_FIELDS: usize = 16;

/// Where a list's column finds its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The list knows it, the row does not.
    Cluster,
    /// The list knows it, the row does not.
    SyncedAt,
    Namespace,
    Name,
    Uid,
    CreatedAt,
    Labels,
    /// The value of one label.
    Label(&'static str),
    /// A text by its number; 0 is none.
    Text(Field),
    /// A word out of few, by its position.
    Choice(Field, &'static [&'static str]),
    Number(Field),
    /// A number, one higher than it is; 0 is none.
    NumberOrNone(Field),
    /// Bits of a field.
    Flag(Field, u8),
    Ratio(Field, Field),
    /// Seconds since the Unix epoch; 0 is none.
    Time(Field),
    /// A list of texts.
    List(Field),
    /// Two texts with a slash between them.
    Pair(Field),
    /// An address written by [`CellWriter::ip`](super::CellWriter::ip).
    Ip(Field),
    /// CPU of amounts written by [`Words::resources`](super::Words::resources), in milli-cores.
    Cpu(Field),
    /// Memory of such amounts, in bytes.
    Memory(Field),
    /// A quantity in bytes; `u64::MAX` is none.
    Bytes(Field),
}
