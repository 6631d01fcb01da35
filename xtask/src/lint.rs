//! `cargo program-lint`: prints what the domain's linter finds in a program file, and fails by how bad it is.

use crate::command::Lint;
use crate::failure::{Because as _, Failure, Result};
use honeyguide_domain::calendar::Day;
use honeyguide_domain::lint::{Finding, Severity, lint as find};
use honeyguide_domain::time::Timestamp;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Findings go to standard output, one after the other; the sum goes to standard error.
pub(crate) fn lint(options: &Lint) -> Result<()> {
    let text = fs::read_to_string(&options.file).because(|| format!("reading {}", options.file.display()))?;
    let findings = find(&text, today());
    for finding in &findings {
        println!("{finding}\n");
    }
    judge(&findings, options.deny_warnings)
}

fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Day::of(Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0)))
}

fn judge(findings: &[Finding], deny_warnings: bool) -> Result<()> {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings, hints) = (count(Severity::Error), count(Severity::Warning), count(Severity::Hint));
    let sum = format!("found {errors} errors, {warnings} warnings and {hints} hints");
    if errors > 0 || (deny_warnings && warnings > 0) {
        return Err(Failure::new(sum));
    }
    crate::say::line(sum);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_fail_and_warnings_where_they_are_denied() {
        let lint = |text: &str| find(text, today());
        assert!(judge(&lint("{"), false).is_err());
        let file = r#"{"id": "acme", "name": "Acme", "kind": "referral", "site": "https://shop.example"}"#;
        assert!(judge(&lint(file), false).is_ok());
        assert!(judge(&lint(file), true).unwrap_err().to_string().contains("0 errors, 1 warnings"));
    }
}
