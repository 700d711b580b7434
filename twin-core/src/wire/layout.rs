//! A layered layout in the manner of Sugiyama: cycles are broken, layers follow the longest path, long arrows get a bend in each layer that they cross,
//! barycentres order each layer, and every node comes as near to its neighbours' middle as the spacing lets it.

use std::collections::{BTreeMap, BTreeSet};

/// The width of a box.
pub const BOX_WIDTH: f64 = 146.0;
/// The height of a box.
pub const BOX_HEIGHT: f64 = 44.0;
const GAP: f64 = 18.0;
const BEND_GAP: f64 = 9.0;
const BEND_WIDTH: f64 = 6.0;
const LAYER_HEIGHT: f64 = 108.0;
const MARGIN: f64 = 24.0;
const SWEEPS: usize = 24;

/// A point in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// Where everything lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The width of the picture.
    pub width: f64,
    /// The height of the picture.
    pub height: f64,
    /// The middle of each box.
    pub boxes: Vec<Point>,
    /// The points of each arrow, from its beginning to its end.
    pub routes: Vec<Vec<Point>>,
}

/// Lays out `nodes` boxes and the arrows between them. No arrow joins a box to itself. O(sweeps · boxes · arrows) at worst.
pub fn lay_out(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    let ranks = ranks(nodes, edges);
    let downward: Vec<(usize, usize)> =
        edges.iter().map(|(a, b)| if ranks[*a] <= ranks[*b] { (*a, *b) } else { (*b, *a) }).collect();
    let layer_of = layers(nodes, &downward, &ranks);
    let mut grid = Grid::new(&layer_of, &downward);
    grid.order();
    grid.place();
    grid.finished(edges, &downward)
}

/// A number for each node such that few arrows lead to a lower one: whoever only sends comes first, whoever only receives last; where all
/// do both, whoever does one of them most goes to that side.
fn ranks(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut left: BTreeSet<usize> = (0..nodes).collect();
    let (mut first, mut last) = (0, nodes);
    let mut ranks = vec![0; nodes];
    while let Some((node, sends)) = most_one_sided(&left, edges) {
        if sends {
            ranks[node] = first;
            first += 1;
        } else {
            last -= 1;
            ranks[node] = last;
        }
        left.remove(&node);
    }
    ranks
}

/// The node that sends or receives most one-sidedly among those that are left, and whether it sends.
fn most_one_sided(left: &BTreeSet<usize>, edges: &[(usize, usize)]) -> Option<(usize, bool)> {
    let inside = edges.iter().filter(|(from, to)| left.contains(from) && left.contains(to));
    let mut counts: BTreeMap<usize, (i64, i64)> = left.iter().map(|node| (*node, (0, 0))).collect();
    for (from, to) in inside {
        counts.entry(*from).or_default().0 += 1;
        counts.entry(*to).or_default().1 += 1;
    }
    let key = |(node, (sent, received)): &(usize, (i64, i64))| {
        let is_pure = *sent == 0 || *received == 0;
        (is_pure, (sent - received).abs(), std::cmp::Reverse(*node))
    };
    let (node, (sent, received)) = counts.into_iter().max_by_key(key)?;
    Some((node, sent > received))
}

/// The layer of each node: the longest path to it; whoever nobody needs stands right above whom it needs first.
fn layers(nodes: usize, downward: &[(usize, usize)], ranks: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..nodes).collect();
    order.sort_by_key(|node| ranks[*node]);
    let mut layers = vec![0_usize; nodes];
    for node in &order {
        for (_, to) in downward.iter().filter(|(from, _)| from == node) {
            layers[*to] = layers[*to].max(layers[*node] + 1);
        }
    }
    for node in order {
        let is_needed = downward.iter().any(|(_, to)| *to == node);
        let nearest = downward.iter().filter(|(from, _)| *from == node).map(|(_, to)| layers[*to]).min();
        if let (false, Some(nearest)) = (is_needed, nearest) {
            layers[node] = nearest.saturating_sub(1);
        }
    }
    layers
}

/// Boxes and bends in their layers. The first vertices are the boxes.
struct Grid {
    boxes: usize,
    layers: Vec<Vec<usize>>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// The bends of each arrow, from the top.
    bends: Vec<Vec<usize>>,
    x: Vec<f64>,
    layer_of: Vec<usize>,
}

impl Grid {
    fn new(layer_of: &[usize], downward: &[(usize, usize)]) -> Self {
        let boxes = layer_of.len();
        let depth = layer_of.iter().max().map_or(0, |deepest| deepest + 1);
        let mut grid = Grid {
            boxes,
            layers: vec![Vec::new(); depth],
            above: vec![Vec::new(); boxes],
            below: vec![Vec::new(); boxes],
            bends: Vec::new(),
            x: Vec::new(),
            layer_of: layer_of.to_vec(),
        };
        layer_of.iter().enumerate().for_each(|(node, layer)| grid.layers[*layer].push(node));
        downward.iter().for_each(|(from, to)| grid.bend(*from, *to));
        grid.x = vec![0.0; grid.layer_of.len()];
        grid
    }

    /// Adds an arrow, with a bend in each layer between its ends.
    fn bend(&mut self, from: usize, to: usize) {
        let mut bends = Vec::new();
        let mut at = from;
        for layer in self.layer_of[from] + 1..self.layer_of[to] {
            let bend = self.layer_of.len();
            self.layer_of.push(layer);
            self.layers[layer].push(bend);
            self.above.push(Vec::new());
            self.below.push(Vec::new());
            self.join(at, bend);
            bends.push(bend);
            at = bend;
        }
        self.join(at, to);
        self.bends.push(bends);
    }

    fn join(&mut self, upper: usize, lower: usize) {
        self.below[upper].push(lower);
        self.above[lower].push(upper);
    }

    /// Orders each layer by the barycentres of its neighbours, downwards and upwards in turn.
    fn order(&mut self) {
        self.spread_evenly();
        for sweep in 0..SWEEPS {
            let depth = self.layers.len();
            for step in 0..depth {
                let downwards = sweep % 2 == 0;
                let layer = if downwards { step } else { depth - 1 - step };
                self.sort(layer, downwards);
            }
        }
    }

    fn spread_evenly(&mut self) {
        for layer in &self.layers {
            let middle = layer.len() as f64 / 2.0;
            layer.iter().enumerate().for_each(|(place, vertex)| self.x[*vertex] = place as f64 - middle);
        }
    }

    fn sort(&mut self, layer: usize, downwards: bool) {
        let mut keyed: Vec<(f64, usize)> =
            self.layers[layer].iter().map(|vertex| (self.barycentre(*vertex, downwards), *vertex)).collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.layers[layer] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
        let middle = self.layers[layer].len() as f64 / 2.0;
        for (place, vertex) in self.layers[layer].iter().enumerate() {
            self.x[*vertex] = place as f64 - middle;
        }
    }

    /// The mean of the neighbours on one side; its own place if there are none.
    fn barycentre(&self, vertex: usize, downwards: bool) -> f64 {
        let neighbours = if downwards { &self.above[vertex] } else { &self.below[vertex] };
        mean(neighbours.iter().map(|other| self.x[*other])).unwrap_or(self.x[vertex])
    }

    /// Gives every vertex its place from the left.
    fn place(&mut self) {
        for layer in self.layers.clone() {
            let wanted = vec![0.0; layer.len()];
            self.settle(&layer, &wanted);
        }
        for _ in 0..SWEEPS {
            for layer in self.layers.clone().iter().chain(self.layers.clone().iter().rev()) {
                let wanted: Vec<f64> = layer.iter().map(|vertex| self.wanted(*vertex)).collect();
                self.settle(layer, &wanted);
            }
        }
    }

    fn wanted(&self, vertex: usize) -> f64 {
        let neighbours = self.above[vertex].iter().chain(&self.below[vertex]);
        mean(neighbours.map(|other| self.x[*other])).unwrap_or(self.x[vertex])
    }

    /// The places nearest to the wanted ones that keep the order and the gaps: least squares by pooling neighbours that collide.
    fn settle(&mut self, layer: &[usize], wanted: &[f64]) {
        let mut offset = 0.0;
        let mut pools: Vec<(f64, usize)> = Vec::new();
        let mut offsets = Vec::with_capacity(layer.len());
        for (place, vertex) in layer.iter().enumerate() {
            if place > 0 {
                offset += self.distance(layer[place - 1], *vertex);
            }
            offsets.push(offset);
            pools.push((wanted[place] - offset, 1));
            pool(&mut pools);
        }
        let starts = pools.iter().flat_map(|(start, count)| std::iter::repeat_n(*start, *count));
        for ((start, offset), vertex) in starts.zip(offsets).zip(layer) {
            self.x[*vertex] = start + offset;
        }
    }

    fn distance(&self, left: usize, right: usize) -> f64 {
        let half = |vertex: usize| if vertex < self.boxes { BOX_WIDTH / 2.0 } else { BEND_WIDTH / 2.0 };
        let gap = if left < self.boxes && right < self.boxes { GAP } else { BEND_GAP };
        half(left) + half(right) + gap
    }

    fn finished(&self, edges: &[(usize, usize)], downward: &[(usize, usize)]) -> Layout {
        let left = self.x.iter().copied().fold(f64::INFINITY, f64::min);
        let right = self.x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shift = if left.is_finite() { MARGIN + BOX_WIDTH / 2.0 - left } else { 0.0 };
        let point = |vertex: usize| Point {
            x: self.x[vertex] + shift,
            y: MARGIN + BOX_HEIGHT / 2.0 + self.layer_of[vertex] as f64 * LAYER_HEIGHT,
        };
        let route = |arrow: usize| {
            let (from, to) = downward[arrow];
            let inner = self.bends[arrow].iter().copied();
            let mut points: Vec<Point> =
                std::iter::once(from).chain(inner).chain(std::iter::once(to)).map(point).collect();
            if edges[arrow] != downward[arrow] {
                points.reverse();
            }
            points
        };
        let depth = self.layers.len().saturating_sub(1) as f64;
        Layout {
            width: if left.is_finite() { right - left + BOX_WIDTH + 2.0 * MARGIN } else { 2.0 * MARGIN },
            height: 2.0 * MARGIN + BOX_HEIGHT + depth * LAYER_HEIGHT,
            boxes: (0..self.boxes).map(point).collect(),
            routes: (0..edges.len()).map(route).collect(),
        }
    }
}

fn pool(pools: &mut Vec<(f64, usize)>) {
    while let [.., (before, some), (after, more)] = pools[..]
        && before > after
    {
        let count = some + more;
        let start = (before * some as f64 + after * more as f64) / count as f64;
        pools.truncate(pools.len() - 2);
        pools.push((start, count));
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_lead_down_and_boxes_do_not_touch() {
        let edges = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (0, 4), (5, 4), (1, 2)];
        let layout = lay_out(6, &edges);
        for (from, to) in edges {
            assert!(layout.boxes[from].y < layout.boxes[to].y, "{from} above {to}");
        }
        for (place, a) in layout.boxes.iter().enumerate() {
            let row = layout.boxes[place + 1..].iter().filter(|b| b.y == a.y);
            assert!(row.into_iter().all(|b| (a.x - b.x).abs() >= BOX_WIDTH));
        }
        assert_eq!(layout, lay_out(6, &edges), "the same every time");
    }

    #[test]
    fn a_cycle_and_nothing_at_all_are_laid_out() {
        let layout = lay_out(3, &[(0, 1), (1, 2), (2, 0)]);
        let ups = layout.routes.iter().filter(|route| route[0].y > route[route.len() - 1].y).count();
        assert_eq!(ups, 1, "one arrow leads back up");
        assert!(layout.routes.iter().flatten().all(|point| point.x.is_finite() && point.y.is_finite()));
        assert_eq!(lay_out(0, &[]).boxes, []);
    }
}
