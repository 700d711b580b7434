//! How operations are called: without the verb, where that leaves no two alike.

use std::collections::{BTreeMap, BTreeSet};

/// The names of the operations of some services: `GET /orders` is `orders`, unless the service has `POST /orders` as well.
#[derive(Clone, Debug, Default)]
pub struct Names<'o> {
    /// By service and plain name, whatever is called so.
    alike: BTreeMap<(&'o str, &'o str), BTreeSet<&'o str>>,
}

impl<'o> Names<'o> {
    /// Names for operations, each with its service. O(operations · log operations).
    pub fn of(operations: impl Iterator<Item = (&'o str, &'o str)>) -> Names<'o> {
        let mut names = Names::default();
        for (service, operation) in operations {
            names.alike.entry((service, plain(operation))).or_default().insert(operation);
        }
        names
    }

    /// What an operation of a service is called. O(log operations).
    pub fn name(&self, service: &str, operation: &str) -> String {
        let plain = plain(operation);
        // The root of a site has no other name than its verb and its slash.
        let is_alone = !plain.is_empty() && self.alike.get(&(service, plain)).is_none_or(|alike| alike.len() <= 1);
        if is_alone { plain.to_owned() } else { operation.to_owned() }
    }
}

/// An operation of a verb and what it is done to, or of that alone, without the verb and the slashes around.
pub(in crate::simulate) fn plain(operation: &str) -> &str {
    let mut words = operation.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(word), None, _) | (Some(_), Some(word), None) => word.trim_matches('/'),
        _ => operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_called_without_their_verbs_where_that_tells_them_apart() {
        let all = [
            ("shop", "GET /cart"),
            ("shop", "GET /orders/{}"),
            ("shop", "POST /orders/{}"),
            ("bank", "POST /orders/{}"),
            ("bank", "pay"),
            ("bank", "SELECT a WHERE b = 'c'"),
            ("bank", "GET /"),
            ("bank", ""),
        ];
        let names = Names::of(all.into_iter());
        let told: Vec<String> = all.iter().map(|(service, operation)| names.name(service, operation)).collect();
        let expected =
            ["cart", "GET /orders/{}", "POST /orders/{}", "orders/{}", "pay", "SELECT a WHERE b = 'c'", "", ""];
        // Two operations of one service without a word left are told whole.
        assert_eq!(told[..6], expected[..6]);
        assert_eq!(told[6..], ["GET /", ""]);
        assert_eq!(names.name("nobody", "GET /cart/"), "cart");
    }
}
