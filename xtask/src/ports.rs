//! Ports: the edge's, and the next one for the demo shop.

use crate::failure::{Because as _, Failure, Result};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

/// Whether both can be had, before anything long is done. With 0 there is nothing to check.
pub(crate) fn check(port: u16) -> Result<()> {
    if port == 0 {
        return Ok(());
    }
    for port in [port, next(port)?] {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            Failure::new(match error.kind() {
                ErrorKind::AddrInUse => {
                    format!("Port {port} is in use; choose another with --port, or any free one with --port 0.")
                }
                ErrorKind::PermissionDenied => {
                    format!("Port {port} may not be used by this user; choose one above 1023 with --port.")
                }
                _ => format!("Port {port} can't be used: {error}"),
            })
        })?;
    }
    Ok(())
}

/// The shop's port: the one after the edge's, or any free one.
pub(crate) fn of_shop(port: u16) -> Result<u16> {
    if port != 0 {
        return next(port);
    }
    free()
}

/// One that nobody uses now.
pub(crate) fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).because(|| "There is no free port".into())?;
    Ok(listener.local_addr().because(|| "A free port has no number".into())?.port())
}

fn next(port: u16) -> Result<u16> {
    port.checked_add(1)
        .because(|| format!("After port {port} there is none for the demo shop; choose a lower one with --port."))
}

#[cfg(test)]
mod tests {
    use super::{check, next};
    use std::net::TcpListener;

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(check(port).unwrap_err().to_string().contains(&format!("Port {port} is in use")));
        assert!(check(0).is_ok() && next(65535).is_err());
    }
}
