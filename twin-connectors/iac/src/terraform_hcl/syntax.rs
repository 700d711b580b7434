//! What native syntax and JSON syntax have in common: blocks whose bodies are objects, and expressions as far as they matter here.

/// The types of blocks that may stand at the top of a file, and how many labels each has.
pub(super) const BLOCKS: [(&str, usize); 14] = [
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("action", 2),
    ("module", 1),
    ("variable", 1),
    ("output", 1),
    ("provider", 1),
    ("check", 1),
    ("locals", 0),
    ("terraform", 0),
    ("moved", 0),
    ("import", 0),
    ("removed", 0),
];

/// How many labels a block of this type has; none if the type is not known.
pub(super) fn labels_of(kind: &str) -> Option<usize> {
    BLOCKS.iter().find(|(known, _)| *known == kind).map(|(_, labels)| *labels)
}

/// A top-level block.
#[derive(Debug)]
pub(super) struct Block {
    /// `resource`, `module`, …
    pub kind: String,
    pub labels: Vec<String>,
    /// Where it begins.
    pub line: usize,
    /// Attributes and inner blocks; an inner block is an object.
    pub body: Expression,
}

impl Block {
    /// A label; empty if there is none.
    pub fn label(&self, place: usize) -> &str {
        self.labels.get(place).map_or("", String::as_str)
    }

    /// The first attribute or inner block of that name.
    pub fn get(&self, key: &str) -> Option<&Expression> {
        self.body.get(key)
    }
}

/// An attribute, an inner block or an entry of an object.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name; empty where it is computed.
    pub key: String,
    pub line: usize,
    pub value: Expression,
}

/// An expression and where it begins.
#[derive(Debug)]
pub(super) struct Expression {
    pub line: usize,
    pub content: Content,
}

/// What an expression is, as far as it can be followed.
#[derive(Debug)]
pub(super) enum Content {
    /// A text, number or truth value.
    Literal(String),
    /// Parts of a text, one after the other.
    Template(Vec<Expression>),
    /// `aws_db_instance.main.endpoint`.
    Reference(Reference),
    List(Vec<Expression>),
    Object(Vec<Entry>),
    Call(String, Vec<Expression>),
    /// Anything else: only what it refers to matters.
    Other(Vec<Expression>),
}

/// A name and what is taken of it.
#[derive(Debug)]
pub(super) struct Reference {
    /// The names; `[key` for a literal key, `*` for one that is computed or stands for all.
    pub path: Vec<String>,
    /// Computed keys.
    pub keys: Vec<Expression>,
}

impl Reference {
    /// A step of the path; empty beyond its end.
    pub fn step(&self, place: usize) -> &str {
        self.path.get(place).map_or("", String::as_str)
    }

    /// The first steps as they are written.
    pub fn beginning(&self, steps: usize) -> String {
        self.path.iter().take(steps).map(String::as_str).collect::<Vec<_>>().join(".")
    }

    /// The names that follow, without the keys of instances.
    pub fn attributes_from(&self, place: usize) -> impl Iterator<Item = &str> {
        self.path.iter().skip(place).map(String::as_str).filter(|step| !step.starts_with('[') && is_name(step))
    }

    /// The names that follow, however they are written.
    pub fn names_from(&self, place: usize) -> impl Iterator<Item = &str> {
        self.path.iter().skip(place).map(|step| name_in(step)).filter(|step| is_name(step))
    }

    /// A reference by its steps; `resource.aws_vpc.main` is another way to write `aws_vpc.main`.
    pub fn new(mut path: Vec<String>, keys: Vec<Expression>) -> Self {
        if path.len() > 2 && path.first().is_some_and(|first| first == "resource") {
            path.remove(0);
        }
        Reference { path, keys }
    }

    /// A dotted text as a reference.
    pub fn of(text: &str) -> Self {
        let bare = crate::terraform_state::without_keys(text.trim());
        Reference::new(bare.split('.').map(str::to_owned).collect(), Vec::new())
    }
}

/// A step of a path without the mark of a key.
pub(super) fn name_in(step: &str) -> &str {
    step.strip_prefix('[').unwrap_or(step)
}

fn is_name(step: &str) -> bool {
    step != "*" && step.parse::<u64>().is_err()
}

impl Expression {
    pub fn literal(line: usize, text: impl Into<String>) -> Self {
        Expression { line, content: Content::Literal(text.into()) }
    }

    pub fn other(line: usize, inner: Vec<Expression>) -> Self {
        Expression { line, content: Content::Other(inner) }
    }

    /// The same, where arguments of that name are names of blocks although they may be written as texts.
    pub fn named_by(self, argument: &str) -> Self {
        let names_blocks = ["depends_on", "provider", "to", "from"].contains(&argument);
        match self.content {
            Content::Literal(text) if names_blocks => {
                Expression { line: self.line, content: Content::Reference(Reference::of(&text)) }
            }
            Content::List(items) if names_blocks => {
                let items = items.into_iter().map(|item| item.named_by(argument)).collect();
                Expression { line: self.line, content: Content::List(items) }
            }
            content => Expression { line: self.line, content },
        }
    }

    /// The text of a literal.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.content {
            Content::Literal(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_reference(&self) -> Option<&Reference> {
        match &self.content {
            Content::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// The first entry of that name.
    pub fn get(&self, key: &str) -> Option<&Expression> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The entries of an object; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Object(entries) => entries,
            _ => &[],
        }
    }

    /// What stands in it.
    pub fn children(&self) -> Vec<&Expression> {
        match &self.content {
            Content::Literal(_) => Vec::new(),
            Content::Reference(reference) => reference.keys.iter().collect(),
            Content::Object(entries) => entries.iter().map(|entry| &entry.value).collect(),
            Content::Template(inner) | Content::List(inner) | Content::Call(_, inner) | Content::Other(inner) => {
                inner.iter().collect()
            }
        }
    }
}
