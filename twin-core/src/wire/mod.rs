//! The outside: a snapshot as a page that people open in a browser, and as text for a diagram.
//!
//! Invariant: what is written here comes from answers and from the snapshot, never from a source of its own; and whatever a name holds, it is
//! written so that it stays a name.

mod escape;
mod layout;
mod map;
mod mermaid;
mod notebook;
mod page;
mod picture;
mod svg;

pub use map::{ComponentMap, MapEdge, MapNode, Shape, component_map, label};
pub use mermaid::mermaid;
pub use notebook::{answer_html, resolution_html, snapshot_html};
pub use page::page;
pub use picture::{Axes, answer_svg, answer_vega_lite};
pub use svg::map_svg;
