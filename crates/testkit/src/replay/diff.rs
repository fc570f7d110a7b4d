//! Two texts, line by line, as a person compares them.

/// The lines that only one of both texts has: `-` those of `expected`, `+` those of `got`, each between a few others.
pub(super) fn diff(expected: &str, got: &str) -> String {
    let (expected, got): (Vec<_>, Vec<_>) = (expected.lines().collect(), got.lines().collect());
    let common = longest_common(&expected, &got);
    let (mut left, mut right) = (expected.iter(), got.iter());
    let mut lines = Vec::new();
    let mut add = |mark: char, line: &str| lines.push(format!("    {mark} {line}\n"));
    for line in common {
        left.by_ref().take_while(|other| **other != line).for_each(|line| add('-', line));
        right.by_ref().take_while(|other| **other != line).for_each(|line| add('+', line));
        add(' ', line);
    }
    left.for_each(|line| add('-', line));
    right.for_each(|line| add('+', line));
    lines.concat()
}

/// The longest sequence of lines that both have in this order.
fn longest_common<'a>(left: &[&'a str], right: &[&'a str]) -> Vec<&'a str> {
    // Row by row: the best sequence for the lines of `left` so far and each beginning of `right`.
    let mut best: Vec<Vec<&str>> = vec![Vec::new(); right.len() + 1];
    for line in left {
        let mut row = vec![Vec::new()];
        for (index, other) in right.iter().enumerate() {
            let (diagonal, above) = (best.get(index), best.get(index + 1));
            let before = row.last();
            let longer = if line == other {
                let mut sequence = diagonal.cloned().unwrap_or_default();
                sequence.push(*line);
                sequence
            } else {
                let candidates = [above, before];
                candidates.into_iter().flatten().max_by_key(|lines| lines.len()).cloned().unwrap_or_default()
            };
            row.push(longer);
        }
        best = row;
    }
    best.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_differences_with_their_context() {
        let text = diff("a\nb\nc\nd\n", "a\nx\nc\nd\ny\n");
        assert_eq!(text, "      a\n    - b\n    + x\n      c\n      d\n    + y\n");
    }

    #[test]
    fn shows_all_of_a_text_that_is_new() {
        assert_eq!(diff("", "a\nb\n"), "    + a\n    + b\n");
        assert_eq!(diff("a\n", ""), "    - a\n");
    }
}
