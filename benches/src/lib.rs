//! What the harnesses share.
