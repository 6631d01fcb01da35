//! The console's program screen.

use crate::the_console::{on_every_screen, signed_in};
use honeyguide_tests::World;

#[test]
fn it_is_named_and_everyone_can_use_it() {
    let world = World::start();
    let browser = signed_in(&world, "/console/program");
    browser.wait_for_text("h1", "Program");
    on_every_screen(&browser, "program");
}
