//! What the harnesses share: each module is the logic of one program under `src/bin`, so that tests can run it on small inputs.
//!
//! `decode` and `edges` measure what is read from files, `vectors` whether the analyses are right, `reality` whether what was predicted came, `graph` how fast they are beside other
//! engines, also on the graphs that `synthetic` makes; `durability` proves that a store keeps what it acknowledged. `resolve` says which records are one thing, on the
//! estates that `estates` makes or any others, and `score` how near that is to the truth. `surface` and `types` write what hosts of other
//! languages know of the core. `incidents` makes up incidents whose causes are known, `petshop` reads those of others, and both rank their suspects. `simulated` makes up
//! systems of which is known what a change does to them, for `reality`.

pub mod command;
pub mod decode;
pub mod durability;
pub mod edges;
pub mod estates;
pub mod graph;
pub mod incidents;
pub mod petshop;
pub mod reality;
pub mod resolve;
pub mod score;
pub mod simulated;
pub mod surface;
pub mod synthetic;
pub mod types;
pub mod usage;
pub mod vectors;
