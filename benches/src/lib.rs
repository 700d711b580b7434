//! What the harnesses share: each module is the logic of one program under `src/bin`, so that tests can run it on small inputs.
//!
//! `decode` and `edges` measure what is read from files, `vectors` whether the analyses are right, `graph` how fast they are beside other
//! engines, also on the graphs that `synthetic` makes; `durability` proves that a store keeps what it acknowledged. `surface` and `types` write what hosts of other
//! languages know of the core.

pub mod command;
pub mod decode;
pub mod durability;
pub mod edges;
pub mod graph;
pub mod resolve;
pub mod surface;
pub mod synthetic;
pub mod types;
pub mod usage;
pub mod vectors;
