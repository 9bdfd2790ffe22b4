//! Parquet: rows of a file as records.
//!
//! A row is read as the JSON object that it stands for, so that all that holds of JSON Lines holds of it; its columns
//! stay beside it as they were read, so that they can be written to Parquet again with their types.

mod lines;
mod pages;
mod read;
mod rows;
mod salvage;
mod shape;
mod write;

pub(crate) use lines::JsonLines;
pub(crate) use read::{REMEDY, Table};
pub(crate) use rows::Rows;
pub use shape::Shape;
pub use write::{RowGroup, TableFile, TableRows};
