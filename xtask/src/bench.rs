//! `cargo bench-edge`: how fast the redirect is, as a ratio to a Worker that answers a constant redirect.
//!
//! Both are loaded in turn, in one run, on one machine: rates alone mean little elsewhere. What was answered is then
//! compared with what was stored.

mod load;
mod report;
mod subject;

use crate::command::Bench;
use crate::failure::Result;
use crate::local::Edge;
use crate::place::Place;
use crate::{build, say, setup};
use load::Load;
use report::Report;
use subject::Redirect;

/// An odd number, so that there is a median.
const ROUNDS: usize = 3;
/// Fills the caches and wakes the compiler, on either side.
const WARM_UP_SECONDS: u32 = 2;

pub(crate) fn bench(place: &Place, options: &Bench) -> Result<()> {
    setup::load_generator()?;
    build::for_use(place)?;
    let folder = place.built("bench");
    build::fresh(&folder)?;
    let constant = Edge::start(&subject::constant(place, &folder)?)?;
    let redirect = Redirect::start(place, &folder)?;
    let sides = [("constant", format!("{}/r/constant", constant.address())), ("redirect", redirect.link().to_owned())];
    let mut warm_up = Vec::new();
    let mut loads: [Vec<Load>; 2] = Default::default();
    for (_, address) in &sides {
        warm_up.push(load::run(address, WARM_UP_SECONDS)?);
    }
    for round in 1..=ROUNDS {
        for ((name, address), loads) in sides.iter().zip(&mut loads) {
            let what =
                format!("round {round} of {ROUNDS}: {name}, {} s, {} connections", options.seconds, load::CONNECTIONS);
            loads.push(say::step(&what, || load::run(address, options.seconds))?);
        }
    }
    let [constant, ours] = loads;
    let answered = ours.iter().chain(warm_up.last()).map(|load| load.answered).sum();
    let stored = redirect.stored(answered)?;
    let report = Report { seconds: options.seconds, rounds: ROUNDS, constant, redirect: ours, answered, stored };
    report.print();
    report.write(&place.built("bench.json"))
}
