//! Bodies about pools of coupons.

use super::read::{Fields, Read};
use crate::fault::Place;
use serde_json::{Value, json};

const MOST_CODES: usize = 10_000;
const LONGEST_CODE: usize = 64;

/// `POST /v1/coupons`: codes that the site takes at its checkout, to be handed out in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCoupons {
    pub pool: String,
    pub codes: Vec<String>,
}

impl Read for NewCoupons {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let pool = fields.required("pool");
        let codes = fields.required::<Vec<String>>("codes");
        fields.done();
        let code = || json!({"items": {"maxLength": LONGEST_CODE, "allOf": [{"pattern": r"\S"}]}});
        place.child("codes").accepts(|| json!({"minItems": 1, "maxItems": MOST_CODES}));
        place.child("codes").accepts(code);
        let codes: Vec<String> = codes?.into_iter().map(|code| code.trim().to_owned()).collect();
        if codes.is_empty() || codes.len() > MOST_CODES {
            place.child("codes").refused("out_of_range", format!("Here are 1 to {MOST_CODES} codes."));
        }
        for (at, code) in codes.iter().enumerate() {
            if code.is_empty() || code.chars().count() > LONGEST_CODE {
                let message = format!("A coupon's code has 1 to {LONGEST_CODE} characters.");
                place.child("codes").item(at).malformed("invalid_code", message);
            }
        }
        Some(Self { pool: pool?, codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read;

    #[test]
    fn a_pool_is_filled_with_codes_that_are_codes() {
        let new: NewCoupons = read::body(r#"{"pool":"spring","codes":[" A-1 ","A-2"]}"#).unwrap();
        assert_eq!(new.codes, ["A-1", "A-2"]);
        for (body, code, field) in [
            (r#"{"pool":"spring","codes":[]}"#, "out_of_range", "codes"),
            (r#"{"pool":"spring","codes":["A"," "]}"#, "invalid_code", "codes[1]"),
            (r#"{"pool":"spring","cods":["A"]}"#, "unknown_field", "cods"),
        ] {
            let refusal = read::body::<NewCoupons>(body).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)), "{body}");
        }
    }
}
