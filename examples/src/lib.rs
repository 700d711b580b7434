//! What users copy: the tour of a twin, in small modules, one for each sort of question.

#![cfg_attr(doctest, doc = include_str!("../../README.md"))]

pub mod tour;
