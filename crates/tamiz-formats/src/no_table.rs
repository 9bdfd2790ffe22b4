//! In place of Parquet in a program that is built without it: nothing of this can be made.

use std::convert::Infallible;
use std::io::{self, Write};
use std::marker::PhantomData;

use serde::Serialize;
use tamiz_core::Marks;

use crate::format::{BUILD_PARQUET, NO_PARQUET};
use crate::{FieldNames, Record, Source};

/// The columns of an output's Parquet files.
#[derive(Clone)]
pub struct Shape(Infallible);

impl Shape {
    /// # Errors
    /// Always: the program was built without Parquet.
    pub fn of(_: &[Source], _: &FieldNames, _: Marks) -> Result<Shape, String> {
        Err(format!("{NO_PARQUET}: {BUILD_PARQUET}"))
    }

    /// # Errors
    /// Never called.
    pub fn dropped(&self, _: Marks) -> Result<Shape, String> {
        match self.0 {}
    }

    /// A digest of the columns.
    #[must_use]
    pub fn digest(&self) -> String {
        match self.0 {}
    }
}

/// Documents that are written together, a row group.
pub struct TableRows<'b>(Infallible, PhantomData<&'b ()>);

/// A row group as it stands in a file.
pub struct RowGroup(Infallible);

impl<'b> TableRows<'b> {
    /// Never called.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        match shape.0 {}
    }

    /// Never called.
    #[must_use]
    pub fn id(&self, _: &Record<'_>) -> String {
        match self.0 {}
    }

    /// # Errors
    /// Never called.
    pub fn push(&mut self, _: &Record<'b>, _: &str, _: &impl Serialize) -> serde_json::Result<()> {
        match self.0 {}
    }

    /// # Errors
    /// Never called.
    pub fn finish(self) -> io::Result<Option<(RowGroup, u64)>> {
        match self.0 {}
    }
}

/// A Parquet file that is being written.
pub struct TableFile<W: Write + Send>(Infallible, PhantomData<W>);

impl<W: Write + Send> TableFile<W> {
    /// # Errors
    /// Never called.
    pub fn new(_: W, shape: &Shape) -> io::Result<Self> {
        match shape.0 {}
    }

    /// # Errors
    /// Never called.
    pub fn append(&mut self, rows: RowGroup) -> io::Result<()> {
        match rows.0 {}
    }

    /// # Errors
    /// Never called.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {}
    }
}
