//! What every connector shares: the [`Decoder`] trait, documents with positions, endpoints without secrets.
//!
//! Invariant: nothing here reads a file, a socket or a clock. A decoder is a pure, total function of the bytes it is given.

pub mod config;
mod decoder;
pub mod dockerfile;
pub mod document;
pub mod endpoint;
pub mod image;
pub mod labels;
pub mod path;
pub mod repository;

pub use decoder::{Decoded, Decoder, Origin, Payload, Recognition};
