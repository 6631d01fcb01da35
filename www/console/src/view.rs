//! What all screens are made of.

pub(crate) mod address;
pub(crate) mod amounts;
pub(crate) mod chart;
pub(crate) mod confirm;
pub(crate) mod csv;
pub(crate) mod days;
pub(crate) mod filter;
pub(crate) mod form;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod save;
pub(crate) mod table;
pub(crate) mod times;
pub(crate) mod toast;

pub(crate) use address::Address;
pub(crate) use amounts::{Amount, Money};
pub(crate) use chart::{Chart, Line};
pub(crate) use confirm::Confirm;
pub(crate) use csv::SaveTable;
pub(crate) use days::Days;
pub(crate) use filter::{ChosenFilter, TypedFilter};
pub(crate) use form::{Field, Form};
pub(crate) use page::{Page, focus, name_the_page};
pub(crate) use problem::Told;
pub(crate) use progress::Progress;
pub(crate) use table::{Column, Table};
pub(crate) use times::Time;
pub(crate) use toast::Toasts;
