//! The next question about scenarios: which input of their changes that nobody knows would turn a choice between them, and who knows it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::analysis::owner_rows;
use crate::answer::{Answer, Cites, EvidenceId, Profile, Reply, table_row};
use crate::base::{Context, Error, ErrorKind, Result};
use crate::graph::{Node, Snapshot};
use crate::simulate::Scenario;
use crate::simulate::change::ChangeDraft;
use crate::simulate::check::invalid;
use crate::simulate::comparison::{Baseline, Figure, Given, compare};
use crate::simulate::next_question::{NextQuestion, UnknownInput, next_questions};
use crate::simulate::objective::{Objective, ObjectiveDraft};
use crate::simulate::pareto::Goal;
use crate::simulate::told::FigureTold;
use crate::simulate::trade_off::{TradeOff, Turn, ranked};
use crate::simulate::trade_off_answer::trade_off_of_answers;
use crate::simulate::untouched::add_untouched;

/// Which input would turn a choice between scenarios: what is asked, as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceDraft {
    /// Between what it is chosen.
    pub options: Vec<OptionDraft>,
    /// What it is chosen by.
    pub objectives: Vec<ObjectiveDraft>,
    /// What nobody knows.
    pub inputs: Vec<InputDraft>,
}

/// A scenario by its changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionDraft {
    /// Its name.
    pub name: String,
    /// Its changes; none is the world as it is.
    #[serde(default)]
    pub changes: Vec<ChangeDraft>,
}

/// A number of a change of which only a range is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputDraft {
    /// Of which option, by name.
    pub option: String,
    /// The place of the change among those of the option, from 0 on.
    #[serde(default)]
    pub change: usize,
    /// The field of the change, such as `hit_ratio` or `price.amount`.
    pub field: String,
    /// At least so much.
    pub low: f64,
    /// At most so much.
    pub high: f64,
    /// What figures are computed with otherwise. Default: what the change says.
    #[serde(default)]
    pub assumed: Option<f64>,
    /// What people call it. Default: the field and the change.
    #[serde(default)]
    pub name: Option<String>,
    /// In which unit it is, for people.
    #[serde(default)]
    pub unit: Option<String>,
    /// Who would know. Default: who owns what the change is about.
    #[serde(default)]
    pub owner: Option<String>,
}

impl ChoiceDraft {
    /// Reads a choice from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<ChoiceDraft> {
        let wrong = "this is no choice between scenarios";
        serde_json::from_str(text).map_err(|error| Error::misread(wrong, &error))
    }
}

table_row!(NextQuestion: input, unit, owner, option, other, share_turned, share_unknown, assumed, ask);

/// The comparisons cite evidence: a question about them has none of its own.
impl Cites for NextQuestion {
    fn cites(&self) -> &[EvidenceId] {
        &[]
    }
}

/// Finds the inputs that would turn a choice between scenarios on a base, as [`next_questions`] does: every pair of options is held against each other by every objective. What the
/// comparisons rest on, the answer rests on. O((65 inputs + 480 pairs of options by objectives and inputs) · comparison).
///
/// # Errors
/// `Invalid` for a field that is no number of its change, a change or option that is not there, and an assumed value that nobody says; those of scenarios, comparisons,
/// [`trade_off`](crate::simulate::trade_off()) and [`next_questions`].
pub fn next_questions_about(
    base: &Snapshot,
    choice: &ChoiceDraft,
    given: &Given<'_>,
    needs: Profile,
    context: &Context,
) -> Result<Answer<Vec<NextQuestion>>> {
    let baseline = given.baseline.cloned().unwrap_or_else(|| Baseline::of(base));
    let given = Given { baseline: Some(&baseline), is_quick: true, ..given.clone() };
    let objectives: Vec<Objective> = choice.objectives.iter().map(ObjectiveDraft::objective).collect::<Result<_>>()?;
    let (known, is_any_unknown) = (RefCell::default(), Cell::default());
    let worlds = Worlds { base, choice, objectives: &objectives, given: &given, needs, context, known, is_any_unknown };
    let mut inputs: Vec<UnknownInput> = choice.inputs.iter().map(|input| worlds.input(input)).collect::<Result<_>>()?;
    tell_apart(&mut inputs, choice);
    let assumed: Vec<f64> = inputs.iter().map(|input| input.assumed).collect();
    let compared = |place: usize| Ok(worlds.compared(place, &assumed)?.into());
    let replies: Vec<Reply> = (0..choice.options.len()).map(compared).collect::<Result<_>>()?;
    let answer = trade_off_of_answers(&replies, &choice.objectives)?;
    let goals: Vec<Goal> = objectives.iter().map(|objective| objective.goal).collect();
    let every = TradeOff { turns: every_turn(&answer.value), ..answer.value.clone() };
    let found = next_questions(&every, &goals, &inputs, &|values: &[f64]| worlds.figures(values))?;
    let verdict = verdict(&found, inputs.len(), worlds.is_any_unknown.get());
    let mut answer = answer.map(|_| found);
    answer.verdict = Some(verdict);
    answer.question = serde_json::json!({"kind": "next_questions", "choice": choice});
    answer.method =
        "one input turned at a time, the comparison made again at each step; break-even by halving".to_owned();
    Ok(answer)
}

/// Two inputs of one name are told apart by their options.
fn tell_apart(inputs: &mut [UnknownInput], choice: &ChoiceDraft) {
    let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    for (input, draft) in inputs.iter_mut().zip(&choice.inputs) {
        if names.iter().filter(|name| **name == input.name).count() > 1 {
            input.name = format!("{} of option {}", input.name, draft.option);
        }
    }
}

/// How many inputs turn the choice, so that none is told apart from not knowing.
fn verdict(found: &[NextQuestion], asked: usize, is_any_unknown: bool) -> String {
    let inputs: BTreeSet<&str> = found.iter().map(|question| question.input.as_str()).collect();
    let turning = match inputs.len() {
        0 => format!("none of {asked} inputs is known to turn the choice within its range"),
        turning => format!("{turning} of {asked} inputs may turn the choice"),
    };
    let doubt = if is_any_unknown { "; not all figures that the choice is by are known" } else { "" };
    turning + doubt
}

/// All options against each other, by all objectives.
fn every_turn(ranked: &TradeOff) -> Vec<Turn> {
    let names: Vec<&String> = ranked.options.iter().map(|option| &option.name).collect();
    let pairs = names.iter().enumerate().flat_map(|(at, one)| names[at + 1..].iter().map(move |other| (*one, *other)));
    let by_all = |(one, other): (&String, &String)| {
        let turn = |objective| Turn { option: one.clone(), other: other.clone(), objective };
        (0..ranked.objectives.len()).map(turn).collect::<Vec<Turn>>()
    };
    pairs.flat_map(by_all).collect()
}

/// An option by its place, and its own inputs as bits.
type World = (usize, Vec<u64>);

/// The options at whatever the inputs may be.
struct Worlds<'a> {
    base: &'a Snapshot,
    choice: &'a ChoiceDraft,
    objectives: &'a [Objective],
    given: &'a Given<'a>,
    needs: Profile,
    context: &'a Context,
    /// By option and the inputs of its own, the figures that the objectives are about.
    known: RefCell<BTreeMap<World, Vec<FigureTold>>>,
    /// Whether a figure was unknown of anything that was tried.
    is_any_unknown: Cell<bool>,
}

impl Worlds<'_> {
    fn figures(&self, values: &[f64]) -> Result<Vec<Vec<Option<f64>>>> {
        let of = |place: usize| Ok((self.choice.options[place].name.clone(), self.of_option(place, values)?));
        let mut options: Vec<(String, Vec<FigureTold>)> =
            (0..self.choice.options.len()).map(of).collect::<Result<_>>()?;
        let unchanged: Vec<bool> = self.choice.options.iter().map(|option| option.changes.is_empty()).collect();
        add_untouched(&mut options, &unchanged, self.objectives);
        let ranked = ranked(&options, self.objectives)?.options;
        let is_unknown = ranked.iter().flat_map(|option| &option.values).any(Option::is_none);
        self.is_any_unknown.set(self.is_any_unknown.get() || is_unknown);
        Ok(ranked.into_iter().map(|option| option.values).collect())
    }

    /// The figures of an option. What other options' inputs are changes nothing of them.
    fn of_option(&self, place: usize, values: &[f64]) -> Result<Vec<FigureTold>> {
        let own: Vec<u64> = self.own_inputs(place).map(|(at, _)| values[at].to_bits()).collect();
        let world: World = (place, own);
        if let Some(known) = self.known.borrow().get(&world) {
            return Ok(known.clone());
        }
        let is_asked = |figure: &&Figure| self.objectives.iter().any(|one| one.dimension == figure.dimension);
        let comparison = self.compared(place, values)?.value;
        let found: Vec<FigureTold> = comparison.figures.iter().filter(is_asked).map(FigureTold::from).collect();
        self.known.borrow_mut().insert(world, found.clone());
        Ok(found)
    }

    fn own_inputs(&self, place: usize) -> impl Iterator<Item = (usize, &InputDraft)> {
        let name = &self.choice.options[place].name;
        self.choice.inputs.iter().enumerate().filter(move |(_, input)| input.option == *name)
    }

    fn compared(&self, place: usize, values: &[f64]) -> Result<Answer<crate::simulate::Comparison>> {
        let OptionDraft { name, changes } = &self.choice.options[place];
        let mut changes = changes.clone();
        for (at, input) in self.own_inputs(place) {
            let Some(change) = changes.get_mut(input.change) else { return Err(no_change(input)) };
            *change = with(change, input, values[at])?;
        }
        compare(&Scenario::of(self.base, name, &changes)?, self.given, self.needs, self.context)
    }

    /// The input as it is searched, with what nobody said of it.
    fn input(&self, draft: &InputDraft) -> Result<UnknownInput> {
        let options = &self.choice.options;
        let option = options.iter().find(|option| option.name == draft.option);
        let option = option
            .ok_or_else(|| Error::unknown("option", &draft.option, options.iter().map(|one| one.name.as_str())))?;
        let change = option.changes.get(draft.change).ok_or_else(|| no_change(draft))?;
        let fields = serde_json::to_value(change).unwrap_or_default();
        let said = fields.pointer(&pointer(&draft.field)).and_then(number);
        let unsaid = || invalid(format!("neither the change nor the input says what is assumed of {}", draft.field));
        let about: Vec<Node> = change.entities().into_iter().filter_map(|name| self.base.find(name).ok()).collect();
        let names: Vec<&str> = about.iter().map(|node| self.base.entity(*node).name.as_str()).collect();
        let told = format!("{} of {} {}", draft.field, change.name(), names.join(" → "));
        Ok(UnknownInput {
            name: draft.name.clone().unwrap_or_else(|| told.trim_end().to_owned()),
            unit: draft.unit.clone().unwrap_or_default(),
            low: draft.low,
            high: draft.high,
            assumed: draft.assumed.or(said).ok_or_else(unsaid)?,
            owner: draft.owner.clone().or_else(|| self.owner(&about)),
        })
    }

    /// Who owns what a change is about first.
    fn owner(&self, about: &[Node]) -> Option<String> {
        let rows = about.iter().flat_map(|node| owner_rows(self.base, *node, &[], self.needs));
        rows.map(|row| row.owner.name).next()
    }
}

fn no_change(input: &InputDraft) -> Error {
    invalid(format!("option \"{}\" has no change at place {}: places begin with 0", input.option, input.change))
}

/// The change with another number in a field.
fn with(change: &ChangeDraft, input: &InputDraft, value: f64) -> Result<ChangeDraft> {
    let InputDraft { field, option, .. } = input;
    let wrong = || format!("{field} of the change of option \"{option}\" takes no number such as {value}");
    let failed = |error| Error::new(ErrorKind::Invalid, wrong()).because(error);
    let mut fields = serde_json::to_value(change).map_err(failed)?;
    if let (Some(fields), false) = (fields.as_object_mut(), field.contains('.')) {
        fields.entry(field).or_insert_with(|| Value::from(value));
    }
    let said = fields.pointer_mut(&pointer(field)).ok_or_else(|| invalid(wrong()))?;
    *said = match said {
        // What counts things takes no fractions.
        Value::Number(said) if !said.is_f64() => Value::from(value.round() as i64),
        // Amounts of money are exact, and so are told as text.
        Value::String(text) if text.parse::<f64>().is_ok() => Value::from(value.to_string()),
        Value::Number(_) | Value::Null => Value::from(value),
        _ => return Err(invalid(wrong())),
    };
    serde_json::from_value(fields).map_err(failed)
}

/// The place of a field in the JSON of a change.
fn pointer(field: &str) -> String {
    format!("/{}", field.replace('~', "~0").replace('/', "~1").replace('.', "/"))
}

fn number(said: &Value) -> Option<f64> {
    said.as_f64().or_else(|| said.as_str()?.parse().ok())
}
