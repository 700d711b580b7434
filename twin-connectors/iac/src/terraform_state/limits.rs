//! Limits of a JSON text, checked before anything of it is built in memory.

use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};

/// Refuses a text that is too long, nested too deep, or has too many nodes. O(n), without allocation.
pub(crate) fn check(path: &str, bytes: &[u8], limits: &Limits) -> Result<(), Diagnostic> {
    if bytes.len() as u64 > limits.payload_bytes {
        return Err(refused(path, 0, format!("longer than {} bytes", limits.payload_bytes)));
    }
    let mut shape = Shape::default();
    for &byte in bytes {
        shape.see(byte);
        if shape.depth > limits.depth {
            return Err(refused(path, shape.line, format!("nested deeper than {}", limits.depth)));
        }
        if shape.nodes > limits.nodes {
            return Err(refused(path, shape.line, format!("more than {} nodes", limits.nodes)));
        }
    }
    Ok(())
}

fn refused(path: &str, line: usize, message: String) -> Diagnostic {
    Diagnostic::rejected(code::LIMIT, Locator::line(path, line), message)
}

/// What was seen of a text so far.
struct Shape {
    line: usize,
    depth: usize,
    nodes: usize,
    in_string: bool,
    escaped: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { line: 1, depth: 0, nodes: 1, in_string: false, escaped: false }
    }
}

impl Shape {
    fn see(&mut self, byte: u8) {
        self.line += usize::from(byte == b'\n');
        match self.in_string {
            true => self.see_text(byte),
            false => self.see_structure(byte),
        }
    }

    fn see_text(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_string = false,
            _ => {}
        }
    }

    fn see_structure(&mut self, byte: u8) {
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => (self.depth, self.nodes) = (self.depth + 1, self.nodes + 1),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b',' => self.nodes += 1,
            _ => {}
        }
    }
}
