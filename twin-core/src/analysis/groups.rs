//! How many members of each group are up while failure spreads. O(1) for each member that falls, O(members) for a group that is met first.

use crate::analysis::marks::{Borrowed, Kept, Marks};
use crate::graph::{Node, Snapshot};
use crate::schema::State;

/// The groups that one search met.
#[derive(Debug)]
pub(super) struct Groups {
    /// How many members of each are up.
    up: Borrowed<Marks>,
}

impl Groups {
    /// No group was met yet.
    pub fn of(snapshot: &Snapshot) -> Self {
        Groups { up: Marks::borrow(snapshot.group_count() as usize) }
    }

    /// Begins another search on the same snapshot.
    pub fn clear(&mut self) {
        self.up.clear();
    }

    /// Hears that a member is in a state, once for each member and state. Returns the group's owner, and the state in which that puts it; `None` if the owner is not there.
    pub fn hear(&mut self, snapshot: &Snapshot, group: u32, state: State) -> Option<(Node, State)> {
        let (owner, k) = snapshot.group_owner(group)?;
        let up = self.up.get(group).unwrap_or_else(|| snapshot.group_size(group));
        let up = up.saturating_sub(u32::from(state == State::Down));
        self.up.set(group, up);
        let next = match state {
            _ if up < k => State::Down,
            State::Degraded | State::Down => State::Degraded,
            State::None | State::Delayed => State::None,
        };
        Some((owner, next))
    }
}
