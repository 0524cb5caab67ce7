//! Numbers that sound random and are the same every time. Knows nothing of sound.

/// Marsaglia's xorshift, 32 bits ("Xorshift RNGs", 2003, triple 13, 17, 5): long enough for noise,
/// and whole numbers only, so that it is the same on every machine.
#[derive(Debug, Clone)]
pub struct Noise(u32);

impl Noise {
    /// Zero would stay zero for ever, so it counts as one.
    pub const fn new(seed: u32) -> Self {
        Self(if seed == 0 { 1 } else { seed })
    }

    pub fn whole(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// From -1 to below 1. Takes the upper 24 bits: what an `f32` holds exactly.
    pub fn signed(&mut self) -> f32 {
        (self.whole() >> 8) as f32 / 8_388_608.0 - 1.0
    }
}
