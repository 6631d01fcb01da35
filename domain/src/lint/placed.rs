//! Rules and gifts with their places in the file, and what they come to.

use crate::money::{Currency, Money};
use crate::program::{Bonus, Bounds, Gift, Gives, Program, Rule, Worth};
use std::collections::BTreeSet;

/// A rule and its place, such as `rewards[1]`.
pub(super) struct PlacedRule<'a> {
    pub(super) rule: &'a Rule,
    pub(super) path: String,
}

pub(super) fn rules(program: &Program) -> Vec<PlacedRule<'_>> {
    let placed = |(at, rule)| PlacedRule { rule, path: format!("rewards[{at}]") };
    program.rewards.iter().enumerate().map(placed).collect()
}

impl<'a> PlacedRule<'a> {
    pub(super) fn at(&self, field: &str) -> String {
        format!("{}.{field}", self.path)
    }

    /// All that it may give, each with its place.
    pub(super) fn gifts(&self) -> Vec<(String, &'a Gift)> {
        let field = match &self.rule.gives {
            Gives::Always(_) => return self.rule.gifts().map(|gift| (self.path.clone(), gift)).collect(),
            Gives::Tiers(_) => "tiers.steps",
            Gives::Milestones(_) => "milestones.steps",
            Gives::Stages(_) => "stages",
        };
        self.rule.gifts().enumerate().map(|(at, gift)| (format!("{}[{at}]", self.at(field)), gift)).collect()
    }

    /// The events at which it can give.
    pub(super) fn pays_on(&self) -> BTreeSet<&'a str> {
        match self.rule.qualified_by.as_deref() {
            Some(by) if self.rule.events().all(|event| event != by) => BTreeSet::from([by]),
            _ => self.rule.events().collect(),
        }
    }

    pub(super) fn has_money(&self) -> bool {
        self.rule.gifts().any(|gift| gift.worth.is_some())
    }

    /// The currencies that its money comes in: those of its flat amounts, and the program's where it shares a value.
    pub(super) fn currencies(&self, program: &Program) -> BTreeSet<Currency> {
        let of = |worth: Worth| match worth {
            Worth::Flat(money) => money.currency(),
            Worth::Share(_) => program.currency,
        };
        self.rule.gifts().flat_map(worths).map(of).collect()
    }

    /// The most that one conversion gives in a currency, where that is known: a percentage needs a ceiling or a largest
    /// value.
    pub(super) fn most(&self, currency: Currency) -> Option<i64> {
        let ceiling = self.rule.ceiling.of(currency).map(|money| money.amount());
        let largest = largest(&self.rule.bounds, currency);
        let one = |worth: Worth| match worth {
            Worth::Flat(money) => Some(if money.currency() == currency { money.amount() } else { 0 }),
            Worth::Share(percent) => {
                let sale = Money::new(largest.unwrap_or(i64::MAX), currency).ok();
                let share = sale.and_then(|sale| percent.of(&sale).ok()).map(|share| share.amount());
                [share, ceiling].into_iter().flatten().min()
            }
        };
        let gift = |gift: &Gift| -> Option<i64> { worths(gift).into_iter().map(one).sum() };
        let each: Option<Vec<i64>> = self.rule.gifts().map(gift).collect();
        Some(each?.into_iter().max()?.saturating_mul(self.rule.retainer_months.unwrap_or(1)))
    }
}

/// What a gift is worth: its fixed part, and its bonus.
pub(super) fn worths(gift: &Gift) -> Vec<Worth> {
    gift.worth.into_iter().chain(gift.bonus.as_ref().map(|bonus| bonus.worth)).collect()
}

/// The smallest value that bounds let through in a currency. None: bounds without this currency let nothing through.
fn smallest(bounds: &Bounds, currency: Currency) -> Option<i64> {
    let least = [(&bounds.minimum, 0), (&bounds.above, 1)].map(|(amounts, more)| match amounts.of(currency) {
        Some(money) => Some(money.amount().saturating_add(more)),
        None => amounts.is_empty().then_some(i64::MIN),
    });
    least.into_iter().collect::<Option<Vec<i64>>>()?.into_iter().max()
}

/// The largest value that bounds let through in a currency, where they say one.
pub(super) fn largest(bounds: &Bounds, currency: Currency) -> Option<i64> {
    let most = [(&bounds.maximum, 0), (&bounds.below, 1)]
        .map(|(amounts, less)| amounts.of(currency).map(|money| money.amount().saturating_sub(less)));
    most.into_iter().flatten().min()
}

/// The values that bounds let through in a currency, both ends included. None: no value at all.
pub(super) fn values(bounds: &Bounds, currency: Currency) -> Option<(i64, i64)> {
    let closed = [&bounds.maximum, &bounds.below]
        .into_iter()
        .any(|amounts| !amounts.is_empty() && amounts.of(currency).is_none());
    let (least, most) = (smallest(bounds, currency)?, largest(bounds, currency).unwrap_or(i64::MAX));
    (!closed && least <= most).then_some((least, most))
}

/// The currencies that bounds name.
pub(super) fn named(bounds: &Bounds) -> BTreeSet<Currency> {
    let all = [&bounds.minimum, &bounds.above, &bounds.maximum, &bounds.below];
    all.into_iter().flat_map(|amounts| amounts.0.iter()).map(Money::currency).collect()
}

/// The values that two bounds let through, in each currency that matters, together. Empty: none passes both.
pub(super) fn both(one: &Bounds, two: &Bounds, usual: Currency) -> Vec<Currency> {
    let currencies: BTreeSet<Currency> = named(one).into_iter().chain(named(two)).chain([usual]).collect();
    let meet = |currency: &Currency| match (values(one, *currency), values(two, *currency)) {
        (Some((from, to)), Some((other_from, other_to))) => from.max(other_from) <= to.min(other_to),
        _ => false,
    };
    currencies.into_iter().filter(meet).collect()
}

pub(super) fn bonus_of(gift: &Gift) -> Option<&Bonus> {
    gift.bonus.as_ref()
}
