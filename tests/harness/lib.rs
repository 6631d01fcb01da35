//! The world around Honeyguide, for the journeys: an edge on real `workerd` with a fresh program, a client that knows
//! only the public API, a receiver of webhooks, and Chromium. Nothing here sleeps: it waits for conditions.

pub mod axe;
pub mod browser;
pub mod client;
pub mod connection;
pub mod data_centre;
pub mod firefox;
pub mod hostile;
pub mod receiver;
pub mod rough;
pub mod shop;
pub mod site;
pub mod vendor;
pub mod vendor_posts;
pub mod world;

pub use browser::Browser;
pub use client::{Answer, Client};
pub use connection::Connection;
pub use data_centre::DataCentre;
pub use firefox::Firefox;
pub use receiver::Receiver;
pub use rough::{Manner, Rough};
pub use site::Site;
pub use vendor::{Call, Vendor};
pub use world::World;

use std::time::{Duration, Instant};

/// Waits until `look` finds something, or fails the test with what was waited for.
pub fn wait_for<T>(what: &str, seconds: u64, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited {seconds} s for {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
