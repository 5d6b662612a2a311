//! The Prometheus text format, read as it comes, keeping one metric alone.

use std::borrow::Cow;
use std::ops::ControlFlow;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memrchr};
use smallvec::SmallVec;

/// A line longer than this is skipped: no sample that we want is.
const MAX_LINE: usize = 16 * 1024;

/// Labels in the order they came; no series of an API server's latency has more, and there are thousands a scrape.
type Labels<'a> = SmallVec<[(&'a str, Cow<'a, str>); 10]>;

/// One sample of the wanted metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<'a> {
    /// The labels.
    pub labels: Labels<'a>,
    /// The value.
    pub value: f64,
}

impl Sample<'_> {
    /// The value of a label; empty where it is absent, as in PromQL.
    pub fn label(&self, name: &str) -> &str {
        self.labels.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }
}

/// Takes the text piece by piece and gives the samples of the wanted metric.
pub struct SampleReader {
    wanted: Finder<'static>,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    skipping: bool,
    found: bool,
}

impl SampleReader {
    /// Reads the metric of exactly this name, with `_bucket` and the like.
    pub fn new(wanted: &'static str) -> Self {
        Self { wanted: Finder::new(wanted), begun: Vec::new(), skipping: false, found: false }
    }

    /// Takes the next piece and calls `each` for every sample that it completes. Breaks once no more can come, since
    /// another family has begun: the format keeps all lines of a family together.
    pub fn feed(&mut self, mut piece: &[u8], each: &mut impl FnMut(Sample<'_>)) -> ControlFlow<()> {
        while let Some(end) = memchr(b'\n', piece) {
            let (line, rest) = (&piece[..end], &piece[end + 1..]);
            if self.begun.is_empty() && !self.skipping {
                self.line(line, each)?;
            } else {
                self.keep(line);
                self.finish(each)?;
            }
            piece = if self.found { rest } else { self.ahead(rest) };
        }
        self.keep(piece);
        ControlFlow::Continue(())
    }

    /// Ends the text, whose last line may lack its end.
    pub fn finish(&mut self, each: &mut impl FnMut(Sample<'_>)) -> ControlFlow<()> {
        let mut line = std::mem::take(&mut self.begun);
        let skipped = std::mem::take(&mut self.skipping);
        let flow = if skipped { ControlFlow::Continue(()) } else { self.line(&line, each) };
        line.clear();
        self.begun = line;
        flow
    }

    /// What follows from the first line that names the metric; from the last line where none does. Most of a server's
    /// metrics are others.
    fn ahead<'a>(&self, lines: &'a [u8]) -> &'a [u8] {
        let named = self.wanted.find(lines).unwrap_or(lines.len());
        &lines[memrchr(b'\n', &lines[..named]).map_or(0, |end| end + 1)..]
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.skipping |= self.begun.len() + bytes.len() > MAX_LINE;
        if !self.skipping {
            self.begun.extend_from_slice(bytes);
        }
    }

    fn line(&mut self, line: &[u8], each: &mut impl FnMut(Sample<'_>)) -> ControlFlow<()> {
        let line = line.trim_ascii();
        if let Some(rest) = line.strip_prefix(self.wanted.needle())
            && line.len() <= MAX_LINE
            && let Some(sample) = parse(rest)
        {
            self.found = true;
            each(sample);
        } else if self.found && (line.starts_with(b"# TYPE ") || line.starts_with(b"# HELP ")) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// The sample of a line without its name.
fn parse(rest: &[u8]) -> Option<Sample<'_>> {
    if !matches!(rest.first()?, b'{' | b' ' | b'\t') {
        return None;
    }
    let rest = std::str::from_utf8(rest).ok()?;
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => parse_labels(rest)?,
        None => (Labels::new(), rest),
    };
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Sample { labels, value })
}

/// Labels up to the closing brace, and what follows it.
fn parse_labels(mut text: &str) -> Option<(Labels<'_>, &str)> {
    let mut labels = Labels::new();
    loop {
        text = text.trim_start_matches([' ', ',']);
        if let Some(rest) = text.strip_prefix('}') {
            return Some((labels, rest));
        }
        let equals = memchr(b'=', text.as_bytes())?;
        let (value, rest) = parse_quoted(text[equals + 1..].trim_start().strip_prefix('"')?)?;
        labels.push((text[..equals].trim(), value));
        text = rest;
    }
}

fn parse_quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = memchr2(b'"', b'\\', text.as_bytes())?;
    if text.as_bytes()[end] == b'"' {
        return Some((Cow::Borrowed(&text[..end]), &text[end + 1..]));
    }
    let mut value = text[..end].to_owned();
    let mut chars = text[end..].char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((Cow::Owned(value), &text[end + at + 1..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "# HELP c b\nc 0\n# TYPE a counter\na 1\na{} 2\na{x=\"1\",y=\"q\\\"\\\\\\n,}\"} 3e2 1700000000\nab{x=\"1\"} 9\na{x=\"1\" 4\na{le=\"+Inf\"} +Inf\n\na nothing\na NaN";

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = SampleReader::new("a");
        let mut samples = Vec::new();
        let mut each = |sample: Sample<'_>| samples.push(format!("{:?} {}", sample.labels, sample.value));
        let flow = pieces.iter().try_for_each(|piece| reader.feed(piece, &mut each));
        if flow.is_continue() {
            let _end = reader.finish(&mut each);
        }
        samples
    }

    #[test]
    fn wanted_samples_are_read_and_broken_lines_skipped() {
        let expected =
            ["[] 1", "[] 2", "[(\"x\", \"1\"), (\"y\", \"q\\\"\\\\\\n,}\")] 300", "[(\"le\", \"+Inf\")] inf", "[] NaN"];
        assert_eq!(read(&[TEXT.as_bytes()]), expected);
    }

    #[test]
    fn an_overlong_line_is_skipped_and_the_next_one_read() {
        let text = format!("a{{x=\"{}\"}} 1\na 2\n", "y".repeat(MAX_LINE));
        assert_eq!(read(&[text.as_bytes()]), ["[] 2"]);
    }

    #[test]
    fn the_text_is_over_where_the_next_family_begins() {
        let mut reader = SampleReader::new("a");
        let mut count = 0;
        let mut each = |_: Sample<'_>| count += 1;
        assert!(reader.feed(b"# TYPE a counter\na 1\n# by hand\na 2\n# HE", &mut each).is_continue());
        assert!(reader.feed(b"LP b\na 3\n", &mut each).is_break());
        assert_eq!(count, 2);
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(cuts in prop::collection::vec(0..TEXT.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&TEXT.as_bytes()[from..cut]);
                from = cut;
            }
            pieces.push(&TEXT.as_bytes()[from..]);
            prop_assert_eq!(read(&pieces), read(&[TEXT.as_bytes()]));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            read(&[b"a{".as_slice(), &bytes]);
        }
    }
}
