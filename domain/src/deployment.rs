//! Programs side by side, and what those of a kind come to together.

use crate::money::Money;
use crate::overview::{self, Waiting, by_currency};
use crate::program::Program;
use crate::wire::deployment::{Listed, ProgramSums, SumsOfKind};
use crate::wire::overview::Sum;

/// Programs that are asked at the same time.
pub const AT_ONCE: usize = 6;
/// Programs on one page at most: each of them is asked.
pub const MOST: i64 = 100;

/// What some days come to in one program: `conversions` of these days, and the rewards of `all` days.
pub fn sums(person: i64, conversions: &[Sum], all: &[Sum], waiting: Waiting) -> ProgramSums {
    let times = |sums: &mut dyn Iterator<Item = &Sum>| sums.map(|sum| sum.times).sum();
    ProgramSums {
        person,
        conversions: times(&mut conversions.iter()),
        credited: times(&mut conversions.iter().filter(|sum| sum.name == overview::CREDITED)),
        revenue: by_currency(
            conversions.iter().map(|sum| (sum.currency.as_str(), sum.amount.saturating_sub(sum.refunded))),
        ),
        owed: overview::owed(all),
        paid: overview::paid(all),
        attention: overview::attention(all, waiting).iter().map(|one| one.count).sum(),
    }
}

/// A program's line.
pub fn listed(program: Program, sums: ProgramSums) -> Listed {
    Listed {
        id: program.id.as_str().to_owned(),
        name: program.name,
        site: program.site.as_str().to_owned(),
        kind: program.kind.as_str().to_owned(),
        mode: program.mode.as_str().to_owned(),
        sums,
    }
}

/// Together, by kind.
pub fn by_kind(programs: &[Listed]) -> Vec<SumsOfKind> {
    let mut kinds: Vec<&str> = programs.iter().map(|program| program.kind.as_str()).collect();
    kinds.sort_unstable_by(|one, other| other.cmp(one));
    kinds.dedup();
    let together = |kind: &str| {
        let of: Vec<&ProgramSums> =
            programs.iter().filter(|program| program.kind == kind).map(|program| &program.sums).collect();
        let number = |count: fn(&ProgramSums) -> i64| of.iter().map(|sums| count(sums)).sum();
        let money = |amounts: fn(&ProgramSums) -> &[Money]| {
            let all: Vec<(String, i64)> = of
                .iter()
                .flat_map(|sums| amounts(sums))
                .map(|money| (money.currency().to_string(), money.amount()))
                .collect();
            by_currency(all.iter().map(|(currency, amount)| (currency.as_str(), *amount)))
        };
        SumsOfKind {
            kind: kind.to_owned(),
            programs: i64::try_from(of.len()).unwrap_or(i64::MAX),
            sums: ProgramSums {
                person: number(|sums| sums.person),
                conversions: number(|sums| sums.conversions),
                credited: number(|sums| sums.credited),
                revenue: money(|sums| &sums.revenue),
                owed: money(|sums| &sums.owed),
                paid: money(|sums| &sums.paid),
                attention: number(|sums| sums.attention),
            },
        }
    };
    kinds.into_iter().map(together).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn sum(name: &str, currency: &str, times: i64, amount: i64, refunded: i64) -> Sum {
        Sum { name: name.to_owned(), currency: currency.to_owned(), times, amount, refunded }
    }

    fn money(amount: i64, currency: &str) -> Money {
        Money::new(amount, Currency::parse(currency).unwrap()).unwrap()
    }

    #[test]
    fn programs_of_a_kind_are_added_up_by_currency_and_kinds_stay_apart() {
        let conversions =
            [sum("credited", "USD", 3, 9_000, 1_000), sum("none", "", 2, 0, 0), sum("held", "JPY", 1, 500, 500)];
        let all =
            [sum("pending", "USD", 1, 2_000, 0), sum("fulfilled", "USD", 2, 3_000, 0), sum("held", "EUR", 4, 10, 0)];
        let waiting = Waiting { disputes: 2, ..Waiting::default() };
        let told = sums(40, &conversions, &all, waiting);
        assert_eq!(
            told,
            ProgramSums {
                person: 40,
                conversions: 6,
                credited: 3,
                revenue: vec![money(8_000, "USD")],
                owed: vec![money(10, "EUR"), money(2_000, "USD")],
                paid: vec![money(3_000, "USD")],
                attention: 6,
            }
        );
        let listed = |id: &str, kind: &str| Listed {
            id: id.to_owned(),
            name: id.to_owned(),
            site: "https://shop.example".to_owned(),
            kind: kind.to_owned(),
            mode: "live".to_owned(),
            sums: told.clone(),
        };
        let kinds = by_kind(&[listed("a", "partner"), listed("b", "referral"), listed("c", "partner")]);
        let told: Vec<_> = kinds.iter().map(|one| (one.kind.as_str(), one.programs, one.sums.person)).collect();
        assert_eq!(told, [("referral", 1, 40), ("partner", 2, 80)]);
        assert_eq!(kinds[1].sums.owed, [money(20, "EUR"), money(4_000, "USD")]);
        assert_eq!(by_kind(&[]), []);
    }
}
