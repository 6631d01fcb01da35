//! Tables and properties for money.

use super::*;
use proptest::prelude::*;

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::parse("USD").unwrap()).unwrap()
}

#[test]
fn currencies_are_those_of_iso_4217_with_their_minor_units() {
    for (code, exponent) in [("USD", 2), ("JPY", 0), ("KWD", 3), ("EUR", 2)] {
        assert_eq!(Currency::parse(code).unwrap().exponent(), exponent, "{code}");
    }
    for code in ["", "usd", "US", "USDX", "ZZZ", "U$D", "\u{20ac}"] {
        assert_eq!(Currency::parse(code), Err(MoneyError::UnknownCurrency), "{code}");
    }
}

#[test]
fn amounts_stay_within_what_a_json_number_holds() {
    let usd = Currency::parse("USD").unwrap();
    assert!(Money::new(LARGEST, usd).is_ok() && Money::new(-LARGEST, usd).is_ok());
    for amount in [LARGEST + 1, -LARGEST - 1, i64::MAX, i64::MIN] {
        assert_eq!(Money::new(amount, usd), Err(MoneyError::OutOfBounds));
    }
    let most = Money::new(LARGEST, usd).unwrap();
    assert_eq!(most.plus(&most), Err(MoneyError::OutOfBounds));
    assert_eq!(most.times(2, 1), Err(MoneyError::OutOfBounds));
}

#[test]
fn money_is_shown_with_its_minor_units() {
    for (amount, code, shown) in
        [(2000, "USD", "20.00 USD"), (-5, "USD", "-0.05 USD"), (500, "JPY", "500 JPY"), (1, "KWD", "0.001 KWD")]
    {
        assert_eq!(Money::new(amount, Currency::parse(code).unwrap()).unwrap().to_string(), shown);
    }
}

#[test]
fn percentages_are_exact_and_round_half_away_from_zero() {
    for (text, of, gives) in [
        ("10", 12_000, 1_200),
        ("12.5", 1_000, 125),
        ("0.5", 100, 1),
        ("0.5", -100, -1),
        ("33.3333", 3, 1),
        ("0", 500, 0),
        ("1000", 7, 70),
    ] {
        assert_eq!(Percent::parse(text).unwrap().of(&usd(of)).unwrap(), usd(gives), "{text}");
        assert_eq!(Percent::parse(text).unwrap().to_string(), text);
    }
    for text in ["", "1000.1", "-1", "1e2", "1.23456", ".", "1.", ".5", "NaN", "10%"] {
        assert_eq!(Percent::parse(text), Err(MoneyError::BadPercent), "{text}");
    }
}

#[test]
fn what_is_left_goes_to_the_largest_remainder_the_earlier_first() {
    let shares =
        |amount: i64, weights: &[u32]| usd(amount).split(weights).iter().map(Money::amount).collect::<Vec<_>>();
    assert_eq!(shares(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(shares(-100, &[1, 1, 1]), [-34, -33, -33]);
    assert_eq!(shares(1000, &[70, 30]), [700, 300]);
    assert_eq!(shares(5, &[40, 20, 40]), [2, 1, 2]);
    assert_eq!(shares(1, &[0, 1]), [0, 1]);
    assert!(shares(1, &[0, 0]).is_empty() && shares(1, &[]).is_empty());
}

proptest! {
    #[test]
    fn shares_sum_to_the_whole_and_each_is_within_one_minor_unit(
        amount in -LARGEST..=LARGEST, weights in prop::collection::vec(0u32..1_000_000, 1..12)
    ) {
        let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        let shares = usd(amount).split(&weights);
        prop_assume!(whole > 0);
        prop_assert_eq!(shares.iter().map(|s| i128::from(s.amount())).sum::<i128>(), i128::from(amount));
        for (share, weight) in shares.iter().zip(&weights) {
            let exact = i128::from(amount) * i128::from(*weight);
            prop_assert!((i128::from(share.amount()) * whole - exact).abs() < whole);
        }
    }

    #[test]
    fn a_part_and_the_rest_are_within_a_minor_unit_of_the_whole(amount in 0..=LARGEST, part in 0i64..=1000) {
        let one = usd(amount).times(part, 1000).unwrap().amount();
        let rest = usd(amount).times(1000 - part, 1000).unwrap().amount();
        prop_assert!((one + rest - amount).abs() <= 1);
    }

    #[test]
    fn money_survives_json(amount in -LARGEST..=LARGEST) {
        let text = serde_json::to_string(&usd(amount)).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), usd(amount));
    }
}
