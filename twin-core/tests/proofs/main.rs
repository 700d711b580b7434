//! Proofs: what the core promises, held against slow references, made-up estates and the ten promises of synchronisation.

mod graphs;
mod identity;
mod order;
mod packages;
mod status;
mod store;
mod support;
mod sync;
mod times;
mod words;
