//! Canonical JSON and columns.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::answer::{EvidenceId, EvidenceSource, Proof};
use crate::base::Timestamp;
use crate::observe::{Perspective, SourceId, Step};

/// Writes JSON with sorted keys and no white space.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            text.push('{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// A value as JSON. What cannot be JSON (a map with keys that are no text) becomes `null`; no answer's value has such.
pub(super) fn value_of<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Replaces each handle in a field `evidence` by its place in the order of first citation, and returns the handles in that order.
pub(super) fn renumber(value: &mut Value) -> Vec<EvidenceId> {
    let mut numbers = Numbers::default();
    numbers.visit(value);
    numbers.cited
}

/// Numbers handles in the order of their first citation.
#[derive(Default)]
pub(super) struct Numbers {
    pub cited: Vec<EvidenceId>,
    places: BTreeMap<EvidenceId, usize>,
}

impl Numbers {
    /// Replaces each handle in a field `evidence` by its number.
    pub fn visit(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(item)),
            Value::Object(map) => {
                let sorted: BTreeMap<&String, &mut Value> = map.iter_mut().collect();
                for (key, value) in sorted {
                    if key == "evidence" { self.number(value) } else { self.visit(value) }
                }
            }
            _ => {}
        }
    }

    fn number(&mut self, handles: &mut Value) {
        for handle in handles.as_array_mut().into_iter().flatten() {
            if let Some(id) = handle.as_u64().and_then(|id| u32::try_from(id).ok()) {
                *handle = Value::from(self.place(EvidenceId(id)));
            }
        }
    }

    fn place(&mut self, id: EvidenceId) -> usize {
        let next = self.cited.len();
        let place = *self.places.entry(id).or_insert(next);
        if place == next {
            self.cited.push(id);
        }
        place
    }
}

/// Resolved evidence by its number, for handles in the order of their first citation.
pub(super) fn proofs(cited: &[EvidenceId], resolver: &dyn EvidenceSource) -> serde_json::Map<String, Value> {
    let numbered = cited.iter().enumerate();
    numbered.filter_map(|(number, id)| Some((number.to_string(), proof(&resolver.proof(*id)?)))).collect()
}

/// A proof as it stands in an answer: the locator of the first step beside the whole chain.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Evidence")]
pub struct ResolvedEvidence {
    /// Who says it.
    pub source: SourceId,
    /// The scope within the source: a file.
    pub scope: String,
    /// Where the fact is used: `path:line`, `path#document/json-pointer`, or a span's id.
    pub locator: Option<String>,
    /// From what was read back to what was written.
    pub chain: Vec<ResolvedStep>,
    /// The field that was read.
    pub field: String,
    /// How it was read.
    pub technique: String,
    /// Between 0 and 1.
    pub confidence: f64,
    /// From which side.
    pub perspective: Perspective,
    /// When it was last read, or seen.
    pub observed_at: Option<Timestamp>,
}

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "EvidenceStep")]
pub struct ResolvedStep {
    /// Where.
    pub locator: String,
    /// What stands there, to the letter, without its secret part.
    pub raw: String,
}

pub(super) fn proof(proof: &Proof) -> Value {
    let step = |step: &Step| ResolvedStep { locator: step.locator.to_string(), raw: step.raw.clone() };
    value_of(&ResolvedEvidence {
        source: proof.source.clone(),
        scope: proof.scope.clone(),
        locator: proof.chain.first().map(|step| step.locator.to_string()),
        chain: proof.chain.iter().map(step).collect(),
        field: proof.field.clone(),
        technique: proof.technique.clone(),
        confidence: proof.confidence,
        perspective: proof.perspective,
        observed_at: proof.observed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_sorts_keys_and_numbers_evidence_by_first_citation() {
        let mut value = serde_json::json!({"rows": [{"z": 1.5, "evidence": [9, 4]}, {"evidence": [4], "a": "x\n"}]});
        assert_eq!(renumber(&mut value), vec![EvidenceId(9), EvidenceId(4)]);
        assert_eq!(canonical(&value), r#"{"rows":[{"evidence":[0,1],"z":1.5},{"a":"x\n","evidence":[1]}]}"#);
    }
}
