//! One run at a time installs and builds. The lock is a file in the cache folder; the kernel frees it if we die.

use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::say;
use std::fs::{File, TryLockError};

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the lock is freed when the file is closed")] File);

pub(crate) fn take(place: &Place) -> Result<Lock> {
    let path = place.cache("lock");
    let failed = || format!("The lock {} can't be taken", path.display());
    let file = File::options().create(true).append(true).open(&path).because(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            say::step("waiting for another run that is setting up or building", || file.lock().because(failed))?;
        }
        Err(TryLockError::Error(error)) => return Err(error).because(failed),
    }
    Ok(Lock(file))
}
