//! What users copy: the tour of a twin, in small modules, one for each sort of question.

pub mod tour;
