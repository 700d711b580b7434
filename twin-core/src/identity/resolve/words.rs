//! Text to words: how a name is cut, and what platforms append to one.

/// Only so much of a name is read.
pub(super) const LONGEST: usize = 256;

/// The lower-case words of a name, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    all: String,
    ends: Vec<usize>,
}

impl Words {
    /// Cuts a name, in place of what was cut before: at whatever is neither letter nor digit, and where a capital begins a word. O(length).
    pub fn cut(&mut self, text: &str) {
        self.all.clear();
        self.ends.clear();
        if text.len() <= LONGEST && text.is_ascii() {
            self.cut_ascii(text.as_bytes());
        } else {
            self.cut_letters(&text.chars().take(LONGEST).collect::<Vec<char>>());
        }
    }

    /// The same as [`cut_letters`](Self::cut_letters), without a list of letters.
    fn cut_ascii(&mut self, text: &[u8]) {
        let mut begins = true;
        for (place, letter) in text.iter().enumerate() {
            if !letter.is_ascii_alphanumeric() {
                begins = true;
                continue;
            }
            let letter_at = |place: usize| text.get(place).map(|byte| char::from(*byte));
            if begins || letter.is_ascii_uppercase() && begins_word(letter_at, place) {
                self.ends.push(self.all.len());
                begins = false;
            }
            self.all.push(char::from(letter.to_ascii_lowercase()));
        }
        self.close();
    }

    fn cut_letters(&mut self, letters: &[char]) {
        let mut begins = true;
        for (place, letter) in letters.iter().enumerate() {
            if !letter.is_alphanumeric() {
                begins = true;
                continue;
            }
            if begins || letter.is_uppercase() && begins_word(|place| letters.get(place).copied(), place) {
                self.ends.push(self.all.len());
                begins = false;
            }
            self.all.extend(letter.to_lowercase());
        }
        self.close();
    }

    /// Makes ends of beginnings.
    fn close(&mut self) {
        if !self.ends.is_empty() {
            self.ends.remove(0);
            self.ends.push(self.all.len());
        }
    }

    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.ends.len()).map(|word| &self.all[if word == 0 { 0 } else { self.ends[word - 1] }..self.ends[word]])
    }

    /// All words as one.
    pub fn compact(&self) -> &str {
        &self.all
    }
}

/// The lower-case words of a name. O(length).
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Words::default();
    words.cut(text);
    words.iter().map(str::to_owned).collect()
}

/// Whether a capital begins a word: after a small letter or a digit, or as the last capital before small letters.
fn begins_word(letter_at: impl Fn(usize) -> Option<char>, place: usize) -> bool {
    let Some(before) = place.checked_sub(1).and_then(&letter_at) else { return false };
    let rises = before.is_lowercase() || before.is_ascii_digit();
    rises || (before.is_uppercase() && letter_at(place + 1).is_some_and(|after| after.is_lowercase()))
}

/// A word without the plural's `s`.
pub(super) fn singular(word: &str) -> &str {
    let is_plural = word.len() > 3
        && word.is_ascii()
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    if is_plural { &word[..word.len() - 1] } else { word }
}

/// The last part of a path that says something: `/v2` of a module says nothing.
pub(super) fn last_part(text: &str) -> &str {
    let mut rest = text.trim_end_matches('/');
    loop {
        match rest.rsplit_once('/') {
            Some((before, part)) if is_version(part) && !before.is_empty() => rest = before,
            Some((_, part)) => return part,
            None => return rest,
        }
    }
}

/// Whether a word is a version: `v2`.
pub(super) fn is_version(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An image's repository without its registry's host, and its tag.
pub(super) fn image(text: &str) -> (&str, Option<&str>) {
    let text = text.split('@').next().unwrap_or(text);
    let (path, tag) = match text.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (text, None),
    };
    let is_host = |first: &str| first.contains(['.', ':', '$']) || first == "localhost";
    match path.split_once('/') {
        Some((first, rest)) if is_host(first) => (rest, tag),
        _ => (path, tag),
    }
}

/// The first label of a host, without scheme, user, port and path.
pub(super) fn host(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.split(['/', ':', '.']).next().unwrap_or(text)
}

/// What a pod is a pod of: its name without what a ReplicaSet and a Deployment, or a DaemonSet, append (Kubernetes: five letters of an alphabet without vowels, after
/// a hash of the template).
pub(super) fn controller(text: &str) -> &str {
    let is_random =
        |part: &str| part.len() == 5 && part.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte));
    let is_hash = |part: &str| {
        (6..=10).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    let Some((rest, last)) = text.rsplit_once('-').filter(|(_, last)| is_random(last)) else { return text };
    match rest.rsplit_once('-') {
        Some((name, hash)) if is_hash(hash) => name,
        _ if last.bytes().any(|byte| byte.is_ascii_digit()) => rest,
        _ => text,
    }
}

/// Whether one text is a short form of words: beginnings of them in order, of three letters at least and of at least two words; only words that say nothing may be
/// left out. O(length · words).
pub(super) fn abbreviates(short: &str, words: &[&str], says_nothing: &dyn Fn(&str) -> bool) -> bool {
    words.len() >= 2 && short.len() >= 6 && covers(short, words, 0, says_nothing)
}

fn covers(rest: &str, words: &[&str], used: usize, says_nothing: &dyn Fn(&str) -> bool) -> bool {
    if rest.is_empty() {
        return used >= 2 && words.iter().all(|word| says_nothing(word));
    }
    let Some((word, after)) = words.split_first() else { return false };
    let common = rest.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
    let cuts = (3..=common).rev().filter(|cut| rest.is_char_boundary(*cut));
    cuts.into_iter().any(|cut| covers(&rest[cut..], after, used + 1, says_nothing))
        || (used > 0 && says_nothing(word) && covers(rest, after, used, says_nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_where_their_writers_cut_them() {
        let cases = [
            ("payments-api", "payments api"),
            ("PaymentService", "payment service"),
            ("HTTPServer", "http server"),
            ("Parcel.Tracking.HttpRelay", "parcel tracking http relay"),
            ("k8s_node", "k8s node"),
            ("LedgerDB", "ledger db"),
            ("größe-Straße", "größe straße"),
            ("  --", ""),
        ];
        for (name, cut) in cases {
            assert_eq!(words(name).join(" "), cut, "{name}");
        }
    }

    #[test]
    fn names_without_accents_are_cut_as_all_others() {
        let letters = ["a", "B", "7", "-", "_", "cd", "EF", "Gh", "iJ", " "];
        let mut state = 1_u64;
        for _ in 0..2_000 {
            let mut name = String::new();
            for _ in 0..8 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                name.push_str(letters[(state >> 33) as usize % letters.len()]);
            }
            let mut slow = Words::default();
            slow.cut_letters(&name.chars().collect::<Vec<char>>());
            assert_eq!(words(&name).join(" "), slow.iter().collect::<Vec<_>>().join(" "), "{name}");
        }
    }

    #[test]
    fn what_platforms_append_is_taken_off() {
        assert_eq!(controller("payments-7c9d4b58f6-x2zvq"), "payments");
        assert_eq!(controller("agent-x7k2q"), "agent");
        assert_eq!(controller("payments-worker"), "payments-worker");
        assert_eq!(image("registry.example:5000/shop/cart:1.2@sha256:00"), ("shop/cart", Some("1.2")));
        assert_eq!(image("shop/cart"), ("shop/cart", None));
        assert_eq!(host("http://user@cart.shop.svc:80/path"), "cart");
        assert_eq!(last_part("github.com/acme/shop/cart/v2"), "cart");
    }

    #[test]
    fn short_forms_are_beginnings_in_order() {
        let says_nothing = |word: &str| word == "http";
        let short = |text: &str, words: &[&str]| abbreviates(text, words, &says_nothing);
        assert!(short("shopcat", &["shop", "catalogue"]));
        assert!(short("shopcat", &["shop", "http", "catalogue"]));
        assert!(!short("shopcat", &["shop", "old", "catalogue"]));
        assert!(!short("shopdb", &["shop", "db", "worker"]));
        assert!(!short("shopper", &["shopper"]));
    }
}
