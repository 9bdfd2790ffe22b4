//! What a user sees of names that were learned from a corpus. The people are invented.

use std::path::Path;

use tamiz_core::{
    Built, Document, LanguageCode, Learner, Marks, NoTables, Scratch, Stage, StageConfig, Step, Tables,
};
use tamiz_names::corpus::Counts;
use tamiz_names::{Config, Mode};

struct Files;

impl Tables for Files {
    fn read(&self, _: &Path) -> Result<String, String> {
        Ok("grib\tperson\tes=Nikolái Gríbov;mul=Nikolay Gribov\tNikolai Gribov\n".into())
    }
}

fn learner(config: Config) -> Box<dyn Learner> {
    match (Config { corpus: true, ..config }).build(&Files) {
        Ok(Built { step: Step::Learner(learner), .. }) => learner,
        _ => panic!("the options are valid, and ask for the corpus"),
    }
}

fn spanish() -> Config {
    Config { mode: Mode::Rewrite, language: LanguageCode::parse("es"), ..Config::default() }
}

/// The stage that has learned from these pages.
fn learned(config: Config, pages: &[&str]) -> Box<dyn Stage> {
    let learner = learner(config);
    let mut state = learner.empty();
    pages.iter().for_each(|page| learner.observe(&mut state, &Document::new(*page)));
    learner.finish(state)
}

/// The state's table, without its first line.
fn table(pages: &[&str]) -> Vec<String> {
    let learner = learner(spanish());
    let mut state = learner.empty();
    pages.iter().for_each(|page| learner.observe(&mut state, &Document::new(*page)));
    let saved = learner.save(&state).expect("a state can be written");
    let counts: Counts = serde_json::from_slice(&saved).expect("and read");
    tamiz_names::corpus::lexicon(&counts).lines().skip(1).map(str::to_owned).collect()
}

/// The clean text, and `surface|canonical|id` of every person.
fn run(stage: &dyn Stage, text: &str) -> (String, Vec<String>) {
    let mut document = Document::new(text);
    stage.apply(&mut document, &mut Scratch::default());
    let rendered = document.render(Marks::NAMES);
    let letters: Vec<char> = rendered.text.chars().collect();
    let names = rendered.annotations.names.expect("names were asked for");
    let shown = names
        .iter()
        .map(|name| {
            let surface: String = letters[name.start..name.end].iter().collect();
            let id = name.id.map_or("", |id| id.text());
            format!("{surface}|{}|{id}", name.canonical.text())
        })
        .collect();
    (rendered.text.into_owned(), shown)
}

const GOOD: &str = "El ministro Serguéi Gálkov habló ayer con Marta Quiroga de la situación del puerto.";
const OTHER: &str = "Ayer, el ministro Sergei Galkov llegó con Marta Quiroga a la ciudad para hablar.";
const SLIP: &str = "Según el ministro Serguéi Gálhkov, a quien vio Marta Quiroga, no hay prisa.";

#[test]
fn spellings_of_the_corpus_go_to_one_person_with_an_id() {
    let stage = learned(spanish(), &[GOOD, GOOD, GOOD, OTHER]);
    let (text, names) = run(&*stage, "Hoy habla Sergei Galkov. Luego, Galkov se va.");
    assert_eq!(text, "Hoy habla Serguéi Gálkov. Luego, Gálkov se va.");
    assert_eq!(
        names,
        ["Serguéi Gálkov|Serguéi Gálkov|serguei-galkov", "Gálkov|Serguéi Gálkov|serguei-galkov"]
    );
    // A second run changes nothing more.
    assert_eq!(run(&*stage, &text).0, text);
}

#[test]
fn a_typo_is_linked_and_never_the_canonical_form() {
    let rows = table(&[GOOD, GOOD, GOOD, SLIP, SLIP.replace("Gálhkov", "Gálkob").as_str()]);
    let row = rows.iter().find(|row| row.starts_with("serguei-galkov\t")).expect("the person is listed");
    let canonical = row.split('\t').nth(2).unwrap();
    assert_eq!(canonical, "mul=Serguéi Gálkov", "{rows:?}");
    assert!(row.ends_with("\tSerguéi Gálkov 3, Serguéi Gálhkov 1, Serguéi Gálkob 1"), "{rows:?}");
}

#[test]
fn rare_names_in_other_company_stay_apart() {
    let rows = table(&[
        "El pintor Teodor Valdarin expuso con Marta Quiroga en la ciudad de siempre.",
        "El juez Teodor Valdarim habló con Julio Ferrán de la reforma de la ley.",
    ]);
    assert!(rows.iter().all(|row| !row.contains("Valdarin") || !row.contains("Valdarim")), "{rows:?}");
}

#[test]
fn a_surname_alone_goes_to_the_only_bearer_in_the_corpus() {
    let pages = [
        "Ayer habló la alcaldesa Inés Robledano con la prensa de la ciudad.",
        "La alcaldesa Inés Robledano no quiso hablar de ello con nadie.",
        "El poeta Luis Quirós leyó en la plaza de la ciudad.",
        "El poeta Luis Quirós no vino a la lectura de ayer.",
        "La jueza Marta Quirós habló con la prensa de la ciudad.",
        "La jueza Marta Quirós no quiso hablar de ello con nadie.",
    ];
    let stage = learned(Config::default(), &pages);
    let (_, names) = run(&*stage, "Se lo dijo a Robledano. Ella se lo dijo a Quirós.");
    assert_eq!(names, ["Robledano|Inés Robledano|ines-robledano", "Quirós|Quirós|"]);
    // The document's own full name goes first.
    let (_, names) = run(&*stage, "Vino ayer Pedro Robledano. Luego, Robledano se fue.");
    assert_eq!(names[1], "Robledano|Pedro Robledano|");
}

#[test]
fn the_users_form_goes_before_what_the_corpus_says() {
    let page = "Ayer, el ministro Nikolay Gribov habló con Marta Quiroga de la situación.";
    let config = Config { lexicon: vec!["names.tsv".into()], ..spanish() };
    let stage = learned(config, &[page, page, page, "Ayer habló el ministro Nikolaj Gribov de ello."]);
    let (text, names) = run(&*stage, "Hoy habla Nikolaj Gribov de nuevo con todos.");
    assert_eq!(text, "Hoy habla Nikolái Gríbov de nuevo con todos.");
    assert_eq!(names, ["Nikolái Gríbov|Nikolái Gríbov|grib"]);
}

#[test]
fn a_table_that_was_read_and_given_back_says_the_same() {
    struct Given(String);
    impl Tables for Given {
        fn read(&self, _: &Path) -> Result<String, String> {
            Ok(self.0.clone())
        }
    }
    let rows =
        table(&[GOOD, GOOD, GOOD, OTHER]).join("\n").replace("mul=Serguéi Gálkov", "mul=Serguéi Galkov");
    let config = Config { lexicon: vec!["people.tsv".into()], ..spanish() };
    let Ok(Built { step: Step::Ready(stage), .. }) = config.build(&Given(rows)) else {
        panic!("the table is well formed")
    };
    assert_eq!(run(&*stage, "Hoy habla Sergei Galkov.").0, "Hoy habla Serguéi Galkov.");
}

#[test]
fn the_case_of_the_corpus_tells_names_where_sentences_start() {
    let page = "Lo vio en el puerto de Zaldivea. Los de Zaldivea no lo vieron, ni los de Zaldivea la vieja.";
    let text = "Zaldivea no duerme por la noche.";
    assert!(run(&*learned(Config::default(), &[]), text).1.is_empty());
    assert_eq!(run(&*learned(Config::default(), &[page]), text).1, ["Zaldivea|Zaldivea|"]);
}

#[test]
fn another_known_name_and_lost_accents_are_no_spellings() {
    let config = || Config { language: LanguageCode::parse("en"), ..spanish() };
    let usual = "The singer Renee Kelvedon met Marta Quiroga in the town, and she was glad of it.";
    let stage = learned(config(), &[usual, usual, usual, &usual.replace("Renee", "Renée")]);
    let text = "The singer Renée Kelvedon met nobody in the town, and she was glad of it.";
    assert_eq!(run(&*stage, text).0, text);
    let usual = usual.replace("Renee", "Michael");
    let stage = learned(config(), &[&usual, &usual, &usual, &usual.replace("Michael", "Mikhail")]);
    let text = "The singer Mikhail Kelvedon met nobody in the town, and she was glad of it.";
    assert_eq!(run(&*stage, text).0, text);
}

#[test]
fn any_split_of_a_corpus_gives_the_same_bytes() {
    let learner = learner(spanish());
    let pages = [GOOD, OTHER, SLIP, GOOD, "Nada.", GOOD];
    let observed = |pages: &[&str]| {
        let mut state = learner.empty();
        pages.iter().for_each(|page| learner.observe(&mut state, &Document::new(*page)));
        state
    };
    let whole = learner.save(&observed(&pages)).unwrap();
    for split in 1..pages.len() {
        let (head, tail) = pages.split_at(split);
        let mut state = observed(tail);
        // A state that was written and read again merges as it did before.
        learner.merge(&mut state, learner.load(&learner.save(&observed(head)).unwrap()).unwrap());
        assert_eq!(learner.save(&state).unwrap(), whole);
    }
}

#[test]
fn a_stage_that_has_learned_keeps_the_laws() {
    let pages = [GOOD, GOOD, GOOD, OTHER, SLIP];
    tamiz_testkit::check_stage(&*learned(spanish(), &pages), Marks::NAMES);
    tamiz_testkit::check_stable(&*learned(spanish(), &pages));
    assert!(Config::default().build(&NoTables).is_ok());
}
