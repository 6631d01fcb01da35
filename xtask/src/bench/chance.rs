//! Chance that is the same in every run, so that two runs measure the same traffic, and how popular things are.

/// `SplitMix64`: small, and even enough for drawing traffic.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any of `0..end`. An `end` of 0 gives 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // The slight favour that a remainder shows to small numbers is 10^-10 here.
        self.draw().checked_rem(end).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub(super) fn thousandths(&mut self, share: u64) -> bool {
        self.below(1_000) < share
    }

    /// One of a list; nothing where the list is empty.
    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let end = u64::try_from(list.len()).unwrap_or(0);
        list.get(usize::try_from(self.below(end)).unwrap_or(0))
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Draws places in a list by weight.
#[derive(Debug, Clone)]
pub(super) struct Weighted {
    /// For each place, its weight and all before it.
    sums: Vec<u64>,
}

impl Weighted {
    pub(super) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let add = |sum: &mut u64, weight: u64| {
            *sum += weight;
            Some(*sum)
        };
        Self { sums: weights.into_iter().scan(0, add).collect() }
    }

    /// Zipf's law with exponent 1: the second of the list is drawn half as often as the first, the third a third.
    pub(super) fn zipf(length: u64) -> Self {
        Self::new((1..=length).map(|rank| 1_000_000_000 / rank))
    }

    pub(super) fn draw(&self, chance: &mut Chance) -> usize {
        let at = chance.below(self.sums.last().copied().unwrap_or(0));
        self.sums.partition_point(|sum| *sum <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chance, Weighted};

    #[test]
    fn the_same_seed_draws_the_same() {
        let draw = || {
            let (zipf, mut chance) = (Weighted::zipf(10_000), Chance::new(302));
            (0..5).map(|_| zipf.draw(&mut chance)).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        // Written down, so that a change of the generator is noticed: figures of before and after don't compare.
        assert_eq!(draw(), [142, 30, 12, 7413, 105]);
    }

    #[test]
    fn the_popular_are_drawn_by_their_rank() {
        let (zipf, mut chance) = (Weighted::zipf(10_000), Chance::new(1));
        let mut drawn = vec![0_u32; 10_000];
        for _ in 0..200_000 {
            drawn[zipf.draw(&mut chance)] += 1;
        }
        // The sum of 1/rank up to 10,000 is 9.79, so the first has 10.2 % of 200,000.
        assert!((19_800..21_100).contains(&drawn[0]), "{}", drawn[0]);
        assert!((9_700..10_700).contains(&drawn[1]), "{}", drawn[1]);
        assert!(drawn.iter().filter(|times| **times > 0).count() > 7_000, "the tail is drawn too");
    }

    #[test]
    fn a_weight_of_nothing_is_never_drawn_and_an_empty_list_gives_nothing() {
        let (weighted, mut chance) = (Weighted::new([0, 3, 0, 1]), Chance::new(2));
        assert!((0..1_000).all(|_| [1, 3].contains(&weighted.draw(&mut chance))));
        assert_eq!(chance.one_of::<u8>(&[]), None);
        assert!(!(0..1_000).any(|_| chance.thousandths(0)) && chance.thousandths(1_000));
    }
}
