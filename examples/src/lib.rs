//! What users copy.
