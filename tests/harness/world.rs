//! One edge with a data folder and a program of its own, gone with the test.

use crate::Client;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use xtask::local::{Edge, Secrets, Settings};
use xtask::place::Place;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A running edge, and the keys of its program `acme`.
pub struct World {
    pub client: Client,
    pub admin_secret: String,
    pub identity_secret: String,
    /// The port on `shop.localhost` that the program's site is at.
    pub shop_port: u16,
    pub data: PathBuf,
    settings: Settings,
    edge: Edge,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl World {
    /// On the very bundle that ships.
    pub fn start() -> Self {
        Self::on("edge", |_| ())
    }

    /// On the very bundle that ships, with some settings changed.
    pub fn start_changed(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on("edge", change)
    }

    /// On the very bundle that ships, with its data in memory where the system has a place for that: for very many
    /// requests whose story isn't that they outlive anything.
    pub fn start_in_memory() -> Self {
        Self::start_in_memory_changed(|_| ())
    }

    /// The same, with some settings changed.
    pub fn start_in_memory_changed(change: impl FnOnce(&mut Settings)) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        Self::within(&folder, "edge", change)
    }

    /// On the bundle that breaks on purpose.
    pub fn start_with_faults() -> Self {
        Self::on("edge-faults", |_| ())
    }

    /// On the bundle that breaks on purpose, with some settings changed.
    pub fn start_changed_with_faults(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on("edge-faults", change)
    }

    fn on(bundle: &str, change: impl FnOnce(&mut Settings)) -> Self {
        Self::within(&std::env::temp_dir(), bundle, change)
    }

    fn within(folder: &Path, bundle: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let place = Place::find().unwrap();
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let data = folder.join(format!("honeyguide-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let mut settings = Settings::new(&place, &data, Secrets::random().unwrap());
        settings.bundle = place.built(bundle);
        settings.port = free_port();
        change(&mut settings);
        let built = settings.bundle.join("index.js").exists();
        assert!(built, "{} isn't built: run `cargo verify`", settings.bundle.display());
        let edge = Edge::start(&settings).unwrap();
        let mut world = Self {
            client: Client::new(&edge.address(), ""),
            admin_secret: settings.secrets.admin.clone(),
            identity_secret: String::new(),
            shop_port: free_port(),
            data,
            settings,
            edge,
        };
        world.make_program();
        world
    }

    fn make_program(&mut self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let file = std::fs::read_to_string(root.join("www/demo/program.json")).unwrap();
        let mut file: Value = serde_json::from_str(&file).unwrap();
        file["site"] = json!(format!("http://shop.localhost:{}", self.shop_port));
        let admin = Client::new(&self.client.base, &self.admin_secret);
        let made = admin.post("/v1/programs", &file).expect(201).json;
        made["secret_key"].as_str().unwrap().clone_into(&mut self.client.key);
        made["identity_secret"].as_str().unwrap().clone_into(&mut self.identity_secret);
    }

    /// `kill -9`, then a new process on the same data.
    pub fn kill_and_start_again(&mut self) {
        self.edge.kill();
        self.start_again();
    }

    /// `kill -9`, while others may be in the middle of a request.
    pub fn stop_without_warning(&self) {
        let pid = self.edge.pid().to_string();
        std::process::Command::new("kill").args(["-9", &pid]).status().unwrap();
    }

    /// A new process on the same data, after the old one is gone.
    pub fn start_again(&mut self) {
        self.edge.kill();
        self.edge = Edge::start(&self.settings).unwrap();
    }

    /// The same, with some settings changed from now on.
    pub fn start_again_changed(&mut self, change: impl FnOnce(&mut Settings)) {
        self.edge.kill();
        change(&mut self.settings);
        self.start_again();
    }

    /// From now on this isolate has the fault of that name; `storage-up` ends it. On the bundle that breaks on purpose.
    #[track_caller]
    pub fn switch(&self, fault: &str) {
        self.client.send("GET", "/healthz", &[("x-honeyguide-fault", fault)], None).unwrap().expect(200);
    }

    /// A participant's identity, as the site's backend signs it: HS256, good for an hour.
    pub fn identity(&self, who: &str, name: Option<&str>) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({"sub": who, "email": format!("{who}@example.com"), "name": name, "exp": now + 3_600});
        let parts = [r#"{"alg":"HS256","typ":"JWT"}"#, &claims.to_string()];
        let signed = parts.map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let mac = Hmac::<sha2::Sha256>::new_from_slice(self.identity_secret.as_bytes()).unwrap();
        let signature = mac.chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// A client of that participant's browser.
    pub fn as_participant(&self, who: &str, name: Option<&str>) -> Client {
        Client::new(&self.client.base, &self.identity(who, name))
    }

    /// Changes some fields of the program's file.
    #[track_caller]
    pub fn change_program(&self, changes: &Value) {
        let mut file = self.client.get("/v1/program").expect(200).json;
        changes.as_object().unwrap().iter().for_each(|(name, value)| file[name] = value.clone());
        self.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
    }

    /// A client with the secret of the deployment.
    pub fn admin(&self) -> Client {
        Client::new(&self.client.base, &self.admin_secret)
    }

    /// What the process holds in RAM, in KiB.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.edge.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix("kB").unwrap().trim().parse().unwrap()
    }

    /// How many objects have something stored.
    pub fn stored_objects(&self) -> usize {
        let mut folders = vec![self.data.clone()];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "sqlite") {
                    count += 1;
                }
            }
        }
        count
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.edge.kill();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
