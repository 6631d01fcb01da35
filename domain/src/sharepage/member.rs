//! What a member sees: their standing, what is next, their rewards, and whether their name is shown.

use super::Page;
use crate::leaderboard::first_name;
use crate::money::Money;
use crate::reward::next::{Earns, NextTier, Unit};
use crate::wire::visits::MemberReward;
use maud::{Markup, html};

/// How many rewards are listed; the newest come first.
const LISTED: usize = 20;

impl Page<'_> {
    pub(super) fn standing(&self) -> Markup {
        let Some(member) = self.member else { return Markup::default() };
        let words = self.words();
        let figures = [("page.clicks", member.clicks.person), ("page.conversions", member.conversions)];
        html! {
            section.card aria-labelledby="standing-name" {
                h2 #standing-name { (words.say("page.standing")) }
                dl.figures {
                    @for (name, figure) in figures {
                        div { dt { (words.say(name)) } dd { (self.spoken.number(figure)) } }
                    }
                }
                @if let Some(next) = &member.next_tier { (self.next(next)) }
                h3 { (words.say("page.rewards")) }
                @if member.rewards.is_empty() {
                    p.hint { (words.say("page.no_rewards")) }
                } @else {
                    ul.rewards { @for reward in member.rewards.iter().take(LISTED) { (self.reward(reward)) } }
                }
            }
        }
    }

    fn next(&self, next: &NextTier) -> Markup {
        let words = self.words();
        let counted = |number: i64| match next.unit {
            Unit::Money { currency } => {
                Money::new(number, currency).map_or_else(|_| number.to_string(), |money| self.spoken.money(money))
            }
            Unit::Conversions(_) => self.spoken.number(number),
        };
        let reached = next.reached.max(0);
        let progress = words.fill("page.progress", &[("reached", &counted(reached)), ("at", &counted(next.at))]);
        html! {
            div.next {
                p { strong { (words.fill("page.next", &[("reward", &self.earns(&next.earns))])) } }
                progress max=(next.at) value=(reached) aria-label=(progress) {}
                p.hint { (progress) " · " (words.fill("page.missing", &[("missing", &counted(next.missing))])) }
            }
        }
    }

    fn earns(&self, earns: &Earns) -> String {
        let words = self.words();
        match (&earns.item, earns.value, &earns.percent, earns.months) {
            (Some(item), ..) => item.clone(),
            (_, Some(money), ..) => self.spoken.money(money),
            (_, _, Some(percent), _) => words.fill("page.of_sale", &[("percent", &self.spoken.percent(percent))]),
            (.., Some(months)) => words.fill("page.months", &[("months", &self.spoken.number(months))]),
            _ => self.kind(&earns.kind),
        }
    }

    fn kind(&self, kind: &str) -> String {
        let key = format!("page.kind.{kind}");
        self.words().say(&key).to_owned()
    }

    fn reward(&self, reward: &MemberReward) -> Markup {
        let words = self.words();
        let state = format!("page.state.{}", reward.state);
        let state = words.fill(&state, &[("day", &self.spoken.day(reward.due_at))]);
        let what = match (&reward.item, reward.value, reward.months, &reward.coupon) {
            (Some(item), ..) => item.clone(),
            (_, Some(money), ..) => self.spoken.money(money),
            (_, _, Some(months), _) => words.fill("page.months", &[("months", &self.spoken.number(months))]),
            (.., Some(code)) => code.clone(),
            _ => self.kind(&reward.kind),
        };
        html! {
            li {
                span.what { bdi { (what) } }
                span.kind { (self.kind(&reward.kind)) }
                span.state class=(reward.state) { (state) }
                time datetime=(reward.created_at) { (self.spoken.day(reward.created_at)) }
            }
        }
    }

    /// Whether friends see the member's first name. Who gave none has nothing to say here.
    pub(super) fn naming(&self) -> Markup {
        let Some(member) = self.member else { return Markup::default() };
        let Some(name) = member.participant.name.as_deref().and_then(first_name) else { return Markup::default() };
        let words = self.words();
        let (said, button, turned) = if member.participant.show_name {
            (words.fill("page.name_shown", &[("name", &name)]), "page.hide_name", "false")
        } else {
            (words.say("page.name_hidden").to_owned(), "page.show_name", "true")
        };
        html! {
            section.card aria-labelledby="name-name" {
                h2 #name-name { (words.say("page.name")) }
                form method="post" action=(self.address(words.lang())) {
                    p { (said) }
                    input type="hidden" name="identity" value=(self.identity);
                    button.button.quiet name="show_name" value=(turned) { (words.say(button)) }
                }
            }
        }
    }
}
