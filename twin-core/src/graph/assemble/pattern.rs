//! Patterns of paths, as ownership rules write them: the syntax of `.gitignore` without negation.
//!
//! A pattern with a slash before its end starts at the base folder; one without matches at any depth. `*` and `?` stay within
//! one part of a path, `**` crosses them. A pattern that matches a folder matches all beneath it, but for one that ends in `/*`, which
//! matches files of that very folder only (GitHub's rule).

/// Whether `pattern` matches `path` or a folder above it. Both without leading slash on the path's side. O(pattern · path).
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let folder_only = pattern.ends_with('/');
    let parts: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts == [""] {
        return false;
    }
    let starts: Vec<usize> = if anchored { vec![0] } else { (0..path.len().max(1)).collect() };
    starts.into_iter().any(|start| prefix_matches(&parts, &path[start.min(path.len())..], folder_only))
}

/// Whether the pattern matches the path, or a folder above it.
fn prefix_matches(pattern: &[&str], path: &[&str], folder_only: bool) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return !path.is_empty() || folder_only;
    };
    if *first == "**" {
        return (0..=path.len()).any(|skipped| tail_matches(rest, &path[skipped..], folder_only));
    }
    match path.split_first() {
        Some((_, deeper)) if *first == "*" && rest.is_empty() => deeper.is_empty(),
        Some((part, deeper)) if part_matches(first, part) => tail_matches(rest, deeper, folder_only),
        _ => false,
    }
}

fn tail_matches(rest: &[&str], path: &[&str], folder_only: bool) -> bool {
    if rest.is_empty() {
        return true;
    }
    prefix_matches(rest, path, folder_only)
}

/// Whether one part of a path matches one part of a pattern.
fn part_matches(pattern: &str, part: &str) -> bool {
    let (pattern, part): (Vec<char>, Vec<char>) = (pattern.chars().collect(), part.chars().collect());
    let mut reachable = vec![false; part.len() + 1];
    reachable[0] = true;
    let mut place = 0;
    while place < pattern.len() {
        let mut next = vec![false; part.len() + 1];
        match pattern[place] {
            '*' => {
                let first = reachable.iter().position(|reached| *reached).unwrap_or(part.len() + 1);
                next.iter_mut().skip(first).for_each(|reached| *reached = true);
            }
            other => {
                let literal = if other == '\\' && place + 1 < pattern.len() {
                    place += 1;
                    Some(pattern[place])
                } else {
                    Some(other)
                };
                let any = other == '?';
                for (index, letter) in part.iter().enumerate() {
                    next[index + 1] = reachable[index] && (any || literal == Some(*letter));
                }
            }
        }
        reachable = next;
        place += 1;
    }
    reachable[part.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_gitignore_says() {
        let cases = [
            ("*", "services/pay/main.rs", true),
            ("*.js", "a/b/c.js", true),
            ("*.js", "a/b", false),
            ("/docs/", "docs/a/b.md", true),
            ("/docs/", "src/docs/a.md", false),
            ("docs/", "src/docs/a.md", true),
            ("services/pay", "services/pay", true),
            ("services/pay", "services/pay/main.rs", true),
            ("services/pay", "services/payroll", false),
            ("services/*/config", "services/pay/config/a.yml", true),
            ("/services/**/config.yml", "services/a/b/config.yml", true),
            ("**/logs", "deep/down/logs/today", true),
            ("apps/**", "apps/x", true),
            ("docs/*", "docs/a.md", true),
            ("docs/*", "docs/build/a.md", false),
            ("pay?", "services/pays", true),
            ("/pay", "services/pay", false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
    }
}
