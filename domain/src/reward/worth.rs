//! What a gift is worth for a value: flat, a percentage, both, and between which bounds.

use super::eligible::within;
use crate::money::Money;
use crate::program::{Amounts, Gift, Rule, Worth};
use crate::reason::Reason;

impl Worth {
    /// A flat amount is in the rule's currency, a percentage in the sale's, rounded half away from zero.
    pub(super) fn of(self, value: Option<Money>) -> Result<Money, Reason> {
        match self {
            Self::Flat(flat) => Ok(flat),
            Self::Share(percent) => percent.of(&value.ok_or(Reason::NoValue)?).map_err(|_| Reason::AboveMaximumValue),
        }
    }
}

/// The money of a gift: what it is worth with its bonus, and the bonus apart where that is in another currency.
/// Both are empty for a thing without a money value.
pub(super) fn money(gift: &Gift, value: Option<Money>) -> Result<(Option<Money>, Option<Money>), Reason> {
    let Some(worth) = gift.worth else { return Ok((None, None)) };
    let fixed = worth.of(value)?;
    let Some(bonus) = gift.bonus.as_ref().filter(|bonus| within(&bonus.bounds, value).is_ok()) else {
        return Ok((Some(fixed), None));
    };
    // A bonus that can't be reckoned, a percentage of no value, leaves the fixed part as it is.
    let Ok(bonus) = bonus.worth.of(value) else { return Ok((Some(fixed), None)) };
    if bonus.currency() == fixed.currency() {
        let sum = fixed.plus(&bonus).map_err(|_| Reason::AboveMaximumValue)?;
        return Ok((Some(sum), None));
    }
    Ok((Some(fixed), Some(bonus)))
}

/// At least the rule's floor, at most its ceiling. Bounds that are in other currencies than the money bound nothing, so
/// then nothing is given.
pub(super) fn bounded(rule: &Rule, money: Money) -> Result<Money, Reason> {
    let bound = |amounts: &Amounts| match amounts.of(money.currency()) {
        Some(bound) => Ok(Some(bound.amount())),
        None if amounts.is_empty() => Ok(None),
        None => Err(Reason::CurrencyDiffers),
    };
    let least = bound(&rule.floor)?.unwrap_or(i64::MIN);
    let most = bound(&rule.ceiling)?.unwrap_or(i64::MAX);
    Money::new(money.amount().max(least).min(most), money.currency()).map_err(|_| Reason::AboveMaximumValue)
}
