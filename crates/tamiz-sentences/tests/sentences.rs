//! What a user sees of the stage.

use std::path::Path;

use tamiz_core::{
    Document, Kind, Language, LanguageCode, Marks, NoTables, Reason, RuleId, Scratch, Span, Stage,
    StageConfig, Tables,
};
use tamiz_sentences::{Config, Sentences};

fn sentences_of<'d>(stage: &Sentences, document: &'d mut Document) -> Vec<&'d str> {
    stage.apply(document, &mut Scratch::default());
    let document = &*document;
    document.sentences().iter().map(|span| span.of(document.source())).collect()
}

/// Checks that the text, in which `|` stands for the ends expected, is split just so.
#[track_caller]
fn check(marked: &str) {
    check_with(&Sentences::default(), marked);
}

#[track_caller]
fn check_with(stage: &Sentences, marked: &str) {
    let expected: Vec<&str> = marked.split('|').map(str::trim).collect();
    let mut document = Document::new(marked.replace('|', ""));
    assert_eq!(sentences_of(stage, &mut document), expected);
}

fn with(options: &str) -> Sentences {
    let config = serde_json::from_str(options).expect("the options are valid");
    let Ok(stage) = Sentences::new(config, &NoTables) else { panic!("the stage builds") };
    stage
}

#[test]
fn the_laws_hold() {
    tamiz_testkit::check_stage(&Sentences::default(), Marks::SENTENCES);
    tamiz_testkit::check_stage(&with(r#"{"min_chars": 12}"#), Marks::SENTENCES);
    tamiz_testkit::check_stage(&with(r#"{"language": "ja"}"#), Marks::SENTENCES);
    tamiz_testkit::check_stable(&Sentences::default());
}

#[test]
fn hostile_texts_take_linear_time() {
    for unit in [
        ". ", "\" ", ". \" ", "( . ", "《！", "1. A ", "a) B ", "! ... ", "[1", "''", "。「", "A. ", "x. y ",
        ".\u{300}", ":) ", "\n",
    ] {
        // With a small letter and a bracket at the ends, so that no mark ends a sentence early.
        for (before, after) in [("", ""), ("x", "x"), ("(", "x)"), ("1. A ", "x")] {
            let text = format!("{before}{}{after}", unit.repeat(300_000 / unit.len()));
            Sentences::default().apply(&mut Document::new(text), &mut Scratch::default());
        }
    }
}

#[test]
fn titles_initials_and_abbreviations_do_not_end_a_sentence() {
    check("El Sr. Ibáñez y la Dra. Paz viven en la Avda. Mayor de EE. UU. desde 1990. | Se van mañana.");
    check("Mr. and Mrs. Hale met John F. Okoro at 5 p.m. in the U.S. Embassy. | They left.");
    check("Die Firma z. B. liefert in ca. 7 Tagen an Dr. med. Vogt. | Wir warten.");
    check("Il dott. Rossi abita in v.le Verdi, pag. 12 dell'elenco. | Non risponde.");
    check("Профессор А. С. Петров живёт в г. Тверь, ул. Мира. | Он врач.");
    check("Spotkał prof. Kowalskiego ok. godz. 17.15 przy ul. Długiej. | Potem wyszedł.");
}

#[test]
fn a_function_word_with_a_capital_ends_what_an_abbreviation_left_open() {
    check("We moved to the U.S. | The house was small.");
    check("Vivía en EE. UU. | El frío le gustaba.");
}

#[test]
fn abbreviations_before_a_number_end_a_sentence_before_a_word() {
    check("See p. 12 of vol. 3 there. | We did.");
    check("Corrió 5 km. | Después durmió.");
}

#[test]
fn ordinals_do_not_end_a_sentence_but_years_do() {
    check("Am 3. Oktober ging sie in die 4. Klasse. | Das war 1990. | Danach zog sie um.");
    check("Narozen 12. 5. 1980 v Brně. | Žije tam.");
    check("It happened in 1990. | People forgot.");
}

#[test]
fn quotation_marks_brackets_and_references_stay_with_their_sentence() {
    check("«No hubo acuerdo.» | \"Sí lo hubo.\" | (Nadie lo vio.) | Y así siguió.");
    check("Water is wet.[3][4] | Fire is hot. [5] | Ice is cold.");
    check("Er sagte: „Ich gehe.“ | »Ich bleibe.« | Sie blieb.");
    check("He asked (nobody knew why. Really) and left. | Then he slept.");
    check("She said \"go.\" and left. | Fine. :-) | Good. 🎉 | Bye.");
}

#[test]
fn a_quotation_mark_without_its_other_half_swallows_nothing() {
    check("Él dijo \"basta y se fue. | Nadie lo vio. | Fin.");
    check("He said 'enough and left. | Nobody saw it. | The end.");
}

#[test]
fn small_letters_start_a_sentence_after_a_full_word_only() {
    check("the food is mediocre. | the waitress was nice.");
    check("Compró pan, vino, etc. y se fue. | Volvió.");
    check("is this your cat? | it looks hungry");
    check("Trabaja en Yahoo! desde hace años. | Le gusta.");
}

#[test]
fn every_script_has_its_marks() {
    check("東京で会議が開かれた。|参加者は「良かった。」と話した。|終わり。");
    check("他来了。|“你好！”|我们走吧！|真的?|好。");
    check("वह घर गया। | फिर सो गया।");
    check("وصل الرئيس أمس. | هل سيعود؟ | لا أحد يعلم.");
    check("یہ کتاب ہے۔ | وہ قلم ہے۔");
    check("Τι έγινε; | Κανείς δεν ξέρει.");
    check("Նա եկավ: | Հետո գնաց։ | Վերջ:");
    check("እንደምን አለህ። | ደህና ነኝ።");
    check("그는 왔다. | 나는 갔다.");
}

#[test]
fn lists_within_a_line_are_split_at_their_labels() {
    check("1. Peel the oranges | 2. Cut them | 3. Eat");
    check("a) Bread | b) Milk");
    check("• 1. Bread | • 2. Milk");
    check("1. Peel the oranges.");
}

#[test]
fn an_ellipsis_ends_a_sentence_before_a_capital() {
    check("She waited... | Nobody came.");
    check("She waited ... and waited. | Well . . . I see.");
    check("The text [...] goes on. | It ends.");
}

#[test]
fn a_time_ends_a_sentence_unless_it_opens_it_or_goes_on() {
    check("We left the harbour at 6 p.m. | Mr. Paz stayed with the others.");
    check("At 6 p.m. Mr. Paz left the harbour with us.");
    check("They were at the harbour at 6 p.m. Monday and left.");
    check("The wall of the town was built in 44 B.C. | Paz found it.");
}

#[test]
fn doubled_apostrophes_close_and_drawn_lines_stand_apart() {
    check("He said that he could win. '' | The others were not so sure of that.");
    check("The offer ends on Monday. | =========== Paz and Sons.");
    check("The page [of the book. With a note] was lost. | They looked for it.");
}

#[test]
fn the_parts_of_numbers_and_compounds_are_looked_at() {
    check_with(&with(r#"{"language": "da"}"#), "Det sagde lektor dr.phil. Nina Holm i går.| Ingen svarede.");
    check_with(
        &with(r#"{"language": "ro"}"#),
        "3.4.2.5. Poziția liniei se verifică.| 3.4.2.6. Linia rămâne.",
    );
    check_with(
        &with(r#"{"language": "en"}"#),
        "It is in vol. XII of the works.| Ask Harbour Inc. (the owner).",
    );
    check_with(&with(r#"{"language": "en"}"#), "The fort was built in 44 B.C.| Augustus lived there.");
}

#[test]
fn hasty_english_ends_after_numbers_and_brackets_too() {
    check("call me on 303-555-0160.| they have not heard from him (ask Ana).| you know that.");
}

#[test]
fn marks_are_found_wherever_they_stand_in_a_line() {
    for length in 0..60 {
        let padding = "я".repeat(length % 7) + &"x".repeat(length);
        for mark in [".", "!", "?", "…", "؟", "۔", "।", "։", "。", "！", "｡", "።"] {
            check(&format!("Да {padding} слово{mark}| Да {padding}"));
            check(&format!("Да {padding} слово{mark}| Да"));
        }
    }
}

#[test]
fn a_line_feed_is_always_an_end() {
    check("A heading|\nwithout a mark|\n|\nDr.|\nPaz".replace("|\n|", "|").as_str());
}

fn cut(document: &mut Document, piece: &str) {
    let start = document.source().find(piece).expect("the piece is in the text");
    let reason = Reason { stage: "test", kind: Kind::Other, rule: RuleId::new("test") };
    document.cut(Span::new(start, start + piece.len()), reason);
}

#[test]
fn a_sentence_goes_on_after_a_cut_unless_it_was_complete() {
    let mut document = Document::new("The mayor [advert] left. [advert two] Nobody saw it.");
    cut(&mut document, "[advert]");
    cut(&mut document, "[advert two]");
    assert_eq!(
        sentences_of(&Sentences::default(), &mut document),
        ["The mayor [advert] left.", "Nobody saw it."]
    );
}

#[test]
fn the_language_of_option_document_or_line_decides() {
    let text = "Am 3. Oktober";
    assert_eq!(sentences_of(&with(r#"{"language": "de"}"#), &mut Document::new(text)).len(), 1);
    assert_eq!(sentences_of(&with(r#"{"language": "en"}"#), &mut Document::new(text)).len(), 2);
    let german = LanguageCode::parse("de").unwrap();
    let mut document = Document::new(text);
    document.set_language(Language { code: german, confidence: 1.0 });
    assert_eq!(sentences_of(&Sentences::default(), &mut document).len(), 1);
    let english = Language { code: LanguageCode::parse("en").unwrap(), confidence: 1.0 };
    let mut document = Document::new("Am 3. Oktober\nAm 3. Oktober");
    document.set_language(english);
    document.set_line_languages(vec![(Span::new(0, 13), german)]);
    assert_eq!(sentences_of(&Sentences::default(), &mut document), ["Am 3. Oktober", "Am 3.", "Oktober"]);
}

#[test]
fn short_sentences_are_joined_on_request() {
    let stage = with(r#"{"min_chars": 8}"#);
    let mut document = Document::new("Oh. Who was that? No.\nYes.\nNobody knows it. Ha.");
    assert_eq!(
        sentences_of(&stage, &mut document),
        ["Oh. Who was that? No.", "Yes.", "Nobody knows it. Ha."]
    );
}

struct Files;

impl Tables for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        match path.to_str() {
            Some("own.tsv") => Ok("title\tCmdr.\nabbreviation\tbeschl.\n".into()),
            Some("bad.tsv") => Ok("titel\tCmdr.\ntitle\tof the.\n".into()),
            _ => Err("no such file".into()),
        }
    }
}

#[test]
fn own_abbreviations_hold_in_every_language() {
    let config: Config = serde_json::from_str(r#"{"abbreviations": ["own.tsv"]}"#).unwrap();
    let stage = Sentences::new(config, &Files).unwrap();
    check_with(&stage, "Sie kannte den beschl. Antrag von Cmdr. Vogt nicht. | Das war gut.");
    check_with(&stage, "Ayer llegó el Cmdr. Paz con su gente. | Se fue.");
}

#[test]
fn every_fault_of_own_tables_is_reported() {
    let config: Config = serde_json::from_str(r#"{"abbreviations": ["bad.tsv", "none.tsv"]}"#).unwrap();
    let Err(errors) = config.build(&Files) else { panic!("the tables are faulty") };
    let messages: Vec<_> = errors.iter().map(|error| (error.at.join("."), error.message.as_str())).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert_eq!(messages[0], ("abbreviations.1".into(), "no such file"));
    assert!(messages[1].1.starts_with("bad.tsv:1: `titel` is no kind of row"), "{messages:?}");
    assert!(messages[2].1.starts_with("bad.tsv:2: a pattern is one word"), "{messages:?}");
}
