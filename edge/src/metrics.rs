//! What this isolate has done since it began: counters for `/v1/metrics`, and one structured log line a failure.
//!
//! Each isolate counts for itself, as a scraper expects of a process; sums over isolates are the scraper's.

use crate::redirect;
use crate::{buffer, settings};
use honeyguide_domain::clickquality::Quality;
use honeyguide_domain::time::Span;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Once;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfQuality {
    quality: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDoor {
    door: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWhat {
    what: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfObject {
    object: &'static str,
}

/// What one kind of object costs: what providers put a price to.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    /// Requests and alarms.
    pub(crate) requests: Counter,
    pub(crate) rows_read: Counter,
    pub(crate) rows_written: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSource {
    source: &'static str,
}

/// What of ours can fail, in the words of the log and of the label.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    Request,
    Panic,
    Link,
    LinkCache,
    DayKey,
    Clicks,
    ClicksRolling,
    ProgramAlarm,
    DestinationAlarm,
}

impl What {
    const ALL: [Self; 9] = [
        Self::Request,
        Self::Panic,
        Self::Link,
        Self::LinkCache,
        Self::DayKey,
        Self::Clicks,
        Self::ClicksRolling,
        Self::ProgramAlarm,
        Self::DestinationAlarm,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request failed",
            Self::Panic => "panic",
            Self::Link => "link not resolved",
            Self::LinkCache => "link cache not reached",
            Self::DayKey => "no key of the day",
            Self::Clicks => "clicks not stored",
            Self::ClicksRolling => "clicks not added up",
            Self::ProgramAlarm => "program alarm",
            Self::DestinationAlarm => "destination alarm",
        }
    }
}

const DOORS: [&str; 2] = ["browser", "owner"];

/// Upper bounds in seconds.
const LATENCIES: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];

struct Metrics {
    registry: Registry,
    /// Handles of the hot path, so that no label is looked up there.
    clicks: [Counter; 6],
    links_held: Counter,
    links_in_data_centre: Counter,
    links_asked: Counter,
    links_unreached: Counter,
    requests: Family<OfDoor, Counter>,
    errors: Family<OfWhat, Counter>,
    object_requests: Family<OfObject, Counter>,
    rows_read: Family<OfObject, Counter>,
    rows_written: Family<OfObject, Counter>,
    dropped: Counter,
    flush_seconds: Histogram,
    depth: Gauge,
    links: Gauge,
}

thread_local! {
    static METRICS: Metrics = Metrics::new();
}

impl Metrics {
    fn new() -> Self {
        let mut registry = Registry::with_prefix("honeyguide");
        let clicks = Family::<OfQuality, Counter>::default();
        let links = Family::<OfSource, Counter>::default();
        let made = Self {
            clicks: Quality::ALL.map(|quality| clicks.get_or_create_owned(&OfQuality { quality: quality.as_str() })),
            links_held: links.get_or_create_owned(&OfSource { source: "isolate" }),
            links_in_data_centre: links.get_or_create_owned(&OfSource { source: "data_centre" }),
            links_asked: links.get_or_create_owned(&OfSource { source: "asked" }),
            links_unreached: links.get_or_create_owned(&OfSource { source: "unreached" }),
            requests: Family::default(),
            errors: Family::default(),
            object_requests: Family::default(),
            rows_read: Family::default(),
            rows_written: Family::default(),
            dropped: Counter::default(),
            flush_seconds: Histogram::new(LATENCIES),
            depth: Gauge::default(),
            links: Gauge::default(),
            registry: Registry::default(),
        };
        // What hasn't happened yet is there too, as 0.
        for door in DOORS {
            drop(made.requests.get_or_create(&OfDoor { door }));
        }
        for what in What::ALL {
            drop(made.errors.get_or_create(&OfWhat { what: what.as_str() }));
        }
        registry.register("clicks", "Clicks by quality", clicks);
        registry.register(
            "link_lookups",
            "Links by where they came from: the isolate's cache, the data centre's, storage, or storage was gone",
            links,
        );
        registry.register("requests", "Requests by door; redirects are counted as clicks", made.requests.clone());
        registry.register("errors", "Failures of ours, one log line each", made.errors.clone());
        let objects = made.object_requests.clone();
        registry.register("object_requests", "Requests and alarms of objects, by kind", objects);
        registry.register("rows_read", "Rows that objects read, by kind", made.rows_read.clone());
        registry.register("rows_written", "Rows that objects wrote, indexes included", made.rows_written.clone());
        registry.register(
            "clicks_dropped",
            "Clicks that were lost because storage was gone for too long",
            made.dropped.clone(),
        );
        registry.register_with_unit(
            "flush",
            "Time a batch of clicks took to be stored",
            Unit::Seconds,
            made.flush_seconds.clone(),
        );
        registry.register("buffer_depth", "Clicks that aren't in storage yet", made.depth.clone());
        registry.register("links_held", "Links in the isolate's cache", made.links.clone());
        Self { registry, ..made }
    }
}

pub(crate) fn click(quality: Quality) {
    METRICS.with(|metrics| {
        for (known, counter) in Quality::ALL.iter().zip(&metrics.clicks) {
            if *known == quality {
                counter.inc();
            }
        }
    });
}

/// Where a link came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Isolate,
    DataCentre,
    Asked,
    Unreached,
}

/// Each link that a friend follows is counted once.
pub(crate) fn link(source: Source) {
    METRICS.with(|metrics| {
        let counter = match source {
            Source::Isolate => &metrics.links_held,
            Source::DataCentre => &metrics.links_in_data_centre,
            Source::Asked => &metrics.links_asked,
            Source::Unreached => &metrics.links_unreached,
        };
        counter.inc();
    });
}

/// `door`: `browser` or `owner`.
pub(crate) fn request(door: &'static str) {
    METRICS.with(|metrics| metrics.requests.get_or_create_owned(&OfDoor { door }).inc());
}

/// The counters of a kind of object.
pub(crate) fn cost(object: &'static str) -> Cost {
    let of = OfObject { object };
    METRICS.with(|metrics| Cost {
        requests: metrics.object_requests.get_or_create_owned(&of),
        rows_read: metrics.rows_read.get_or_create_owned(&of),
        rows_written: metrics.rows_written.get_or_create_owned(&of),
    })
}

pub(crate) fn dropped() {
    METRICS.with(|metrics| metrics.dropped.inc());
}

pub(crate) fn flushed(took: Span) {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of one write are far below 2^53")]
    METRICS.with(|metrics| metrics.flush_seconds.observe(took.as_millis() as f64 / 1_000.0));
}

/// Counts a failure of ours and logs it: the one line that it gets.
pub(crate) fn error(what: What, why: &str) {
    let what = what.as_str();
    METRICS.with(|metrics| metrics.errors.get_or_create_owned(&OfWhat { what }).inc());
    let at = settings::now();
    worker::console_error!("{}", serde_json::json!({"level": "error", "at": at, "what": what, "why": why}));
}

/// From now on a panic of this isolate says its one line too, in place of what the runtime's library says.
pub(crate) fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|panic| error(What::Panic, &panic.to_string()))));
}

/// All of it, in the text format of `OpenMetrics` 1.0.
pub(crate) fn text() -> String {
    METRICS.with(|metrics| {
        metrics.depth.set(i64::try_from(buffer::depth()).unwrap_or(i64::MAX));
        metrics.links.set(i64::try_from(redirect::links_held()).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing into a text doesn't fail.
        encode(&mut text, &metrics.registry).ok();
        text
    })
}
