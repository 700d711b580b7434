//! What is printed: a JSON line for each engine and one for the workload, or rows of a Markdown table.

use serde::Serialize;

use crate::graph::measure::Measured;
use crate::graph::workload::{Aim, OURS, Workload};

/// One engine at one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EngineLine<'a> {
    workload: &'a str,
    data: &'a str,
    engine: &'a str,
    seconds: f64,
    peak_mb: f64,
    answer: String,
}

/// One workload: ours beside the best peer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RatioLine<'a> {
    workload: &'a str,
    data: &'a str,
    ours: Option<f64>,
    peer: Option<&'a str>,
    peer_seconds: Option<f64>,
    ratio: Option<f64>,
    aim: String,
    holds: bool,
}

/// The lines of the engines.
pub fn engine_lines<'a>(workload: &'a Workload, data: &'a str, measured: &[Measured]) -> Vec<EngineLine<'a>> {
    let line = |measured: &Measured| EngineLine {
        workload: workload.name,
        data,
        engine: measured.engine,
        seconds: measured.seconds,
        peak_mb: (measured.peak_bytes as f64 / 1e4).round() / 1e2,
        answer: measured.answer.to_string(),
    };
    measured.iter().map(line).collect()
}

/// The last line. Whoever answers differently makes that nothing holds.
pub fn ratio_line<'a>(workload: &'a Workload, data: &'a str, measured: &[Measured]) -> RatioLine<'a> {
    let ours = measured.iter().find(|measured| measured.engine == OURS).map(|measured| measured.seconds);
    let peers = measured.iter().filter(|measured| measured.engine != OURS);
    let peer = peers.min_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let ratio = ours.zip(peer).and_then(|(ours, peer)| ratio(ours, peer.seconds));
    RatioLine {
        workload: workload.name,
        data,
        ours,
        peer: peer.map(|peer| peer.engine),
        peer_seconds: peer.map(|peer| peer.seconds),
        ratio,
        aim: workload.aim.to_string(),
        holds: agree(measured) && ours.is_some_and(|ours| workload.aim.holds(ours, ratio)),
    }
}

/// Whether all engines gave the same answer.
pub fn agree(measured: &[Measured]) -> bool {
    measured.windows(2).all(|pair| pair[0].answer == pair[1].answer)
}

/// Where both take no time at all, there was nothing to do, and they are level.
fn ratio(ours: f64, peer: f64) -> Option<f64> {
    match (ours, peer) {
        (0.0, 0.0) => Some(1.0),
        (_, 0.0) => None,
        _ => Some(ours / peer),
    }
}

impl Aim {
    fn holds(&self, ours: f64, ratio: Option<f64>) -> bool {
        match self {
            Aim::Ratio(most) => ratio.is_some_and(|ratio| ratio <= *most),
            Aim::Seconds(most) | Aim::Bytes(most) | Aim::Count(most) => ours <= *most,
        }
    }
}

impl std::fmt::Display for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Aim::Ratio(most) => write!(f, "<= {most}x"),
            Aim::Seconds(most) => write!(f, "<= {most} s"),
            Aim::Bytes(most) => write!(f, "<= {most} bytes"),
            Aim::Count(most) => write!(f, "<= {most}"),
        }
    }
}

/// The head of the table.
pub const HEAD: &str =
    "| workload | data | ours | best peer | ratio | aim | holds | others |\n|---|---|---|---|---|---|---|---|";

/// A row of the table.
pub fn row(workload: &Workload, data: &str, measured: &[Measured]) -> String {
    let line = ratio_line(workload, data, measured);
    let amount = |value: f64| amount(&workload.aim, value);
    let peer = line.peer.zip(line.peer_seconds).map(|(peer, seconds)| format!("{peer} {}", amount(seconds)));
    let is_other = |measured: &&Measured| measured.engine != OURS && Some(measured.engine) != line.peer;
    let others: Vec<String> = measured
        .iter()
        .filter(is_other)
        .map(|measured| format!("{} {}", measured.engine, amount(measured.seconds)))
        .collect();
    format!(
        "| {} | {data} | {} | {} | {} | {} | {} | {} |",
        workload.name,
        line.ours.map(amount).unwrap_or_default(),
        peer.unwrap_or_default(),
        line.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        line.aim,
        if line.holds { "yes" } else { "no" },
        others.join(", "),
    )
}

fn amount(aim: &Aim, value: f64) -> String {
    match aim {
        Aim::Bytes(_) => format!("{value:.1} B"),
        Aim::Count(_) => format!("{value:.0}"),
        _ if value < 1e-3 => format!("{:.2} us", value * 1e6),
        _ if value < 1.0 => format!("{:.2} ms", value * 1e3),
        _ => format!("{value:.2} s"),
    }
}
