//! Schemas of the small values that answers are made of, where their types don't tell them by themselves.

use crate::code::Code;
use crate::id::{
    ClickId, ConversionId, CustomerId, DeliveryId, DestinationId, DisputeId, EntryId, EventId, JobId, KeyId,
    ParticipantId, PayoutId, RewardId, SessionId,
};
use crate::money::{Currency, Money};
use crate::time::Timestamp;
use crate::wire::sketch::{Shapes, schema_of};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::borrow::Cow;

macro_rules! texts {
    ($($name:ident $schema:tt)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> { stringify!($name).into() }
            fn inline_schema() -> bool { true }
            fn json_schema(_: &mut SchemaGenerator) -> Schema { json_schema!($schema) }
        }
    )*};
}

texts! {
    ParticipantId {"type": "string", "pattern": "^prt_[0-9a-v]{25}[048cgkos]$"}
    CustomerId {"type": "string", "pattern": "^cus_[0-9a-v]{25}[048cgkos]$"}
    ConversionId {"type": "string", "pattern": "^cnv_[0-9a-v]{25}[048cgkos]$"}
    RewardId {"type": "string", "pattern": "^rwd_[0-9a-v]{25}[048cgkos]$"}
    EntryId {"type": "string", "pattern": "^ent_[0-9a-v]{25}[048cgkos]$"}
    PayoutId {"type": "string", "pattern": "^pay_[0-9a-v]{25}[048cgkos]$"}
    DestinationId {"type": "string", "pattern": "^dst_[0-9a-v]{25}[048cgkos]$"}
    DeliveryId {"type": "string", "pattern": "^dlv_[0-9a-v]{25}[048cgkos]$"}
    EventId {"type": "string", "pattern": "^evt_[0-9a-v]{25}[048cgkos]$"}
    KeyId {"type": "string", "pattern": "^key_[0-9a-v]{25}[048cgkos]$"}
    DisputeId {"type": "string", "pattern": "^dsp_[0-9a-v]{25}[048cgkos]$"}
    SessionId {"type": "string", "pattern": "^ses_[0-9a-v]{25}[048cgkos]$"}
    JobId {"type": "string", "pattern": "^job_[0-9a-v]{25}[048cgkos]$"}
    ClickId {"type": "string", "pattern": "^clk_[0-9a-v]{25}[048cgkos]$"}
    Code {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]$"}
    Currency {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."}
    Timestamp {"type": "string", "format": "date-time", "pattern": r"^[0-9-]+T[0-9:]{8}\.[0-9]{3}Z$"}
}

/// As in bodies.
impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let shapes = Shapes::default();
        schema_of::<Self>(&shapes);
        let schema = shapes.borrow_mut().remove("Money").unwrap_or(Value::Bool(true));
        Schema::try_from(schema).unwrap_or_default()
    }
}
