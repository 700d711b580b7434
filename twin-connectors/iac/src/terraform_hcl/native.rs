//! Native syntax: one structure of text, by a library that knows positions, as a block or an attribute.

use hcl_edit::Span;
use hcl_edit::expr::{self, Expression as Hcl, ObjectKey, TraversalOperator};
use hcl_edit::parser;
use hcl_edit::structure::{Body, Structure as HclStructure};
use hcl_edit::template::{Directive, Element, Template};
use twin_core::observe::code;

use super::split::{Flaw, Part};
use super::syntax::{Block, Content, Entry, Expression, Reference};

/// What may stand at the top of a file.
#[derive(Debug)]
pub(super) enum Structure {
    Block(Block),
    Attribute(Entry),
}

/// Reads a structure. The library's own message is not passed on: it may quote what stands there.
pub(super) fn structure(part: &Part<'_>) -> Result<Structure, Flaw> {
    let text = part.text.clone()?;
    let syntax = |line| Flaw { line, code: code::SYNTAX, message: "no HCL" };
    let body = parser::parse_body(text).map_err(|error| syntax(part.line + error.location().line().max(1) - 1))?;
    let lines = Positions::new(text, part.line);
    let mut structures = body.iter();
    match (structures.next(), structures.next()) {
        (Some(HclStructure::Block(block)), None) => Ok(Structure::Block(lines.top(block))),
        (Some(HclStructure::Attribute(attribute)), None) => Ok(Structure::Attribute(lines.attribute(attribute))),
        _ => Err(syntax(part.line)),
    }
}

/// A text with interpolations, as JSON syntax has it; all of it stands on one line.
pub(super) fn template(text: &str, line: usize) -> Expression {
    if !text.contains("${") && !text.contains("%{") {
        return Expression::literal(line, text);
    }
    let whole = parser::parse_template(text);
    whole.map_or_else(
        |_| Expression::other(line, Vec::new()),
        |template| Positions { base: line, ends: Vec::new() }.template(&template, line),
    )
}

/// From places in a text to lines of its file.
struct Positions {
    base: usize,
    ends: Vec<usize>,
}

impl Positions {
    fn new(text: &str, base: usize) -> Self {
        Positions { base, ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    fn line(&self, item: &impl Span, otherwise: usize) -> usize {
        item.span().map_or(otherwise, |span| self.base + self.ends.partition_point(|end| *end < span.start))
    }

    fn top(&self, block: &hcl_edit::structure::Block) -> Block {
        let line = self.line(block, self.base);
        let labels = block.labels.iter().map(|label| label.as_str().to_owned()).collect();
        Block { kind: block.ident.as_str().to_owned(), labels, line, body: self.body(&block.body, line) }
    }

    fn body(&self, body: &Body, line: usize) -> Expression {
        let entries = body.iter().map(|structure| match structure {
            HclStructure::Attribute(attribute) => self.attribute(attribute),
            HclStructure::Block(block) => self.inner(block, line),
        });
        Expression { line, content: Content::Object(entries.collect()) }
    }

    fn attribute(&self, attribute: &hcl_edit::structure::Attribute) -> Entry {
        let line = self.line(attribute, self.base);
        let key = attribute.key.as_str();
        Entry { key: key.to_owned(), line, value: self.expression(&attribute.value, line).named_by(key) }
    }

    /// `dynamic "env" { content { … } }` is as good as `env { … }`. Other labels are steps on the way, as in JSON syntax.
    fn inner(&self, block: &hcl_edit::structure::Block, above: usize) -> Entry {
        let line = self.line(block, above);
        let body = self.body(&block.body, line);
        let name = block.ident.as_str();
        match block.labels.first().map(|label| label.as_str().to_owned()) {
            Some(key) if name == "dynamic" => Entry { key, line, value: content_of(body) },
            Some(key) => {
                let labelled = Content::Object(vec![Entry { key, line, value: body }]);
                Entry { key: name.to_owned(), line, value: Expression { line, content: labelled } }
            }
            None => Entry { key: name.to_owned(), line, value: body },
        }
    }

    fn expressions<'e>(&self, items: impl IntoIterator<Item = &'e Hcl>, line: usize) -> Vec<Expression> {
        items.into_iter().map(|item| self.expression(item, line)).collect()
    }

    fn expression(&self, expression: &Hcl, above: usize) -> Expression {
        let line = self.line(expression, above);
        let content = match expression {
            Hcl::Null(_) => Content::Other(Vec::new()),
            Hcl::Bool(truth) => Content::Literal(truth.value().to_string()),
            Hcl::Number(number) => Content::Literal(number.value().to_string()),
            Hcl::String(text) => Content::Literal(text.value().clone()),
            Hcl::Array(items) => Content::List(self.expressions(items, line)),
            Hcl::Object(object) => Content::Object(self.object(object, line)),
            Hcl::StringTemplate(template) => Content::Template(self.elements(template.iter(), line)),
            Hcl::HeredocTemplate(heredoc) => Content::Template(self.elements(heredoc.template.iter(), line)),
            Hcl::Parenthesis(inner) => return self.expression(inner.inner(), line),
            Hcl::Variable(name) => Content::Reference(Reference::new(vec![name.as_str().to_owned()], Vec::new())),
            Hcl::FuncCall(call) => self.call(call, line),
            Hcl::Traversal(traversal) => self.traversal(traversal, line),
            Hcl::Conditional(choice) => {
                Content::Other(self.expressions([&choice.cond_expr, &choice.true_expr, &choice.false_expr], line))
            }
            Hcl::UnaryOp(operation) => Content::Other(self.expressions([&operation.expr], line)),
            Hcl::BinaryOp(operation) => {
                Content::Other(self.expressions([&operation.lhs_expr, &operation.rhs_expr], line))
            }
            Hcl::ForExpr(every) => {
                let parts = [Some(&every.intro.collection_expr), every.key_expr.as_ref(), Some(&every.value_expr)];
                let condition = every.cond.as_ref().map(|condition| &condition.expr);
                Content::Other(self.expressions(parts.into_iter().chain([condition]).flatten(), line))
            }
        };
        Expression { line, content }
    }

    fn object(&self, object: &expr::Object, line: usize) -> Vec<Entry> {
        let entries = object.iter().flat_map(|(key, value)| {
            let value = self.expression(value.expr(), line);
            let at = value.line;
            let entry = |key: &str, value| Entry { key: key.to_owned(), line: at, value };
            match key {
                ObjectKey::Ident(name) => vec![entry(name.as_str(), value)],
                ObjectKey::Expression(Hcl::String(text)) => vec![entry(text.value(), value)],
                ObjectKey::Expression(computed) => vec![entry("", self.expression(computed, line)), entry("", value)],
            }
        });
        entries.collect()
    }

    fn call(&self, call: &expr::FuncCall, line: usize) -> Content {
        let arguments = self.expressions(call.args.iter(), line);
        match call.name.is_namespaced() {
            true => Content::Other(arguments),
            false => Content::Call(call.name.name.as_str().to_owned(), arguments),
        }
    }

    fn traversal(&self, traversal: &expr::Traversal, line: usize) -> Content {
        let Hcl::Variable(name) = &traversal.expr else {
            let keys = traversal.operators.iter().filter_map(|operator| match operator.value() {
                TraversalOperator::Index(key) => Some(key),
                _ => None,
            });
            return Content::Other(self.expressions([&traversal.expr].into_iter().chain(keys), line));
        };
        let (mut path, mut keys) = (vec![name.as_str().to_owned()], Vec::new());
        for operator in &traversal.operators {
            path.push(self.step(operator.value(), &mut keys, line));
        }
        Content::Reference(Reference::new(path, keys))
    }

    /// A step as the path has it; a computed key is kept beside it.
    fn step(&self, operator: &TraversalOperator, keys: &mut Vec<Expression>, line: usize) -> String {
        match operator {
            TraversalOperator::GetAttr(name) => name.as_str().to_owned(),
            TraversalOperator::LegacyIndex(place) => place.value().to_string(),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => "*".to_owned(),
            TraversalOperator::Index(key) => {
                let key = self.expression(key, line);
                let literal = key.as_literal().map(|key| format!("[{key}"));
                if literal.is_none() {
                    keys.push(key);
                }
                literal.unwrap_or_else(|| "*".to_owned())
            }
        }
    }

    fn template(&self, template: &Template, line: usize) -> Expression {
        Expression { line, content: Content::Template(self.elements(template.iter(), line)) }
    }

    fn elements<'e>(&self, elements: impl Iterator<Item = &'e Element>, line: usize) -> Vec<Expression> {
        elements.map(|element| self.element(element, line)).collect()
    }

    fn element(&self, element: &Element, line: usize) -> Expression {
        let at = self.line(element, line);
        match element {
            Element::Literal(text) => Expression::literal(at, text.value().clone()),
            Element::Interpolation(inner) => self.expression(&inner.expr, at),
            Element::Directive(directive) => Expression::other(at, self.directive(directive, at)),
        }
    }

    fn directive(&self, directive: &Directive, line: usize) -> Vec<Expression> {
        match directive {
            Directive::If(choice) => {
                let otherwise = choice.else_expr.iter().map(|otherwise| self.template(&otherwise.template, line));
                let then = self.template(&choice.if_expr.template, line);
                [self.expression(&choice.if_expr.cond_expr, line), then].into_iter().chain(otherwise).collect()
            }
            Directive::For(every) => {
                let collection = self.expression(&every.for_expr.collection_expr, line);
                vec![collection, self.template(&every.for_expr.template, line)]
            }
        }
    }
}

/// The content of a dynamic block, and beside it what it is repeated for.
fn content_of(body: Expression) -> Expression {
    let line = body.line;
    let Content::Object(entries) = body.content else { return Expression::other(line, Vec::new()) };
    let (content, rest): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.key == "content");
    let mut inner: Vec<Entry> = Vec::new();
    for entry in content {
        if let Content::Object(entries) = entry.value.content {
            inner.extend(entries);
        }
    }
    inner.extend(rest.into_iter().map(|entry| Entry { key: String::new(), ..entry }));
    Expression { line, content: Content::Object(inner) }
}
