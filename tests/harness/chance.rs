//! Random numbers that can be had again: a run is repeated by its seed.

/// A source of numbers (`SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>).
pub struct Chance(u64);

impl Chance {
    /// From `RECAST_SEED`, or from 1; the seed is printed.
    pub fn from_seed() -> Self {
        let seed = std::env::var("RECAST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        println!("RECAST_SEED={seed}");
        Self(seed)
    }

    /// Another source, for something that goes on beside this.
    pub fn another(&mut self) -> Self {
        Self(self.next())
    }

    /// One of these.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let position = self.below(all.len().try_into().expect("they can be counted"));
        all[usize::try_from(position).expect("it is one of their positions")].clone()
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
