//! What goes wrong, as an error of JavaScript with a `code`.

use napi::Env;
use napi::bindgen_prelude::{FnArgs, Function, FunctionRef, Unknown};
use twin_core::base::{Error, ErrorKind};

/// A code for machines and a line for people.
#[derive(Debug)]
pub struct Problem {
    /// The core's code, or `closed`, or `panic`.
    pub code: &'static str,
    /// What, where, and what to do.
    pub message: String,
}

/// The result of whatever can go wrong.
pub type Result<T> = std::result::Result<T, Problem>;

/// What the class of errors is made from.
pub type Parts = FnArgs<(String, String)>;

type ErrorClass = FunctionRef<Parts, Unknown<'static>>;

/// How many letters a line for people has at most: a path or a text of the caller's may be of any length.
const LETTERS: usize = 900;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem { code: error.kind().code(), message: line(error.to_string()) }
    }
}

fn line(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(LETTERS) {
        message.truncate(end);
        message.push('…');
    }
    message
}

impl Problem {
    /// An argument that makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Invalid, message).into()
    }

    /// Whatever was called is closed.
    pub fn closed() -> Self {
        Problem { code: "closed", message: "the twin is closed".to_owned() }
    }

    /// The core broke its word that it never panics.
    pub fn panicked() -> Self {
        let message = "the core panicked, which it should never do: please report it".to_owned();
        Problem { code: "panic", message }
    }

    /// The same with how far the work had come.
    pub fn after(mut self, told: Option<String>) -> Self {
        if let Some(told) = told.filter(|_| ["cancelled", "limit"].contains(&self.code)) {
            self.message = format!("{} after {told}", self.message);
        }
        self
    }
}

/// Remembers the class of errors of this environment.
pub fn raise_as(env: &Env, class: Function<'_, Parts, Unknown<'static>>) -> napi::Result<()> {
    let class: ErrorClass = class.create_ref()?;
    env.set_instance_data(class, (), |_| {})
}

/// The result as an addon gives it, with the error made by the class of errors.
pub fn raised<T>(env: &Env, result: Result<T>) -> napi::Result<T> {
    result.map_err(|problem| made(env, problem).map_or_else(|error| error, napi::Error::from))
}

fn made(env: &Env, problem: Problem) -> napi::Result<Unknown<'_>> {
    match env.get_instance_data::<ErrorClass>()? {
        Some(class) => class.borrow_back(env)?.new_instance((problem.code.to_owned(), problem.message).into()),
        None => Err(napi::Error::from_reason(problem.message)),
    }
}
