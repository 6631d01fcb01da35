//! Exact fractions, as credits have them: `2/5`, never 0.4.

/// `part` of `whole` in lowest terms, such as `2/5`; `0/1` where there is no whole.
pub fn fraction(part: u64, whole: u64) -> String {
    let divisor = greatest_common_divisor(part, whole);
    match (part.checked_div(divisor), whole.checked_div(divisor)) {
        (Some(part), Some(whole)) if whole > 0 => format!("{part}/{whole}"),
        _ => "0/1".to_owned(),
    }
}

fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_in_lowest_terms() {
        for (part, whole, text) in
            [(40, 100, "2/5"), (1, 1, "1/1"), (7, 7, "1/1"), (1, 3, "1/3"), (0, 5, "0/1"), (0, 0, "0/1"), (3, 0, "0/1")]
        {
            assert_eq!(fraction(part, whole), text);
        }
    }
}
