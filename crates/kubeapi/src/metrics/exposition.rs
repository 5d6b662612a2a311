//! The Prometheus text format, read as it comes, keeping the wanted families alone.

/// A line longer than this is skipped: no sample that we want is.
const MAX_LINE: usize = 16 * 1024;

/// One sample of a wanted family.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The metric's name, with `_bucket` and the like.
    pub name: String,
    /// The labels, in the order they came.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
}

impl Sample {
    /// The value of a label; empty where it is absent, as in PromQL.
    pub fn label(&self, name: &str) -> &str {
        self.labels.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// Takes the text piece by piece and gives the samples of the wanted metrics.
pub struct SampleReader {
    wanted: &'static [&'static str],
    line: Vec<u8>,
    skipping: bool,
}

impl SampleReader {
    /// Reads the metrics with exactly these names.
    pub fn new(wanted: &'static [&'static str]) -> Self {
        Self { wanted, line: Vec::new(), skipping: false }
    }

    /// Takes the next piece and calls `each` for every sample that it completes.
    pub fn feed(&mut self, mut piece: &[u8], each: &mut impl FnMut(Sample)) {
        while let Some(end) = piece.iter().position(|&byte| byte == b'\n') {
            self.take(&piece[..end]);
            self.finish(each);
            piece = &piece[end + 1..];
        }
        self.take(piece);
    }

    /// Ends the text, whose last line may lack its end.
    pub fn finish(&mut self, each: &mut impl FnMut(Sample)) {
        let skipped = std::mem::take(&mut self.skipping);
        if !skipped && let Some(sample) = self.parse() {
            each(sample);
        }
        self.line.clear();
    }

    fn take(&mut self, bytes: &[u8]) {
        self.skipping |= self.line.len() + bytes.len() > MAX_LINE;
        if !self.skipping {
            self.line.extend_from_slice(bytes);
        }
    }

    fn parse(&self) -> Option<Sample> {
        let line = self.line.trim_ascii();
        let end = line.iter().position(|byte| matches!(byte, b'{' | b' ' | b'\t'))?;
        let name = std::str::from_utf8(&line[..end]).ok()?;
        if !self.wanted.contains(&name) {
            return None;
        }
        let rest = std::str::from_utf8(&line[end..]).ok()?;
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(rest) => parse_labels(rest)?,
            None => (Vec::new(), rest),
        };
        let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
        Some(Sample { name: name.to_owned(), labels, value })
    }
}

/// Labels up to the closing brace, and what follows it.
fn parse_labels(mut text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = Vec::new();
    loop {
        text = text.trim_start_matches([' ', ',']);
        if let Some(rest) = text.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, rest) = text.split_once('=')?;
        let (value, rest) = parse_quoted(rest.trim_start().strip_prefix('"')?)?;
        labels.push((name.trim().to_owned(), value));
        text = rest;
    }
}

fn parse_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, &text[at + 1..])),
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

    const TEXT: &str = "# HELP a b\n# TYPE a counter\na 1\na{} 2\na{x=\"1\",y=\"q\\\"\\\\\\n,}\"} 3e2 1700000000\nab{x=\"1\"} 9\na{x=\"1\" 4\nb{le=\"+Inf\"} +Inf\n\na nothing\na NaN";

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = SampleReader::new(&["a", "b"]);
        let mut samples = Vec::new();
        let mut each = |sample: Sample| samples.push(format!("{} {:?} {}", sample.name, sample.labels, sample.value));
        for piece in pieces {
            reader.feed(piece, &mut each);
        }
        reader.finish(&mut each);
        samples
    }

    #[test]
    fn wanted_samples_are_read_and_broken_lines_skipped() {
        let expected = [
            "a [] 1",
            "a [] 2",
            "a [(\"x\", \"1\"), (\"y\", \"q\\\"\\\\\\n,}\")] 300",
            "b [(\"le\", \"+Inf\")] inf",
            "a [] NaN",
        ];
        assert_eq!(read(&[TEXT.as_bytes()]), expected);
    }

    #[test]
    fn an_overlong_line_is_skipped_and_the_next_one_read() {
        let text = format!("a{{x=\"{}\"}} 1\na 2\n", "y".repeat(MAX_LINE));
        assert_eq!(read(&[text.as_bytes()]), ["a [] 2"]);
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
