//! Just enough of a shell to find the images that a script builds: words, quotes, separators, heredocs, and `cd`.
//!
//! No variable is known. A word with one in it keeps what stands before it, so that a tag may be variable and the name still be read.

use twin_connector_base::dockerfile::heredoc;

use crate::paths;

/// A word of a command, quotes taken off; each variable in it is one `$`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// The text.
    pub text: String,
    /// The line of the script on which it begins, first is 0.
    pub line: usize,
}

/// An image that a command builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DockerBuild {
    /// The names that it is given.
    pub tags: Vec<Word>,
    /// The folder that it is built from, relative to the root, if that is known.
    pub context: Option<String>,
    /// The Dockerfile, relative to the root, if that is known.
    pub file: Option<String>,
    /// The stage that is built, where it is not the last.
    pub target: Option<String>,
    /// The line of the script, first is 0.
    pub line: usize,
}

/// A shell between two commands.
pub(crate) struct Shell {
    /// Where it is, relative to the root; `None` once that is not known.
    folder: Option<String>,
    /// Where it was before each subshell that is open.
    outer: Vec<Option<String>>,
}

/// A subshell is a few levels deep; more are no script.
const DEEPEST: usize = 64;

impl Shell {
    /// A shell that begins in a folder.
    pub fn new(folder: Option<String>) -> Self {
        Shell { folder, outer: Vec::new() }
    }

    /// Runs nothing, and finds the images that a script builds.
    pub fn read(&mut self, script: &str) -> Vec<DockerBuild> {
        commands(script).iter().filter_map(|command| self.command(command)).collect()
    }

    fn command(&mut self, words: &[Word]) -> Option<DockerBuild> {
        let words = without_prefixes(words);
        let first = words.first()?;
        match paths::name(&first.text) {
            "(" if self.outer.len() < DEEPEST => self.outer.push(self.folder.clone()),
            ")" => self.folder = self.outer.pop().unwrap_or_else(|| self.folder.clone()),
            "cd" => self.folder = self.entered(words.get(1)),
            "pushd" | "popd" => self.folder = None,
            "docker" | "podman" => return self.docker(words.get(1..)?, first.line),
            _ => {}
        }
        None
    }

    fn entered(&self, to: Option<&Word>) -> Option<String> {
        paths::joined(self.folder.as_deref()?, to.map(|word| word.text.as_str()).filter(|text| *text != "-")?)
    }

    fn docker(&self, words: &[Word], line: usize) -> Option<DockerBuild> {
        let arguments = Arguments::of(build_arguments(words)?);
        let at = |path: &str| paths::joined(self.folder.as_deref()?, path);
        let context = match &arguments.rest[..] {
            [only] if only.text != "-" => at(&only.text),
            _ => None,
        };
        let file = match &arguments.file {
            Some(file) => at(&file.text),
            None => context.as_deref().and_then(|context| paths::joined(context, "Dockerfile")),
        };
        let target = arguments.target.map(|target| target.text);
        Some(DockerBuild { tags: arguments.tags, context, file, target, line })
    }
}

/// What follows `docker build`, `docker buildx build`, `docker image build`.
fn build_arguments(words: &[Word]) -> Option<&[Word]> {
    const WITH_VALUE: [&str; 8] = ["--context", "-c", "--host", "-H", "--log-level", "-l", "--config", "--builder"];
    let mut words = words;
    loop {
        let (first, rest) = words.split_first()?;
        words = match first.text.as_str() {
            "build" => return Some(rest),
            "buildx" | "image" | "builder" => rest,
            flag if WITH_VALUE.contains(&flag) => rest.get(1..)?,
            flag if flag.starts_with('-') => rest,
            _ => return None,
        };
    }
}

/// The arguments of a build that are read.
#[derive(Default)]
struct Arguments {
    tags: Vec<Word>,
    file: Option<Word>,
    target: Option<Word>,
    rest: Vec<Word>,
}

/// Flags of a build that stand alone; every other one has a value.
const ALONE: [&str; 14] = [
    "--no-cache",
    "--pull",
    "--push",
    "--load",
    "--quiet",
    "-q",
    "--rm",
    "--force-rm",
    "--compress",
    "--squash",
    "--check",
    "--debug",
    "-D",
    "--disable-content-trust",
];

impl Arguments {
    fn of(words: &[Word]) -> Self {
        let mut arguments = Arguments::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.text.contains(['<', '>']) {
                let is_open = word.text.ends_with(['<', '>']);
                words.by_ref().take(usize::from(is_open)).for_each(drop);
                continue;
            }
            match flag(&word.text) {
                None => arguments.rest.push(word.clone()),
                Some((name, Some(value))) => arguments.take(name, Word { text: value.to_owned(), line: word.line }),
                Some((name, None)) if ALONE.contains(&name) => {}
                Some((name, None)) => words.next().into_iter().for_each(|value| arguments.take(name, value.clone())),
            }
        }
        arguments
    }

    fn take(&mut self, flag: &str, value: Word) {
        match flag {
            "-t" | "--tag" => self.tags.push(value),
            "-f" | "--file" => self.file = Some(value),
            "--target" => self.target = Some(value),
            _ => {}
        }
    }
}

/// `--flag`, `--flag=value`, `-f`, `-fvalue`.
fn flag(word: &str) -> Option<(&str, Option<&str>)> {
    if word.starts_with("--") {
        return Some(word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value))));
    }
    let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty())?;
    let end = letters.chars().next().map_or(1, |letter| 1 + letter.len_utf8());
    let value = word.get(end..).filter(|value| !value.is_empty());
    Some((word.get(..end)?, value.map(|value| value.strip_prefix('=').unwrap_or(value))))
}

/// Without what may stand before a command: assignments, `sudo`, the words of control structures.
fn without_prefixes(words: &[Word]) -> &[Word] {
    const PREFIXES: [&str; 12] =
        ["sudo", "time", "exec", "env", "if", "then", "else", "do", "while", "until", "!", "{"];
    let is_assignment = |text: &str| {
        text.split_once('=')
            .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    };
    let is_prefix = |word: &&Word| PREFIXES.contains(&word.text.as_str()) || is_assignment(&word.text);
    let count = words.iter().take_while(is_prefix).count();
    words.get(count..).unwrap_or_default()
}

/// The commands of a script. `(` and `)` are commands of their own.
fn commands(script: &str) -> Vec<Vec<Word>> {
    let mut lexer =
        Lexer { rest: script, line: 0, commands: Vec::new(), words: Vec::new(), word: None, heredocs: Vec::new() };
    lexer.read();
    lexer.commands
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    commands: Vec<Vec<Word>>,
    words: Vec<Word>,
    word: Option<Word>,
    /// The names of heredocs that begin after this line.
    heredocs: Vec<(String, bool)>,
}

impl Lexer<'_> {
    fn read(&mut self) {
        while let Some(letter) = self.next() {
            match letter {
                '\n' => self.end_line(),
                ';' | '&' | '|' => self.end_command(),
                '(' | ')' => self.bracket(letter),
                '#' if self.word.is_none() => self.skip_to("\n"),
                '\\' => self.escaped(),
                '\'' => self.quoted('\''),
                '"' => self.quoted('"'),
                '$' => self.variable(),
                '`' => self.push('$'),
                letter if letter.is_whitespace() => self.end_word(),
                letter => self.push(letter),
            }
        }
        self.end_command();
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        self.line += usize::from(letter == '\n');
        Some(letter)
    }

    fn push(&mut self, letter: char) {
        let line = self.line;
        self.word.get_or_insert_with(|| Word { text: String::new(), line }).text.push(letter);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let begins = self.words.last().is_some_and(|last| last.text == "<<" || last.text == "<<-");
        match heredoc(&word.text) {
            Some((name, is_indented)) => self.heredocs.push((name.to_owned(), is_indented)),
            None if begins => self.heredocs.push((word.text.clone(), true)),
            None => {}
        }
        self.words.push(word);
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    fn bracket(&mut self, letter: char) {
        self.end_command();
        self.commands.push(vec![Word { text: letter.to_string(), line: self.line }]);
    }

    fn end_line(&mut self) {
        self.end_command();
        for (name, is_indented) in std::mem::take(&mut self.heredocs) {
            let ends = |line: &str| (if is_indented { line.trim_start() } else { line }) == name;
            while let Some(line) = self.rest.lines().next().map(str::to_owned) {
                self.skip_to("\n");
                self.next();
                if ends(&line) {
                    break;
                }
            }
        }
    }

    /// Goes to the place where `end` stands, or to the end of the text.
    fn skip_to(&mut self, end: &str) {
        let length = self.rest.find(end).unwrap_or(self.rest.len());
        self.line += self.rest.get(..length).unwrap_or_default().matches('\n').count();
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// A line that goes on, or a letter that means itself.
    fn escaped(&mut self) {
        match self.next() {
            Some('\n') => self.end_word(),
            Some(letter) => self.push(letter),
            None => {}
        }
    }

    fn quoted(&mut self, quote: char) {
        let line = self.line;
        self.word.get_or_insert_with(|| Word { text: String::new(), line });
        while let Some(letter) = self.next() {
            match letter {
                letter if letter == quote => return,
                '$' if quote == '"' => self.variable(),
                '`' if quote == '"' => self.push('$'),
                '\\' if quote == '"' => {
                    let escaped = self.next();
                    escaped.into_iter().for_each(|letter| self.push(letter));
                }
                letter => self.push(letter),
            }
        }
    }

    /// `$NAME`, `${NAME…}`, `${{ expression }}`, `$(command)`: one `$`, whatever it is.
    fn variable(&mut self) {
        self.push('$');
        if self.rest.starts_with("{{") {
            self.skip_to("}}");
            self.skip(2);
        } else if self.rest.starts_with('{') {
            self.skip_to("}");
            self.skip(1);
        } else if self.rest.starts_with('(') {
            self.substitution();
        } else {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            self.skip(self.rest.find(|letter| !is_name(letter)).unwrap_or(self.rest.len()));
        }
    }

    fn substitution(&mut self) {
        let mut open = 0usize;
        while let Some(letter) = self.next() {
            open += usize::from(letter == '(');
            if letter == ')' {
                open = open.saturating_sub(1);
            }
            if open == 0 {
                return;
            }
        }
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests;
