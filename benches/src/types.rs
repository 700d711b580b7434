//! Types for hosts of other languages, written from the JSON Schemas of the core's own types: TypeScript interfaces and Python `TypedDict`s.

mod python;
mod shapes;
mod typescript;

pub use python::python;
pub use shapes::{Shapes, shapes};
pub use typescript::typescript;
