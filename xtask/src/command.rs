//! The command line.

use lexopt::{Arg, Parser, ValueExt as _};
use std::ffi::OsString;
use std::path::PathBuf;

pub const HELP: &str = "\
cargo dev [--port 8787] [--data DIR] [--program FILE]   set up what is missing, build, start, print one line when ready
cargo verify                                            format, lints, host tests, journeys, size budgets: what CI runs
cargo bench-edge [--seconds 3] [--rounds 9] [--soak 300]   the performance table, ratios against its baselines
cargo ship                                              target/ship/: wrangler bundle, workerd config, assets, checksums
cargo program-lint FILE [--deny warnings]               what a program file says that its owner may not want
cargo ledger-check FILE [--head HASH]                   whether an export of the ledger is whole and as it was written
cargo run -p xtask -- build                             build everything and print sizes
cargo run -p xtask -- widget                            build the widget alone and print sizes
cargo run -p xtask -- console                           build the owner's console alone and print sizes
cargo run -p xtask -- words                             list what the words of widget and mail lack, by language
cargo run -p xtask -- setup                             set up what is missing
cargo run -p xtask -- bots [--newest] [--check]         renew the public list of bots, or only look whether it is as fetched
cargo run -p xtask -- fill --key KEY [--edge URL] [--participants 100000] [--conversions 50000] [--clicks 1000000] [--currency USD]
                                                        put many of each into a program of `cargo dev`; go on where it was cut off
cargo run -p xtask -- fill --key KEY [--edge URL] --time
                                                        time what the console asks of such a program";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help,
    Setup,
    Build,
    Widget,
    Console,
    Words,
    Dev(Dev),
    Verify,
    Bench(Bench),
    Ship,
    Bots(Bots),
    Fill(Fill),
    Lint(Lint),
    LedgerCheck(LedgerCheck),
}

/// `cargo dev`'s options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dev {
    /// 0 takes any free ones.
    pub port: u16,
    pub data: Option<PathBuf>,
    pub program: Option<PathBuf>,
}

/// `cargo bench-edge`'s options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bench {
    /// Of load, for each side in each round.
    pub seconds: u32,
    /// An odd number has a round in the middle.
    pub rounds: u32,
    /// Seconds of the long run that memory is watched in; 0 leaves it out.
    pub soak: u32,
}

/// The options of `bots`, the list's renewal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bots {
    /// Takes the newest version, not the one that is vendored.
    pub newest: bool,
    /// Changes nothing, and fails where something would change.
    pub check: bool,
}

/// The options of `fill`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// Where the edge is, without a slash at the end.
    pub edge: String,
    /// A secret key of the program.
    pub key: String,
    pub participants: usize,
    pub conversions: usize,
    pub clicks: u64,
    /// Of the conversions; empty for the program's.
    pub currency: String,
    /// Puts nothing in, and times what the console asks for.
    pub time: bool,
}

/// The options of `cargo program-lint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    pub file: PathBuf,
    /// Whether warnings fail too.
    pub deny_warnings: bool,
}

/// `cargo ledger-check`'s file and option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCheck {
    pub file: PathBuf,
    /// A head that was published: the book must have it.
    pub head: Option<String>,
}

/// Reads the arguments after the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    // `cargo dev -- --port 1` gives us the lone `--` as well; it means nothing here.
    let mut parser = Parser::from_args(arguments.into_iter().filter(|argument| argument != "--"));
    let mut name = None;
    let mut dev = Dev { port: 8787, data: None, program: None };
    let mut bench = Bench { seconds: 3, rounds: 9, soak: 300 };
    let mut bots = Bots::default();
    let mut much = Fill {
        edge: "http://127.0.0.1:8787".to_owned(),
        key: String::new(),
        participants: 100_000,
        conversions: 50_000,
        clicks: 1_000_000,
        currency: String::new(),
        time: false,
    };
    let (mut file, mut head, mut deny_warnings) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match (argument, name.as_deref()) {
            (Arg::Long("help") | Arg::Short('h'), _) => return Ok(Command::Help),
            (Arg::Value(value), None) => name = Some(value.string()?),
            (Arg::Value(value), Some("program-lint")) if file.is_none() => file = Some(value.into()),
            (Arg::Long("time"), Some("fill")) => much.time = true,
            (Arg::Long("deny"), Some("program-lint")) => deny_warnings = warnings(&mut parser)?,
            (Arg::Long("port"), Some("dev")) => dev.port = parser.value()?.parse()?,
            (Arg::Long("data"), Some("dev")) => dev.data = Some(parser.value()?.into()),
            (Arg::Long("program"), Some("dev")) => dev.program = Some(parser.value()?.into()),
            (Arg::Long("seconds"), Some("bench-edge")) => bench.seconds = at_least_one(&mut parser)?,
            (Arg::Long("rounds"), Some("bench-edge")) => bench.rounds = at_least_one(&mut parser)?,
            (Arg::Long("soak"), Some("bench-edge")) => bench.soak = parser.value()?.parse()?,
            (Arg::Long("newest"), Some("bots")) => bots.newest = true,
            (Arg::Long("check"), Some("bots")) => bots.check = true,
            (Arg::Long("edge"), Some("fill")) => {
                parser.value()?.string()?.trim_end_matches('/').clone_into(&mut much.edge);
            }
            (Arg::Long("key"), Some("fill")) => much.key = parser.value()?.string()?,
            (Arg::Long("participants"), Some("fill")) => much.participants = parser.value()?.parse()?,
            (Arg::Long("conversions"), Some("fill")) => much.conversions = parser.value()?.parse()?,
            (Arg::Long("clicks"), Some("fill")) => much.clicks = parser.value()?.parse()?,
            (Arg::Long("currency"), Some("fill")) => much.currency = parser.value()?.string()?,
            (Arg::Long("head"), Some("ledger-check")) => head = Some(parser.value()?.string()?),
            (Arg::Value(value), Some("ledger-check")) if file.is_none() => file = Some(value.into()),
            (other, _) => return Err(other.unexpected()),
        }
    }
    match name.as_deref() {
        None | Some("help") => Ok(Command::Help),
        Some("setup") => Ok(Command::Setup),
        Some("build") => Ok(Command::Build),
        Some("widget") => Ok(Command::Widget),
        Some("console") => Ok(Command::Console),
        Some("words") => Ok(Command::Words),
        Some("dev") => Ok(Command::Dev(dev)),
        Some("verify") => Ok(Command::Verify),
        Some("bench-edge") => Ok(Command::Bench(bench)),
        Some("ship") => Ok(Command::Ship),
        Some("bots") => Ok(Command::Bots(bots)),
        Some("fill") if much.key.is_empty() => Err("fill takes a secret key of the program: --key KEY".into()),
        Some("fill") => Ok(Command::Fill(much)),
        Some("program-lint") => match file {
            Some(file) => Ok(Command::Lint(Lint { file, deny_warnings })),
            None => Err("say which program file: cargo program-lint FILE".into()),
        },
        Some("ledger-check") => match file {
            Some(file) => Ok(Command::LedgerCheck(LedgerCheck { file, head })),
            None => Err("ledger-check takes the file to check".into()),
        },
        Some(other) => Err(format!("there is no command \"{other}\"; `cargo run -p xtask -- help` lists them").into()),
    }
}

/// The one thing that can be denied.
fn warnings(parser: &mut Parser) -> Result<bool, lexopt::Error> {
    match parser.value()?.string()?.as_str() {
        "warnings" => Ok(true),
        other => Err(format!("only warnings can be denied, not \"{other}\"").into()),
    }
}

fn at_least_one(parser: &mut Parser) -> Result<u32, lexopt::Error> {
    match parser.value()?.parse()? {
        0 => Err("this number is 1 or more".into()),
        number => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bench, Bots, Command, Dev, LedgerCheck, Lint, parse};

    fn check(line: &str, expected: &Command) {
        assert_eq!(&parse(line.split_whitespace().map(Into::into)).unwrap(), expected, "{line}");
    }

    #[test]
    fn dev_has_three_options_and_takes_a_lone_dash_dash() {
        let plain = Dev { port: 8787, data: None, program: None };
        check("dev", &Command::Dev(plain.clone()));
        check("dev -- --port 0", &Command::Dev(Dev { port: 0, ..plain.clone() }));
        let all = Dev { port: 9000, data: Some("d".into()), program: Some("p.json".into()) };
        check("dev --port=9000 --data d --program p.json", &Command::Dev(all));
    }

    #[test]
    fn the_others_have_their_own() {
        check("verify --", &Command::Verify);
        check("bench-edge --seconds 5", &Command::Bench(Bench { seconds: 5, rounds: 9, soak: 300 }));
        check("bench-edge --rounds 1 --soak 0", &Command::Bench(Bench { seconds: 3, rounds: 1, soak: 0 }));
        check("bots --check", &Command::Bots(Bots { newest: false, check: true }));
        let lint = |deny_warnings| Command::Lint(Lint { file: "p.json".into(), deny_warnings });
        check("program-lint p.json", &lint(false));
        check("program-lint p.json --deny warnings", &lint(true));
        let checked = LedgerCheck { file: "book.ndjson".into(), head: Some("ab".to_owned()) };
        check("ledger-check book.ndjson --head ab", &Command::LedgerCheck(checked));
        check("", &Command::Help);
    }

    #[test]
    fn what_is_unknown_is_refused_by_name() {
        for (line, named) in [
            ("dev --prot 1", "--prot"),
            ("verify --port 1", "--port"),
            ("dve", "dve"),
            ("dev --port x", "x"),
            ("ledger-check", "the file"),
            ("ledger-check a b", "b"),
            ("bench-edge --rounds 0", "1 or more"),
            ("program-lint", "FILE"),
            ("program-lint a b", "b"),
            ("program-lint a --deny hints", "hints"),
        ] {
            let wrong = parse(line.split_whitespace().map(Into::into)).unwrap_err().to_string();
            assert!(wrong.contains(named), "{line}: {wrong}");
        }
    }
}
