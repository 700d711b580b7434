//! Proofs: what the core promises, held against slow references, made-up estates and the ten promises of synchronisation.

mod assembly;
mod bad_input;
mod builds;
mod feedback;
mod folders;
mod formats;
mod graphs;
mod history;
mod hosts;
mod identity;
mod order;
mod packages;
mod pages;
mod resolve;
mod schedules;
mod sources;
mod status;
mod stopping;
mod store;
mod structure;
mod support;
mod sync;
mod taint;
mod times;
mod upkeep;
mod words;
