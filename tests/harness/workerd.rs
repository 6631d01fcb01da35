//! Starts `workerd` on the configuration that the project makes from `wrangler.toml`.

use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) fn serve(bundle: &Path, data: &Path, port: u16, admin_secret: &str) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let config = std::fs::read_to_string("/tmp/run/config.capnp").unwrap();
    std::fs::create_dir_all(data.join("objects")).unwrap();
    let config = config
        .replace("/tmp/run/data", &data.join("objects").to_string_lossy())
        .replace("127.0.0.1:8787", &format!("127.0.0.1:{port}"))
        .replace("\"admin\"", &format!("\"{admin_secret}\""))
        .replace("embed \"edge/", &format!("embed \"{}/", bundle.display()));
    std::fs::write(data.join("config.capnp"), config).unwrap();
    Command::new(root.join("node_modules/@cloudflare/workerd-linux-64/bin/workerd"))
        .args(["serve", "--experimental", "config.capnp"])
        .current_dir(data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
