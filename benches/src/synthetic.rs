//! Graphs made by rule, the same on every machine: a few things that very many need, and many that hardly anything needs.

/// Names and who needs whom, before they are a graph of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// The names of the nodes.
    pub names: Vec<String>,
    /// Who needs whom, by their places.
    pub edges: Vec<(u32, u32)>,
}

impl Synthetic {
    /// A graph of `nodes` nodes that each need `needs` others: those that are needed already, more likely. One need in fifty goes to any node,
    /// which makes cycles.
    pub fn new(nodes: u32, needs: u32) -> Self {
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
        let mut edges: Vec<(u32, u32)> = Vec::new();
        for from in 1..nodes {
            for _ in 0..needs {
                let to = match random.below(50) {
                    0 => random.below(nodes),
                    1..=24 => random.below(from),
                    _ => edges.get(random.below(edges.len() as u32) as usize).map_or(0, |(_, to)| *to),
                };
                edges.push((from, to));
            }
        }
        edges.retain(|(from, to)| from != to);
        edges.sort_unstable();
        edges.dedup();
        Synthetic { names: (0..nodes).map(|node| format!("service-{node:06}")).collect(), edges }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// A number from 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if there is none.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        (self.number() % u64::from(bound.max(1))) as u32
    }

    /// Whether something is so that is so as often as `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of several; there must be one.
    pub(crate) fn choose<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize].clone()
    }

    /// Some of several, each once.
    pub(crate) fn choose_some<T: Clone>(&mut self, of: &[T], count: usize) -> Vec<T> {
        self.order(of.len()).into_iter().take(count).map(|place| of[place].clone()).collect()
    }

    /// The numbers below `count` in some order (Fisher, Yates).
    pub(crate) fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for left in (1..count).rev() {
            order.swap(left, self.below(left as u32 + 1) as usize);
        }
        order
    }
}
