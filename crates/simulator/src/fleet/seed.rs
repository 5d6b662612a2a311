//! The one source of chance: SplitMix64, so that a seed gives the same fleet on every machine.

/// A seeded generator. Streams made with [`Seeded::fork`] from different labels are independent of each
/// other, so that adding a consumer does not shift what the others draw.
#[derive(Debug, Clone)]
pub struct Seeded {
    state: u64,
}

impl Seeded {
    /// A generator for this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// An independent generator for one purpose.
    pub fn fork(&self, label: &str) -> Self {
        // FNV-1a: stable over Rust releases, unlike the standard hasher.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ self.state;
        for byte in label.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self { state: hash }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One element, or `None` of an empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// A version-4 shaped UUID drawn from this stream.
    pub fn uuid(&mut self) -> String {
        let high = u128::from(self.next_u64());
        let low = u128::from(self.next_u64());
        uuid::Builder::from_random_bytes(((high << 64) | low).to_be_bytes()).into_uuid().to_string()
    }

    /// A suffix in the alphabet that Kubernetes' name generator uses (no vowels, no 0, 1, 3).
    /// Upstream: `k8s.io/apimachinery/pkg/util/rand/rand.go`.
    pub fn suffix(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length).map(|_| char::from(ALPHABET[self.below(ALPHABET.len() as u64) as usize])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_stream() {
        let mut a = Seeded::new(7).fork("pods");
        let mut b = Seeded::new(7).fork("pods");
        assert_eq!((a.uuid(), a.suffix(5)), (b.uuid(), b.suffix(5)));
        assert_ne!(a.next_u64(), Seeded::new(7).fork("nodes").next_u64());
    }

    #[test]
    fn unit_stays_in_range() {
        let mut rng = Seeded::new(1);
        assert!((0..10_000).all(|_| (0.0..1.0).contains(&rng.unit())));
    }
}
