//! Running other programs.
//!
//! Programs that may run long are tied to this process: if it is killed outright, so are they. The kernel ties them
//! to the *thread* that started them, so long-lived ones are started from one that lives as long.

use crate::failure::{Because as _, Failure, Result};
use crate::say;
use std::env;
use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How many of the last lines of a quiet program are shown when it fails.
const LINES_SHOWN: usize = 40;

/// A command whose process dies with this one, even by `kill -9`, where the system has `setpriv` (Debian always has).
pub(crate) fn tied(program: impl AsRef<OsStr>) -> Command {
    if find("setpriv").is_none() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// The path of a program on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A stream for a child's standard output that ends in our standard error.
pub(crate) fn to_stderr() -> Stdio {
    io::stderr().as_fd().try_clone_to_owned().map_or_else(|_| Stdio::null(), Stdio::from)
}

/// Runs to the end, and lets it speak for itself. `what` names it in the failure.
pub(crate) fn loud(mut command: Command, what: &str) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().because(|| format!("{what} can't be started"))?;
    succeeded(status, what)
}

/// Runs to the end and gives its standard output; the end of what it said is shown only when it fails.
pub(crate) fn quiet(mut command: Command, what: &str) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().because(|| format!("{what} can't be started"))?;
    if !output.status.success() {
        show_end(&String::from_utf8_lossy(&output.stdout));
        show_end(&String::from_utf8_lossy(&output.stderr));
    }
    succeeded(output.status, what)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The trimmed standard output of a question, or nothing when it can't be answered.
pub(crate) fn ask(mut command: Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs quietly, at most for so long; after that it and its own children are killed.
pub(crate) fn bounded(mut command: Command, what: &str, longest: Duration) -> Result<()> {
    let mut child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .because(|| format!("{what} can't be started"))?;
    let errors = child.stderr.take();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut errors) = errors {
            let _ended = errors.read_to_string(&mut text);
        }
        text
    });
    let ended = wait(&mut child, longest)?;
    if ended.is_none() {
        signal_group(&child, nix::sys::signal::Signal::SIGKILL);
        let _reaped = child.wait();
    }
    let said = reader.join().unwrap_or_default();
    let status = ended.because(|| format!("{what} took longer than {}", say::duration(longest)))?;
    if !status.success() {
        let last =
            said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it didn't say why").trim().to_owned();
        return Err(Failure::new(format!("{what} failed ({last})")));
    }
    Ok(())
}

/// Waits for a child at most so long; nothing when it is still running.
pub(crate) fn wait(child: &mut Child, longest: Duration) -> Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().because(|| "A child process can't be waited for".into())? {
            return Ok(Some(status));
        }
        if begun.elapsed() >= longest {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal to a child. One that has ended already is no error.
pub(crate) fn signal(child: &Child, signal: nix::sys::signal::Signal) {
    if let Ok(pid) = i32::try_from(child.id()) {
        let _gone = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal);
    }
}

/// Sends a signal to a child and its own children, where it was started as a group.
pub(crate) fn signal_group(child: &Child, signal: nix::sys::signal::Signal) {
    if let Ok(pid) = i32::try_from(child.id()) {
        let _gone = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(pid), signal);
    }
}

/// `PATH` with a folder put first.
pub(crate) fn path_with(first: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(first.to_path_buf()).chain(env::split_paths(&rest)))
        .because(|| format!("{} can't be put on the PATH", first.display()))
}

fn succeeded(status: ExitStatus, what: &str) -> Result<()> {
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{what} failed ({status})."))) }
}

fn show_end(text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(LINES_SHOWN);
    for line in lines.iter().skip(skipped) {
        say::line(format!("    {line}"));
    }
}
