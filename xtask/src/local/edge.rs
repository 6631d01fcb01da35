//! A running `workerd`.

use super::bindings::Bindings;
use super::{Disks, Settings, configuration, modules};
use crate::failure::{Because as _, Failure, Result};
use crate::{http, run};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::IpAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a start may take on a slow, busy machine.
const LONGEST_START: Duration = Duration::from_secs(30);
/// How long it may go on with requests that were under way when it is asked to stop.
const LONGEST_STOP: Duration = Duration::from_secs(3);

/// A `workerd` process that answers. It is killed when this is dropped.
#[derive(Debug)]
pub struct Edge {
    child: Child,
    port: u16,
}

impl Edge {
    /// Starts it, and returns when `/healthz` answers 200.
    pub fn start(settings: &Settings) -> Result<Self> {
        let bindings = Bindings::read(&settings.wrangler_toml)?.with(&settings.vars)?;
        let data = whole(&settings.data)?;
        let bundle = whole(&settings.bundle)?;
        let objects = data.join("objects");
        fs::create_dir_all(&objects).because(|| format!("The data directory {} can't be written", data.display()))?;
        let config = data.join("workerd.capnp");
        let modules = modules(&bundle, &bundle.to_string_lossy())?;
        let text = configuration(
            &bindings,
            &modules,
            settings.reach,
            settings.cache.as_deref(),
            &Disks::default(),
            &own_addresses(),
        );
        fs::write(&config, text).because(|| format!("The data directory {} can't be written", data.display()))?;
        let mut command = run::tied(&settings.workerd);
        command
            // Absolute addresses in the configuration, and on standard output the port that was taken.
            .args(["serve", "--import-path=/", "--control-fd=1"])
            .arg(format!("--socket-addr=http=127.0.0.1:{}", settings.port))
            .arg(format!("--directory-path=objects={}", objects.display()))
            .arg(format!("--directory-path=assets={}", whole(&settings.assets)?.display()))
            .arg(&config)
            .env("HONEYGUIDE_SECRET", &settings.secrets.honeyguide)
            .env("ADMIN_SECRET", &settings.secrets.admin)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let said = settings.said.as_deref().map(appended).transpose()?;
        if let Some(file) = &said {
            command.stderr(file.try_clone().because(|| "The file of what workerd says can't be shared".into())?);
        }
        // A group of its own: Ctrl-C is for us, and we stop it in order.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().because(|| format!("{} can't be started", settings.workerd.display()))?;
        let output = child.stdout.take().because(|| "workerd has no standard output".into())?;
        let mut edge = Self { child, port: 0 };
        edge.port = edge.learn_port(&listen(output, said))?;
        edge.wait_for_health()?;
        Ok(edge)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Of the process, `workerd` itself.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// `kill -9`: what it hadn't stored is lost. Returns when the process is gone.
    pub fn kill(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }

    /// Lets requests that are under way finish. Returns when the process is gone.
    pub fn stop(&mut self) {
        run::signal(&self.child, Signal::SIGTERM);
        if !matches!(run::wait(&mut self.child, LONGEST_STOP), Ok(Some(_))) {
            self.kill();
        }
    }

    fn learn_port(&mut self, ports: &Receiver<u16>) -> Result<u16> {
        let begun = Instant::now();
        loop {
            match ports.recv_timeout(Duration::from_millis(50)) {
                Ok(port) => return Ok(port),
                Err(RecvTimeoutError::Timeout) if begun.elapsed() < LONGEST_START => {}
                Err(_) => return Err(self.did_not_start()),
            }
        }
    }

    fn wait_for_health(&mut self) -> Result<()> {
        let begun = Instant::now();
        let address = format!("{}/healthz", self.address());
        while !http::get(&address, None).is_ok_and(|answer| answer.status == 200) {
            if self.ended().is_some() || begun.elapsed() > LONGEST_START {
                return Err(self.did_not_start());
            }
            // Often, for the time of a start is measured by this.
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn did_not_start(&mut self) -> Failure {
        let how = run::wait(&mut self.child, Duration::from_millis(500)).ok().flatten();
        let how = how.map_or_else(|| "it doesn't answer".to_owned(), |status| status.to_string());
        Failure::new(format!("workerd didn't start ({how}); what it says is above."))
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.kill();
    }
}

fn appended(path: &Path) -> Result<File> {
    File::options().create(true).append(true).open(path).because(|| format!("{} can't be written", path.display()))
}

/// Reads standard output to its end: the port goes to the receiver, all else to the file, or to our standard error.
fn listen(output: ChildStdout, mut said: Option<File>) -> Receiver<u16> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match port(&line) {
                Some(port) => {
                    let _nobody_waits = sender.send(port);
                }
                None => match &mut said {
                    Some(file) => drop(writeln!(file, "{line}")),
                    None => crate::say::line(line),
                },
            }
        }
    });
    receiver
}

/// Of `{"event":"listen","socket":"http","port":8787}`.
fn port(line: &str) -> Option<u16> {
    let event: Value = serde_json::from_str(line).ok()?;
    let is_ours = event.get("event")? == "listen" && event.get("socket")? == "http";
    is_ours.then(|| event.get("port")?.as_u64()).flatten().and_then(|port| port.try_into().ok())
}

/// The addresses that this machine answers to: some may be public, and calling them would be calling ourselves.
fn own_addresses() -> Vec<IpAddr> {
    let interfaces = nix::ifaddrs::getifaddrs().into_iter().flatten().filter_map(|interface| interface.address);
    let address = |of: nix::sys::socket::SockaddrStorage| {
        let v4 = of.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        v4.or_else(|| of.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
    };
    let mut all: Vec<IpAddr> = interfaces.filter_map(address).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The absolute path, without following links.
fn whole(path: &Path) -> Result<std::path::PathBuf> {
    std::path::absolute(path).because(|| format!("{} isn't a path", path.display()))
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn the_port_is_read_from_the_listen_event_only() {
        assert_eq!(port("{\"event\":\"listen\",\"socket\":\"http\",\"port\":8787}"), Some(8787));
        assert_eq!(port("{\"event\":\"listen\",\"socket\":\"other\",\"port\":8787}"), None);
        assert_eq!(port("a line that the Worker logged"), None);
    }
}
