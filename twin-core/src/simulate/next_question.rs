//! The next question: which input that nobody knows would turn a choice, at which value, and who knows it.

use serde::{Deserialize, Serialize};

use crate::base::{Result, shortened};
use crate::simulate::check::{invalid, within};
use crate::simulate::pareto::Goal;
use crate::simulate::trade_off::{TradeOff, Turn};

/// The most pairs of a turn and an input.
const MOST_PAIRS: usize = 100_000;
/// Even steps over the range of an input, in which changes of sign are looked for.
const STEPS: usize = 64;
/// Halvings of a step: beyond the accuracy of numbers.
const HALVINGS: usize = 60;
/// The most values of break-even that are halved out for one turn and input.
const MOST_CROSSINGS: usize = 8;

/// An input of which only a range is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownInput {
    /// What it is, such as "hit ratio of the catalogue's cache".
    pub name: String,
    /// In which unit, empty for a bare number.
    #[serde(default)]
    pub unit: String,
    /// At least so much.
    pub low: f64,
    /// At most so much.
    pub high: f64,
    /// What the figures were computed with.
    pub assumed: f64,
    /// Who would know, if anybody is known to.
    #[serde(default)]
    pub owner: Option<String>,
}

/// The figures of options by what the inputs may be: by option and objective, in the order of the trade-off, `None` where nothing is known.
pub type Figures<'f> = dyn Fn(&[f64]) -> Result<Vec<Vec<Option<f64>>>> + 'f;

/// An input that would turn a choice between two options.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct NextQuestion {
    /// The input.
    pub input: String,
    /// Its unit.
    pub unit: String,
    /// Who would know.
    pub owner: Option<String>,
    /// The option that is better by the objective with what is assumed; the first of two that are equal.
    pub option: String,
    /// The option that may be better instead.
    pub other: String,
    /// The place of the objective.
    pub objective: usize,
    /// Between which values of the input the other option is better, each with its ends; an end that is no end of the input's range is a value of break-even.
    pub turned: Vec<[f64; 2]>,
    /// Which share of the input's range that is, between 0 and 1.
    pub share_turned: f64,
    /// Which share of the range is not known to be one or the other, because a figure is unknown there.
    pub share_unknown: f64,
    /// What was assumed.
    pub assumed: f64,
    /// The question for people.
    pub ask: String,
}

/// Finds the inputs that would turn a choice, those first that do so over the largest share of their range. One input is turned at a time, the others stay as assumed.
///
/// The range of an input is looked at in 64 even steps, and each step over which the better option changes is halved: break-even is exact where the difference of two figures
/// changes its sign once within a step, as it does if it is monotone. O((64 inputs + 480 pairs of turns and inputs) · figures).
///
/// # Errors
/// `Invalid` for a range that ends before it begins or is not finite, an assumed value outside of it, goals that are not as many as the trade-off's objectives, a turn of an option
/// that is not there, and figures that are no number or not as many as options and objectives; `Limit` beyond 100,000 pairs; those of `figures`.
pub fn next_questions(
    trade_off: &TradeOff,
    goals: &[Goal],
    inputs: &[UnknownInput],
    figures: &Figures<'_>,
) -> Result<Vec<NextQuestion>> {
    within(trade_off.turns.len().saturating_mul(inputs.len()), MOST_PAIRS, format_args!("turns by inputs"))?;
    inputs.iter().try_for_each(check)?;
    let search = Search { trade_off, goals, inputs, figures };
    let assumed: Vec<f64> = inputs.iter().map(|input| input.assumed).collect();
    let usual = search.figures(&assumed)?;
    let mut questions = Vec::new();
    for (place, input) in inputs.iter().enumerate().filter(|(_, input)| input.low < input.high) {
        let samples = search.samples(place)?;
        for turn in &trade_off.turns {
            questions.extend(search.question(turn, place, input, &usual, &samples)?);
        }
    }
    // The sort is stable: among equals, the inputs and turns stay as they were given.
    questions.sort_by(|a, b| b.share_turned.total_cmp(&a.share_turned));
    Ok(questions)
}

fn check(input: &UnknownInput) -> Result<()> {
    let UnknownInput { name, low, high, assumed, .. } = input;
    let is_range = low.is_finite() && high.is_finite() && (high - low).is_finite() && low <= high;
    if !is_range {
        let name = shortened(name);
        return Err(invalid(format!("input \"{name}\" lies between {low} and {high}: it takes finite low ≤ high")));
    }
    if !(low..=high).contains(&assumed) {
        let name = shortened(name);
        return Err(invalid(format!("assumed of input \"{name}\" is {assumed}: it must lie between {low} and {high}")));
    }
    Ok(())
}

/// The figures of all options at one value of an input.
struct Sample {
    value: f64,
    figures: Vec<Vec<Option<f64>>>,
}

/// Two options by one objective.
#[derive(Clone, Copy)]
struct Pair {
    option: usize,
    other: usize,
    objective: usize,
    goal: Goal,
}

struct Search<'a> {
    trade_off: &'a TradeOff,
    goals: &'a [Goal],
    inputs: &'a [UnknownInput],
    figures: &'a Figures<'a>,
}

impl Search<'_> {
    fn figures(&self, inputs: &[f64]) -> Result<Vec<Vec<Option<f64>>>> {
        let figures = (self.figures)(inputs)?;
        let (options, objectives) = (self.trade_off.options.len(), self.goals.len());
        if figures.len() != options || figures.iter().any(|option| option.len() != objectives) {
            return Err(invalid(format!("figures: they take {options} options by {objectives} objectives")));
        }
        match figures.iter().position(|option| option.iter().flatten().any(|figure| figure.is_nan())) {
            Some(option) => {
                Err(invalid(format!("figures: one of option {option} is NaN; tell what is unknown as None")))
            }
            None => Ok(figures),
        }
    }

    fn at(&self, place: usize, value: f64) -> Result<Sample> {
        let assumed = self.inputs.iter().map(|input| input.assumed);
        let mut inputs: Vec<f64> = assumed.collect();
        inputs[place] = value;
        Ok(Sample { value, figures: self.figures(&inputs)? })
    }

    /// The figures over the range of one input.
    fn samples(&self, place: usize) -> Result<Vec<Sample>> {
        let UnknownInput { low, high, .. } = self.inputs[place];
        let value = |step: usize| match step {
            STEPS => high,
            _ => low + (high - low) * step as f64 / STEPS as f64,
        };
        (0..=STEPS).map(|step| self.at(place, value(step))).collect()
    }

    /// The two options of a turn, the better one by what is assumed first.
    fn pair(&self, turn: &Turn, usual: &[Vec<Option<f64>>]) -> Result<Pair> {
        let option = |name: &str| {
            let place = self.trade_off.options.iter().position(|option| option.name == name);
            place.ok_or_else(|| invalid(format!("a turn names \"{}\", which is no option", shortened(name))))
        };
        let objective = turn.objective;
        let Some(goal) = self.goals.get(objective).copied() else {
            let goals = self.goals.len();
            return Err(invalid(format!("a turn is about objective {objective}, and there are {goals} goals")));
        };
        let pair = Pair { option: option(&turn.option)?, other: option(&turn.other)?, objective, goal };
        Ok(if pair.is_turned(usual) == Some(true) { pair.swapped() } else { pair })
    }

    fn question(
        &self,
        turn: &Turn,
        place: usize,
        input: &UnknownInput,
        usual: &[Vec<Option<f64>>],
        samples: &[Sample],
    ) -> Result<Option<NextQuestion>> {
        let pair = self.pair(turn, usual)?;
        let (turned, unknown) = self.turned(pair, place, samples)?;
        if turned.is_empty() {
            return Ok(None);
        }
        let range = input.high - input.low;
        let share: f64 = turned.iter().map(|[low, high]| (high - low) / range).sum();
        let name = |place: usize| self.trade_off.options[place].name.clone();
        Ok(Some(NextQuestion {
            input: input.name.clone(),
            unit: input.unit.clone(),
            owner: input.owner.clone(),
            option: name(pair.option),
            other: name(pair.other),
            objective: pair.objective,
            ask: ask(input, &turned, &name(pair.other)),
            turned,
            share_turned: share.min(1.0),
            share_unknown: (unknown / range).min(1.0),
            assumed: input.assumed,
        }))
    }

    /// Where the other option is better, and how much of the range tells nothing.
    fn turned(&self, pair: Pair, place: usize, samples: &[Sample]) -> Result<(Vec<[f64; 2]>, f64)> {
        let mut turned: Vec<[f64; 2]> = Vec::new();
        let (mut unknown, mut crossings) = (0.0, 0);
        let mut add = |low: f64, high: f64| match turned.last_mut() {
            Some(last) if last[1] == low => last[1] = high,
            _ => turned.push([low, high]),
        };
        for step in samples.windows(2) {
            let (low, high) = (step[0].value, step[1].value);
            match (pair.is_turned(&step[0].figures), pair.is_turned(&step[1].figures)) {
                (Some(true), Some(true)) => add(low, high),
                (Some(false), Some(false)) => {}
                (Some(before), Some(_)) => {
                    crossings += 1;
                    let even = match crossings > MOST_CROSSINGS {
                        true => low + (high - low) / 2.0,
                        false => self.break_even(pair, place, low, high, before)?,
                    };
                    if before { add(low, even) } else { add(even, high) }
                }
                _ => unknown += high - low,
            }
        }
        Ok((turned, unknown))
    }

    /// The value between two at which the better option changes, by halving.
    fn break_even(&self, pair: Pair, place: usize, mut low: f64, mut high: f64, before: bool) -> Result<f64> {
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            let is_turned = pair.is_turned(&self.at(place, middle)?.figures);
            if is_turned == Some(before) { low = middle } else { high = middle }
        }
        Ok(if before { low } else { high })
    }
}

impl Pair {
    /// Whether the other option is better; `None` if one of both is unknown.
    fn is_turned(self, figures: &[Vec<Option<f64>>]) -> Option<bool> {
        let figure = |option: usize| figures.get(option)?.get(self.objective).copied().flatten();
        let (option, other) = (figure(self.option)?, figure(self.other)?);
        Some(match self.goal {
            Goal::Minimize => other < option,
            Goal::Maximize => other > option,
        })
    }

    fn swapped(self) -> Self {
        Pair { option: self.other, other: self.option, ..self }
    }
}

/// The question as people ask it.
fn ask(input: &UnknownInput, turned: &[[f64; 2]], other: &str) -> String {
    let told = |value: f64| {
        let number = rounded(value, input.high - input.low);
        if input.unit.is_empty() { number } else { format!("{number} {}", input.unit) }
    };
    let stretch = |[low, high]: &[f64; 2]| match (*low <= input.low, *high >= input.high) {
        (true, true) => "anywhere in its range".to_owned(),
        (false, true) => format!("above {}", told(*low)),
        (true, false) => format!("below {}", told(*high)),
        (false, false) => format!("between {} and {}", told(*low), told(*high)),
    };
    let whom = input.owner.as_deref().map_or("find out".to_owned(), |owner| format!("ask {owner} for"));
    let stretches: Vec<String> = turned.iter().map(stretch).collect();
    format!("{whom} the {}: {} {other} is better", input.name, stretches.join(" and "))
}

/// A number to about a thousandth of a range.
fn rounded(value: f64, range: f64) -> String {
    let digits = (3.0 - range.log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::simulate::trade_off::OptionRow;

    const MIN: Goal = Goal::Minimize;

    fn input(name: &str, low: f64, high: f64, assumed: f64) -> UnknownInput {
        let (name, owner) = (name.to_owned(), Some("Payments".to_owned()));
        UnknownInput { name, unit: String::new(), low, high, assumed, owner }
    }

    fn trade_off(options: &[&str], objectives: usize) -> TradeOff {
        let row = |name: &&str| OptionRow {
            name: (*name).to_owned(),
            values: Vec::new(),
            ranges: Vec::new(),
            kinds: Vec::new(),
            deltas: Vec::new(),
            reasons: Vec::new(),
            front: None,
            dominated_by: None,
            unknown: Vec::new(),
        };
        let turn = |objective| Turn { option: options[0].to_owned(), other: options[1].to_owned(), objective };
        let (options, turns) = (options.iter().map(row).collect(), (0..objectives).map(turn).collect());
        TradeOff { objectives: Vec::new(), options, turns }
    }

    /// A cache costs 400 and spares each hit 1000; without it everything costs 1000.
    fn cache(inputs: &[f64]) -> Result<Vec<Vec<Option<f64>>>> {
        Ok(vec![vec![Some(1000.0)], vec![Some(380.0 + inputs[1] + 1000.0 * (1.0 - inputs[0]))]])
    }

    #[test]
    fn the_hit_ratio_turns_the_choice() {
        let inputs = [input("hit ratio", 0.2, 0.9, 0.3), input("price of the cache", 0.0, 10.0, 0.0)];
        let found = next_questions(&trade_off(&["none", "cache"], 1), &[MIN], &inputs, &cache).expect("sound");
        assert_eq!(found.len(), 1, "{found:?}");
        let question = &found[0];
        assert_eq!(question.ask, "ask Payments for the hit ratio: above 0.38 cache is better");
        assert_eq!((&question.option[..], &question.other[..], question.objective), ("none", "cache", 0));
        let [[low, high]] = question.turned[..] else { panic!("one stretch: {question:?}") };
        assert!((low - 0.38).abs() < 1e-12 && high == 0.9);
        assert!((question.share_turned - 0.52 / 0.7).abs() < 1e-12 && question.share_unknown == 0.0);
    }

    #[test]
    fn the_better_option_comes_first_and_the_surest_turn_too() {
        // Assumed at .5, the cache is better: nothing would mean that it is worse, and the price turns it over less of its range.
        let inputs = [input("price of the cache", 0.0, 200.0, 0.0), input("hit ratio", 0.0, 1.0, 0.5)];
        let figures = |inputs: &[f64]| cache(&[inputs[1], inputs[0]]);
        let found = next_questions(&trade_off(&["none", "cache"], 1), &[MIN], &inputs, &figures).expect("sound");
        let told: Vec<&str> = found.iter().map(|question| &question.ask[..]).collect();
        assert_eq!(
            told,
            [
                "ask Payments for the price of the cache: above 120 none is better",
                "ask Payments for the hit ratio: below 0.38 none is better",
            ]
        );
        let maximize = next_questions(&trade_off(&["none", "cache"], 1), &[Goal::Maximize], &inputs, &figures);
        assert_eq!(maximize.expect("sound")[0].option, "none");
    }

    #[test]
    fn stretches_within_a_range_and_unknown_figures_are_told() {
        let inputs = [UnknownInput { owner: None, unit: "requests/s".to_owned(), ..input("load", 0.0, 100.0, 0.0) }];
        let hill = |inputs: &[f64]| {
            let load = inputs[0];
            Ok(vec![vec![Some(50.0)], vec![(load <= 75.0).then_some(60.0 - (load - 30.0).abs().min(20.0))]])
        };
        let found = next_questions(&trade_off(&["a", "b"], 1), &[Goal::Maximize], &inputs, &hill).expect("sound");
        assert_eq!(found[0].ask, "find out the load: between 20 requests/s and 40 requests/s b is better");
        assert!((found[0].share_turned - 0.2).abs() < 1e-9, "{found:?}");
        assert!((found[0].share_unknown - 0.25).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn nothing_to_ask_is_no_question() {
        let both = trade_off(&["none", "cache"], 1);
        let ask = |inputs: &[UnknownInput]| next_questions(&both, &[MIN], inputs, &cache).expect("sound").len();
        assert_eq!(ask(&[input("hit ratio", 0.4, 0.9, 0.5), input("price", 0.0, 10.0, 0.0)]), 0);
        assert_eq!(ask(&[input("hit ratio", 0.3, 0.3, 0.3), input("price", 0.0, 0.0, 0.0)]), 0);
        let none = TradeOff { turns: Vec::new(), ..both.clone() };
        assert!(next_questions(&none, &[MIN], &[], &|_| Ok(vec![vec![None]; 2])).expect("sound").is_empty());
    }

    #[test]
    fn misuse_names_the_input() {
        let both = trade_off(&["none", "cache"], 1);
        let ask = |goals: &[Goal], inputs: &[UnknownInput], figures: &Figures<'_>| {
            next_questions(&both, goals, inputs, figures).expect_err("misuse").to_string()
        };
        let sound = [input("hit ratio", 0.2, 0.9, 0.3), input("price", 0.0, 10.0, 0.0)];
        let nan: &Figures<'_> = &|_| Ok(vec![vec![Some(f64::NAN)]; 2]);
        for (found, told) in [
            (ask(&[MIN], &[input("ratio", 0.9, 0.2, 0.3)], &cache), "input \"ratio\" lies between 0.9 and 0.2"),
            (ask(&[MIN], &[input("ratio", f64::NAN, 0.2, 0.3)], &cache), "input \"ratio\""),
            (ask(&[MIN], &[input("ratio", f64::MIN, f64::MAX, 0.3)], &cache), "finite"),
            (ask(&[MIN], &[input("ratio", 0.1, 0.2, 0.3)], &cache), "assumed of input \"ratio\" is 0.3"),
            (ask(&[], &sound, &cache), "2 options by 0 objectives"),
            (ask(&[MIN], &sound, &|_| Ok(Vec::new())), "2 options by 1 objectives"),
            (ask(&[MIN], &sound, nan), "option 0 is NaN"),
        ] {
            assert!(found.contains(told), "{found}");
        }
    }

    proptest! {
        #[test]
        fn lines_cross_where_they_do(a in -9.0..9.0_f64, slope_a in -9.0..9.0_f64, b in -9.0..9.0_f64, slope_b in -9.0..9.0_f64, at in 0.0..1.0_f64) {
            let inputs = [input("x", 0.0, 1.0, at)];
            let figures = |inputs: &[f64]| Ok(vec![vec![Some(a + slope_a * inputs[0])], vec![Some(b + slope_b * inputs[0])]]);
            let found = next_questions(&trade_off(&["a", "b"], 1), &[MIN], &inputs, &figures).expect("sound");
            let even = (b - a) / (slope_a - slope_b);
            // By the other option's lead: over the share of the range on the side of the crossing where what is assumed does not lie.
            let share = if (0.0..=1.0).contains(&even) { if at < even { 1.0 - even } else { even } } else { 0.0 };
            let told = found.first().map_or(0.0, |question| question.share_turned);
            prop_assert!((told - share).abs() < 1e-6, "{} {} {:?}", even, share, found);
        }

        #[test]
        fn what_is_turned_is_turned(waves in 1.0..5.0_f64, shift in 0.0..6.0_f64, at in 0.0..1.0_f64) {
            let inputs = [input("x", 0.0, 1.0, at)];
            let wave = |x: f64| (waves * x * 3.0 + shift).sin();
            let figures = |inputs: &[f64]| Ok(vec![vec![Some(0.0)], vec![Some(wave(inputs[0]))]]);
            let found = next_questions(&trade_off(&["a", "b"], 1), &[MIN], &inputs, &figures).expect("sound");
            for question in &found {
                let is_other_better = |x: f64| if question.other == "b" { wave(x) < 0.0 } else { wave(x) > 0.0 };
                for [low, high] in &question.turned {
                    prop_assert!(is_other_better((low + high) / 2.0));
                }
                prop_assert!(!is_other_better(at));
            }
        }
    }
}
