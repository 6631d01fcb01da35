//! Tests of judging again.
