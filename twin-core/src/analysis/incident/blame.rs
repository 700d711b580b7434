//! How the blame for a symptom passes from callers to what they call, until nothing explains more.

use crate::analysis::incident::anomaly::{Condition, Harm, Traffic};
use crate::analysis::incident::calls::Calls;
use crate::analysis::incident::walk::Steps;
use crate::analysis::incident::weights::BlameWeights;
use crate::base::{Context, Result};

/// The probability that blame passes on at all: less than 1, as a walk must be.
const PASSES_ON: f64 = 0.98;
/// Through how many nodes in a row of which nothing is measured one looks.
const LOOKS_THROUGH: usize = 4;

/// Where the blame for a symptom ends.
pub(super) struct Blame {
    /// The part of it that ends at each node, together 1.
    pub ends: Vec<f64>,
    /// Which part of each node's own excess its called ones explain, and which of them most; 0 where there is none.
    pub explained: Vec<(f64, Option<usize>)>,
    /// To whom blame passes, with weights.
    pub passes: Vec<Vec<(usize, f64)>>,
}

/// Follows blame from the symptom: at each node, called ones explain as much of its excess as theirs amounts to, and the rest ends there, or at whatever may have caused it without showing. O(nodes + calls) for each round of the
/// walk.
pub(super) fn blame(
    calls: &Calls,
    conditions: &[Condition],
    harm: Harm,
    weights: &BlameWeights,
    context: &Context,
) -> Result<Blame> {
    let mut ledger = Ledger::new(calls, conditions, harm, weights);
    ledger.totals = ledger.totals();
    ledger.explained = (0..conditions.len()).map(|node| ledger.explained(node)).collect();
    ledger.suffering = (0..conditions.len()).map(|node| ledger.suffering(node)).collect();
    let accounts: Vec<Account> = (0..conditions.len()).map(|node| ledger.account(node)).collect();
    let mut steps = Vec::new();
    for (node, account) in accounts.iter().enumerate() {
        steps.push((node, calls.symptom, account.ends));
        steps.extend(account.passes.iter().map(|(called, weight)| (node, *called, *weight)));
    }
    let mut restart = vec![0.0; conditions.len()];
    restart[calls.symptom] = 1.0;
    let visits = Steps::new(&steps, &restart)?.settled(PASSES_ON, context)?;
    let mut ends: Vec<f64> = visits.iter().zip(&accounts).map(|(visits, account)| visits * account.ends).collect();
    let sum: f64 = ends.iter().sum();
    if sum > 0.0 {
        ends.iter_mut().for_each(|end| *end /= sum);
    }
    let explained = ledger.explained;
    Ok(Blame { ends, explained, passes: accounts.into_iter().map(|account| account.passes).collect() })
}

struct Ledger<'a> {
    calls: &'a Calls,
    conditions: &'a [Condition],
    harm: Harm,
    weights: &'a BlameWeights,
    /// What is too much at each node in all, as far as it is sure.
    totals: Vec<f64>,
    /// Which part of each node's own excess its called ones explain, and which of them most.
    explained: Vec<(f64, Option<usize>)>,
    /// How many callers of each node are worse than what they call explains. The more there are, the likelier it is that they have one cause.
    suffering: Vec<f64>,
    /// How many requests all callers of each node get.
    callers_requests: Vec<f64>,
    /// Which part of its requests the caller of each node lost that lost most.
    callers_lost: Vec<f64>,
}

/// What becomes of the blame that arrives at a node: the weights add up to 1.
struct Account {
    ends: f64,
    passes: Vec<(usize, f64)>,
}

impl<'a> Ledger<'a> {
    fn new(calls: &'a Calls, conditions: &'a [Condition], harm: Harm, weights: &'a BlameWeights) -> Self {
        let of_callers = |node: usize| calls.callers[node].iter().filter_map(|caller| conditions[*caller].traffic);
        let requests = |node: usize| of_callers(node).map(|traffic| traffic.present).sum();
        let lost = |node: usize| of_callers(node).map(Traffic::lost).fold(0.0, f64::max);
        Ledger {
            calls,
            conditions,
            harm,
            weights,
            totals: Vec::new(),
            explained: Vec::new(),
            suffering: Vec::new(),
            callers_requests: (0..conditions.len()).map(requests).collect(),
            callers_lost: (0..conditions.len()).map(lost).collect(),
        }
    }

    /// What is not sure at a node is believed as far as what it calls explains it, and what is not measured altogether.
    fn totals(&self) -> Vec<f64> {
        let whole = |node: usize| self.conditions[node].excess(self.harm).map_or(0.0, |excess| excess.total);
        let sure = |node: usize| whole(node) * self.weights.certainty(&self.conditions[node], self.harm);
        let mut totals: Vec<f64> = (0..self.conditions.len()).map(sure).collect();
        for _ in 0..LOOKS_THROUGH {
            let behind = |node: usize| -> f64 {
                self.calls.called[node].iter().map(|called| totals[*called] * self.share(node, *called)).sum()
            };
            let believed = |node: usize| match self.conditions[node].is_observed {
                true => sure(node).max(behind(node).min(whole(node))),
                false => behind(node),
            };
            totals = (0..self.conditions.len()).map(believed).collect();
        }
        totals
    }

    fn parts(&self, node: usize) -> Vec<(usize, f64)> {
        let parts = self.calls.called[node].iter().map(|called| (*called, self.part(node, *called)));
        parts.filter(|(_, part)| *part > 0.0).collect()
    }

    fn explained(&self, node: usize) -> (f64, Option<usize>) {
        let parts = self.parts(node);
        let sum: f64 = parts.iter().map(|(_, part)| part).sum();
        let own = self.conditions[node].excess(self.harm).map_or(0.0, |excess| excess.total);
        let explained = if sum > 0.0 { (sum / own.max(f64::MIN_POSITIVE)).min(1.0) } else { 0.0 };
        let most = parts.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        (explained, most.map(|(called, _)| *called))
    }

    fn account(&self, node: usize) -> Account {
        let (parts, (explained, _)) = (self.parts(node), self.explained[node]);
        let sum: f64 = parts.iter().map(|(_, part)| part).sum();
        let mut rest = 1.0 - explained;
        let mut passes: Vec<(usize, f64)> = Vec::new();
        for (called, part) in parts {
            let share = explained * part / sum;
            let kept = if self.conditions[called].is_new { share * (1.0 - self.weights.newly_called) } else { 0.0 };
            rest += kept;
            passes.push((called, share - kept));
        }
        let claims = self.calls.called[node].iter().map(|called| (*called, self.claim(node, *called)));
        let claims: Vec<(usize, f64)> = claims.filter(|(_, claim)| *claim > 0.0).collect();
        let own = if self.conditions[node].is_observed { 1.0 } else { self.weights.unobserved };
        let own = own * self.weights.odds(self.conditions[node].changed);
        let all = own + claims.iter().map(|(_, claim)| claim).sum::<f64>();
        passes.extend(claims.into_iter().map(|(called, claim)| (called, rest * claim / all)));
        Account { ends: rest * own / all, passes }
    }

    /// How much of the excess of the called one falls on calls of this caller.
    fn part(&self, caller: usize, called: usize) -> f64 {
        self.totals[called] * self.share(caller, called)
    }

    /// Callers call the more, the more they are called; one whose requests are not known calls as much as all others together.
    fn share(&self, caller: usize, called: usize) -> f64 {
        match (self.conditions[caller].traffic, self.callers_requests[called]) {
            (Some(traffic), all) if all > 0.0 => traffic.present / all,
            _ => 1.0,
        }
    }

    /// How likely the called one caused what is not explained at the caller, beside the caller itself, though it shows no such excess.
    fn claim(&self, caller: usize, called: usize) -> f64 {
        let condition = &self.conditions[called];
        let claim = match condition.is_observed {
            true => self.other_harm(caller, called).max(self.weights.silent * self.silence(caller, called)),
            false => self.weights.unobserved * self.suffering[called],
        };
        claim * self.weights.odds(condition.changed)
    }

    fn suffering(&self, called: usize) -> f64 {
        let unexplained = |caller: &usize| {
            (1.0 - self.explained[*caller].0) * self.weights.certainty(&self.conditions[*caller], self.harm)
        };
        self.calls.callers[called].iter().map(unexplained).sum()
    }

    fn other_harm(&self, caller: usize, called: usize) -> f64 {
        let condition = &self.conditions[called];
        let (harm, whole) = match self.harm {
            Harm::Failure => (Harm::Delay, self.conditions[caller].delay.map(|excess| excess.normal)),
            Harm::Delay => (Harm::Failure, Some(1.0)),
        };
        let requests = self.conditions[caller].traffic.map_or(1.0, |traffic| traffic.present);
        let (Some(excess), Some(whole)) = (condition.excess(harm), whole) else { return 0.0 };
        let reached = excess.total * self.share(caller, called) / (whole * requests).max(f64::MIN_POSITIVE);
        self.weights.other_harm * reached.min(1.0) * self.weights.certainty(condition, harm)
    }

    /// Which part of the requests that should have arrived did not, beyond what fewer requests to its callers and their failing before they call explain; as far as that would explain the failures of the caller.
    fn silence(&self, caller: usize, called: usize) -> f64 {
        let (own, Some(traffic)) = (&self.conditions[caller], self.conditions[called].traffic) else { return 0.0 };
        let (Some(failure), true) = (own.failure, traffic.deviations <= -self.weights.begins) else { return 0.0 };
        let missing = traffic.lost() * traffic.usual() * self.share(caller, called);
        let reached = missing / failure.total.max(f64::MIN_POSITIVE);
        (traffic.lost() - self.callers_lost[called] - self.weights.fails_before * failure.each).max(0.0)
            * reached.min(1.0)
    }
}
