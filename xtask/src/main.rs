//! The bench hand.
fn main() {}
