//! petgraph's visit traits on [`Snapshot`], so that its generic algorithms run on now, then and what-if. Indexes are compact: what a scenario took away has none.

use petgraph::Direction;
use petgraph::visit::{
    Data, EdgeRef as VisitEdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoEdgesDirected,
    IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount,
    NodeIndexable, Visitable,
};

use crate::graph::{Edge, EdgeRef, Entity, Node, Snapshot};

impl GraphBase for Snapshot {
    type NodeId = Node;
    type EdgeId = u32;
}

impl Data for Snapshot {
    type NodeWeight = Entity;
    type EdgeWeight = Edge;
}

impl GraphProp for Snapshot {
    type EdgeType = petgraph::Directed;
}

impl NodeCount for Snapshot {
    fn node_count(&self) -> usize {
        self.len()
    }
}

impl NodeIndexable for Snapshot {
    fn node_bound(&self) -> usize {
        self.len()
    }

    fn to_index(&self, node: Node) -> usize {
        self.pages().rank(node)
    }

    fn from_index(&self, index: usize) -> Node {
        self.pages().ranked(index)
    }
}

impl NodeCompactIndexable for Snapshot {}

/// Which nodes were visited.
#[derive(Clone, Debug, Default)]
pub struct Visited(Vec<bool>);

impl petgraph::visit::VisitMap<Node> for Visited {
    fn visit(&mut self, node: Node) -> bool {
        !std::mem::replace(&mut self.0[node.index()], true)
    }

    fn is_visited(&self, node: &Node) -> bool {
        self.0[node.index()]
    }

    fn unvisit(&mut self, node: Node) -> bool {
        std::mem::replace(&mut self.0[node.index()], false)
    }
}

impl Visitable for Snapshot {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.bound()])
    }

    fn reset_map(&self, map: &mut Visited) {
        map.0.clear();
        map.0.resize(self.bound(), false);
    }
}

impl VisitEdgeRef for EdgeRef<'_> {
    type NodeId = Node;
    type EdgeId = u32;
    type Weight = Edge;

    fn source(&self) -> Node {
        self.from
    }

    fn target(&self) -> Node {
        self.to
    }

    fn weight(&self) -> &Edge {
        self.edge
    }

    fn id(&self) -> u32 {
        self.place
    }
}

type Boxed<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

impl<'a> IntoNeighbors for &'a Snapshot {
    type Neighbors = Boxed<'a, Node>;

    fn neighbors(self, node: Node) -> Self::Neighbors {
        Box::new(self.outgoing(node).map(|edge| edge.to))
    }
}

impl<'a> IntoNeighborsDirected for &'a Snapshot {
    type NeighborsDirected = Boxed<'a, Node>;

    fn neighbors_directed(self, node: Node, direction: Direction) -> Self::NeighborsDirected {
        match direction {
            Direction::Outgoing => Box::new(self.outgoing(node).map(|edge| edge.to)),
            Direction::Incoming => Box::new(self.incoming(node).map(|edge| edge.from)),
        }
    }
}

impl<'a> IntoEdgeReferences for &'a Snapshot {
    type EdgeRef = EdgeRef<'a>;
    type EdgeReferences = Boxed<'a, EdgeRef<'a>>;

    fn edge_references(self) -> Self::EdgeReferences {
        Box::new(self.edges())
    }
}

impl<'a> IntoEdges for &'a Snapshot {
    type Edges = Boxed<'a, EdgeRef<'a>>;

    fn edges(self, node: Node) -> Self::Edges {
        Box::new(self.outgoing(node))
    }
}

impl<'a> IntoEdgesDirected for &'a Snapshot {
    type EdgesDirected = Boxed<'a, EdgeRef<'a>>;

    /// petgraph wants the node that was asked about as the source of outgoing and the target of incoming edges, as it is here.
    fn edges_directed(self, node: Node, direction: Direction) -> Self::EdgesDirected {
        match direction {
            Direction::Outgoing => Box::new(self.outgoing(node)),
            Direction::Incoming => Box::new(self.incoming(node)),
        }
    }
}

impl<'a> IntoNodeIdentifiers for &'a Snapshot {
    type NodeIdentifiers = Boxed<'a, Node>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        Box::new(self.nodes())
    }
}

impl<'a> IntoNodeReferences for &'a Snapshot {
    type NodeRef = (Node, &'a Entity);
    type NodeReferences = Boxed<'a, (Node, &'a Entity)>;

    fn node_references(self) -> Self::NodeReferences {
        Box::new(self.nodes().map(|node| (node, self.entity(node))))
    }
}
