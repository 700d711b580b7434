//! Placeholder of the room that is being built.
