//! Searches on small estates, with hand-made truth.
