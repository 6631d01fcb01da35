//! Pages that make life hard for a script, on a site of their own.

use crate::World;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Hostile {
    pub url: String,
    /// What is odd about each page; its address is `/{trait}`, and `/{trait}?widget` has the widget.
    pub traits: Vec<String>,
    child: Child,
}

impl Hostile {
    /// On the port that the world's program names as its site, for a visitor who has signed in with this identity.
    pub fn start(world: &World, identity: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/hostile.mjs");
        let child = Command::new("node")
            .arg(script)
            .env("PORT", world.shop_port.to_string())
            .env("EDGE", &world.client.base)
            .env("IDENTITY", identity)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let client = crate::Client::new(&format!("http://127.0.0.1:{}", world.shop_port), "");
        let mut pages = Self { url: format!("http://shop.localhost:{}", world.shop_port), traits: Vec::new(), child };
        let told = crate::wait_for("the hostile pages", 20, || {
            client.send("GET", "/healthz", &[], None).ok().filter(|answer| answer.status == 200)
        });
        pages.traits = serde_json::from_value(told.json).unwrap();
        pages
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
