//! Names of rows: a kind, a relation, an attribute. Plain strings underneath, so that hosts can bring their own.

use std::borrow::{Borrow, Cow};
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(with = "String")] Cow<'static, str>);

        impl $name {
            /// A name known at compile time.
            pub const fn of(name: &'static str) -> Self {
                $name(Cow::Borrowed(name))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                $name(Cow::Owned(name))
            }
        }

        impl From<&'static str> for $name {
            fn from(name: &'static str) -> Self {
                $name::of(name)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name!(
    /// The name of a kind of entity or record, such as `Workload`.
    Kind
);
name!(
    /// The name of a relation, such as `calls`.
    Relation
);
name!(
    /// The name of an attribute, such as `image`.
    AttributeName
);
