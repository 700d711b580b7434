//! Manifests: what becomes of objects of all kinds.
