//! The journeys: one file a story, each on an edge of its own with the very bundle that ships.

mod bad_input_is_told;
mod books_are_checked;
mod callers_are_limited;
mod clicks_are_told_apart;
mod costs_are_counted;
mod credit_is_explained;
mod disputes_are_settled;
mod exactly_once;
mod friend_buys;
mod it_says_what_fails;
mod ledger_and_payouts;
mod memory_stays_bounded;
mod no_click_is_lost;
mod nothing_is_half_done;
mod nothing_is_lost;
mod only_known_names;
mod programs_and_keys;
mod rewards_follow_the_rules;
mod the_demo;
mod the_schema_holds;
mod webhooks_arrive;
mod what_if_judges_again;
