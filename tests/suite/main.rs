//! Whole pipelines through the program that users run, faults and rubbish included; the house's own rules; and the
//! cases that linguists write in Markdown (`cases/<stage>/*.md`).

mod cases;
mod check;
mod definitions;
mod faults;
mod house;
mod run;
mod support;
