//! Erlang's formulas, by recurrences that neither overflow nor subtract what is nearly equal.

/// Erlang's loss formula B: the share of time in which all servers are busy if nobody may wait, and the share in which one is free. `load` is arrivals over the service rate of one
/// server.
///
/// B(n) = load B(n-1) / (n + load B(n-1)), B(0) = 1. O(servers).
fn b(servers: u32, load: f64) -> (f64, f64) {
    (1..=servers).fold((1.0, 0.0), |(blocked, _), server| {
        let (server, blocked) = (f64::from(server), load * blocked);
        (blocked / (server + blocked), server / (server + blocked))
    })
}

/// Erlang's delay formula C: the probability that an arrival waits, of a station that keeps up. O(servers).
pub(super) fn c(servers: u32, load: f64) -> f64 {
    let ((blocked, free), servers) = (b(servers, load), f64::from(servers));
    servers * blocked / (servers - load * free)
}

/// The stationary distribution of a station with a bound, as far as it is asked for.
pub(super) struct Bounded {
    /// The probability that an arrival is turned away.
    pub p_block: f64,
    /// The probability that it is not.
    pub p_accept: f64,
    /// The probability that an arrival which is accepted waits.
    pub p_wait: f64,
    /// How many wait, on average.
    pub mean_queue_length: f64,
}

/// M/M/c/K with K = `capacity`. O(capacity).
///
/// Against the sum of the states in which nobody waits, the state in which all servers are busy and j wait has the weight B r^j, where r = load / servers.
/// The weights are added up from the smaller end, divided by the largest, so that an overload does not overflow.
pub(super) fn bounded(servers: u32, capacity: u32, load: f64) -> Bounded {
    let busy = servers.min(capacity);
    let (blocked, mut free) = b(busy, load);
    let ratio = load / f64::from(servers);
    let places = capacity - busy;
    let (mut waiting, mut sum, mut full) = (0.0, 0.0, blocked);
    if ratio <= 1.0 {
        let mut weight = blocked;
        for place in 1..=places {
            sum += weight;
            weight *= ratio;
            waiting += f64::from(place) * weight;
        }
        full = weight;
    } else {
        let mut weight = blocked;
        for place in (1..=places).rev() {
            waiting += f64::from(place) * weight;
            weight /= ratio;
            sum += weight;
        }
        free *= weight / blocked;
    }
    let total = free + sum + full;
    // An arrival waits if all servers are busy and there is room: the states that `sum` has.
    let accepted = free + sum;
    Bounded {
        p_block: full / total,
        p_accept: accepted / total,
        p_wait: if accepted > 0.0 { sum / accepted } else { 0.0 },
        mean_queue_length: waiting / total,
    }
}
