//! The demo shop, as `cargo dev` starts it: a third-party site on a host name of its own.

use crate::World;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Shop {
    pub url: String,
    child: Child,
}

impl Shop {
    /// Starts the shop on the port that the world's program names as its site.
    pub fn start(world: &World) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let child = Command::new("node")
            .arg(root.join("www/demo/server.mjs"))
            .env("PORT", world.shop_port.to_string())
            .env("EDGE", &world.client.base)
            .env("PROGRAM", "acme")
            .env("SECRET_KEY", &world.client.key)
            .env("PUBLISHABLE_KEY", "hg_pk_acme")
            .env("IDENTITY_SECRET", &world.identity_secret)
            .env("DATA_DIR", world.data.join("demo"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://shop.localhost:{}", world.shop_port);
        let shop = Self { url, child };
        let client = crate::Client::new(&format!("http://127.0.0.1:{}", world.shop_port), "");
        crate::wait_for("the shop", 20, || {
            client.send("GET", "/healthz", &[], None).ok().filter(|answer| answer.status == 200)
        });
        shop
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
