//! Types for hosts of other languages, written from the JSON Schemas of the core's own types: TypeScript interfaces and Python `TypedDict`s.

mod changes;
mod python;
mod shapes;
mod typescript;

pub use changes::{javascript_changes, python_changes, typescript_changes};
pub use python::python;
pub use shapes::{Shapes, shapes};
pub use typescript::typescript;
