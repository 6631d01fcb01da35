//! The program file's `targets`.

use super::super::{Amounts, Targets};
use super::{days, within};
use crate::fault::Place;
use crate::time::Span;
use crate::wire::read::{Fields, Read};
use serde_json::{Map, Value, json};

const LONGEST_REFUND_WINDOW_DAYS: i64 = 3_650;

impl Read for Targets {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let cost_per_acquisition = Amounts::read_from(&fields, "cost_per_acquisition");
        let window = fields.optional::<i64>("refund_window_days");
        fields.done();
        place.child("refund_window_days").accepts(|| json!({"minimum": 0, "maximum": LONGEST_REFUND_WINDOW_DAYS}));
        let window = match window? {
            Some(days) => Some(within(days, 0, LONGEST_REFUND_WINDOW_DAYS, &place.child("refund_window_days"))?),
            None => None,
        };
        Some(Self { cost_per_acquisition: cost_per_acquisition?, refund_window: window.map(Span::days) })
    }
}

impl Targets {
    pub(super) fn write(&self, fields: &mut Map<String, Value>) {
        let mut inner = Map::new();
        self.cost_per_acquisition.write("cost_per_acquisition", &mut inner);
        if let Some(window) = self.refund_window {
            inner.insert("refund_window_days".to_owned(), json!(days(window)));
        }
        if !inner.is_empty() {
            fields.insert("targets".to_owned(), Value::Object(inner));
        }
    }
}
