//! Definitions as stages and users see them, with a stage made for the purpose.

use std::fs;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{Built, ConfigError, Document, Marks, Scratch, Stage, StageConfig, Tables};
use tamiz_pipeline::{Entry, LoadError, Mistakes, Pipeline, Reach, Registry};

/// Paints lines.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Paint {
    /// The colour of a line.
    colour: Colour,
    /// How many coats to give it.
    coats: u8,
    /// A file of words.
    words: Option<String>,
    /// What to paint.
    spot: Vec<Spot>,
}

/// Colours.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase")]
enum Colour {
    /// Like grass.
    #[default]
    Green,
    /// Like the sky.
    Blue,
}

/// A place.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Spot {
    /// Its width in points.
    width: u8,
}

struct Painted;

impl Stage for Painted {
    fn apply(&self, _: &mut Document, _: &mut Scratch) {}
}

impl StageConfig for Paint {
    const NAME: &'static str = "paint";

    fn build(self, tables: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        for (index, spot) in self.spot.iter().enumerate() {
            if spot.width == 13 {
                let at = ["spot", &index.to_string(), "width"];
                errors.push(ConfigError::new(&at, "13 is unlucky", "write 12"));
            }
        }
        if let Some(words) = &self.words
            && let Err(message) = tables.read(Path::new(words))
        {
            errors.push(ConfigError::new(&["words"], message, "name a file that can be read"));
        }
        if errors.is_empty() { Ok(Built::stage(Marks::REMOVED, Painted)) } else { Err(errors) }
    }
}

static REGISTRY: Registry = Registry::new(&[Entry::of::<Paint>()]);

fn parse(text: &str) -> Result<Pipeline, Mistakes> {
    Pipeline::parse("p.toml", text, &REGISTRY)
}

/// The places (line, column) and remedies of a definition's mistakes.
fn mistakes(text: &str) -> Vec<(usize, usize, String)> {
    let found = parse(text).err().expect("the definition has mistakes");
    found
        .list()
        .iter()
        .map(|mistake| {
            let (line, column) = found.place(mistake);
            (line, column, mistake.remedy.clone())
        })
        .collect()
}

#[test]
fn every_mistake_of_one_stage_is_reported_even_in_nested_tables() {
    let text = "\
[[stage]]
use = \"paint\"
color = \"blue\"
colour = \"bleu\"
coats = -1

[[stage.spot]]
width = \"x\"

[[stage.spot]]
widht = 3

[[stage.spot]]
width = 13
";
    let found = mistakes(text);
    let places: Vec<(usize, usize)> = found.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, [(3, 1), (4, 10), (5, 9), (8, 9), (11, 1), (14, 9)], "{found:#?}");
    assert_eq!(found[0].2, "did you mean `colour`?");
    assert_eq!(found[1].2, "did you mean `blue`?");
    assert!(found[2].2.starts_with("`coats` takes a whole number"), "{}", found[2].2);
    assert_eq!(found[4].2, "did you mean `width`?");
    assert_eq!(found[5].2, "write 12");
}

#[test]
fn columns_count_code_points() {
    let found = mistakes("stage = [{ use = \"paint\", words = \"ñ\", cots = 1 }]\n");
    assert_eq!((found[0].1, found[1].1), (35, 40));
}

#[test]
fn the_digest_is_of_the_options_and_not_of_the_layout() {
    let digest = |text: &str| parse(text).unwrap().digest_up_to(0);
    let plain = digest("[[stage]]\nuse = \"paint\"\ncoats = 2\ncolour = \"blue\"\n");
    assert_eq!(
        plain,
        digest("# A comment.\nname = \"x\"\n[[stage]]\ncolour = 'blue'\ncoats = 0x2\nuse = 'paint'\n")
    );
    assert_ne!(plain, digest("[[stage]]\nuse = \"paint\"\ncoats = 3\ncolour = \"blue\"\n"));
    assert_eq!(plain.len(), 64);
}

#[test]
fn files_are_relative_to_the_definition_and_inside_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("words.txt"), "a").unwrap();
    fs::write(folder.path().join("outside.txt"), "b").unwrap();
    let path = inner.join("p.toml");
    let load = |words: &str, reach| {
        fs::write(&path, format!("[[stage]]\nuse = \"paint\"\nwords = \"{words}\"\n")).unwrap();
        Pipeline::load(&path, &REGISTRY, reach)
    };
    let inside = load("words.txt", Reach::Folder).unwrap().digest_up_to(0);
    fs::write(inner.join("words.txt"), "changed").unwrap();
    assert_ne!(
        inside,
        load("words.txt", Reach::Folder).unwrap().digest_up_to(0),
        "a file's content is in the digest"
    );
    let refused = load("../outside.txt", Reach::Folder).err().unwrap().to_string();
    assert!(refused.contains("--allow-outside"), "{refused}");
    assert!(load("../outside.txt", Reach::Anywhere).is_ok());
    assert!(load("nowhere.txt", Reach::Folder).err().unwrap().to_string().contains("nowhere.txt"));
}

#[test]
fn a_file_that_is_no_definition_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.toml");
    fs::write(&path, b"name = \"caf\xe9\"\n").unwrap();
    let Err(LoadError::Unreadable(message)) = Pipeline::load(&path, &REGISTRY, Reach::Folder) else {
        panic!("it loaded")
    };
    assert!(message.contains("byte 11") && message.contains("UTF-8"), "{message}");
    assert_eq!(parse("\u{feff}").err(), None, "an empty definition is a pipeline without a stage");
}

#[test]
fn the_name_is_the_file_s_where_none_is_given() {
    assert_eq!(Pipeline::parse("dir/news-es.toml", "", &REGISTRY).unwrap().name(), "news-es");
}

#[test]
fn no_text_makes_the_reader_panic() {
    for text in
        ["[[stage]]\n[[stage.spot]]", "stage = 3", "stage = [1, \"x\", {}]", "[[[", "a = \"", "\0", "use = 1"]
    {
        assert!(parse(text).is_err(), "{text:?}");
    }
    let deep = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(parse(&deep).is_err());
}
