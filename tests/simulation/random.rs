//! The one source of chance of a simulation: the same seed gives the same run.

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable, the same on every machine and version.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap_or(0).saturating_add(1);
        low + i64::try_from(self.word() % span).unwrap_or(0)
    }

    /// An index below `len`; 0 for an empty thing.
    pub fn below(&mut self, len: usize) -> usize {
        if len == 0 { 0 } else { usize::try_from(self.word() % len as u64).unwrap_or(0) }
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.word() % 100 < chance
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// A stream of its own for one part, so that a change in one part does not shift the others.
    pub fn split(&mut self) -> Self {
        Self(self.word())
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.word().to_le_bytes();
            for (byte, random) in chunk.iter_mut().zip(word) {
                *byte = random;
            }
        }
    }
}
