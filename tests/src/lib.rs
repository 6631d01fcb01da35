//! The world around Honeyguide, for the journeys.
