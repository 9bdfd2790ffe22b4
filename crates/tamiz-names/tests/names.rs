//! What a user sees of the stage.

use std::path::Path;

use tamiz_core::{Built, Document, LanguageCode, Marks, NoTables, Scratch, Stage, StageConfig, Step, Tables};
use tamiz_names::{Config, Matcher, Mode, similarity};

struct Files;

impl Tables for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        match path.to_str() {
            Some("names.tsv") => {
                Ok("lim\tperson\tes=Aurelia Límberg;en=Aurelia Limberg\tAurelija Limberg|A. Limberg\n\
                 port\tplace\tes=Puerto Claro\tClearport\n"
                    .into())
            }
            Some("accents.tsv") => {
                Ok("pons\tperson\tEulalia Pons Quílez\none\tperson\tRamón Gil\nother\tperson\tRamon Gil\n\
                 body\torganization\tAssociació Límit\n"
                    .into())
            }
            Some("bad.tsv") => Ok("x\tplanet\tMars\ny\n".into()),
            _ => Err("there is no such file".into()),
        }
    }
}

fn stage(config: Config) -> Box<dyn Stage> {
    match config.build(&Files) {
        Ok(Built { step: Step::Ready(stage), .. }) => stage,
        Ok(_) => panic!("the stage learns nothing"),
        Err(errors) => panic!("{errors:?}"),
    }
}

/// The clean text, and `surface|type|canonical` of every name.
fn run(config: Config, text: &str) -> (String, Vec<String>) {
    let mut document = Document::new(text);
    stage(config).apply(&mut document, &mut Scratch::default());
    let rendered = document.render(Marks::NAMES);
    let letters: Vec<char> = rendered.text.chars().collect();
    let names = rendered.annotations.names.expect("names were asked for");
    let shown = names
        .iter()
        .map(|name| {
            let surface: String = letters[name.start..name.end].iter().collect();
            format!("{surface}|{:?}|{}", name.name_type, name.canonical.text()).to_lowercase()
        })
        .collect();
    (rendered.text.into_owned(), shown)
}

fn found(text: &str) -> Vec<String> {
    run(Config::default(), text).1
}

fn rewritten(text: &str) -> String {
    run(Config { mode: Mode::Rewrite, ..Config::default() }, text).0
}

#[test]
fn people_places_and_bodies_are_told_apart() {
    assert_eq!(
        found("La alcaldesa Inés Robledo viajó ayer desde Oviedo a Bélgica para ver a la Comisión Europea."),
        [
            "inés robledo|person|inés robledo",
            "oviedo|place|oviedo",
            "bélgica|place|bélgica",
            "comisión europea|organization|comisión europea"
        ]
    );
}

#[test]
fn ordinary_capitals_are_no_names() {
    assert_eq!(
        found("El lunes empezó. Después vino el Gobierno.\nCaminaba despacio.\n"),
        Vec::<String>::new()
    );
    assert_eq!(found("On Monday the French company left in March."), Vec::<String>::new());
}

#[test]
fn german_nouns_are_no_names() {
    assert_eq!(
        found("Die Regierung hat die Zeitung gelobt, und Frau Angela Hofmann fuhr mit dem Zug nach Hamburg."),
        ["angela hofmann|person|angela hofmann", "hamburg|place|hamburg"]
    );
}

#[test]
fn places_are_found_in_scripts_without_blanks() {
    // No language is known that the lexicon has a form for: its canonical form is the one for all languages.
    assert_eq!(found("日本和德国的经济增长放缓。"), ["日本|place|japan", "德国|place|germany"]);
}

#[test]
fn a_short_form_goes_to_the_only_full_name() {
    let names = found("Habló Marta Quiroga. Ayer, Quiroga pidió tiempo. También opinó Julio Ferrán.");
    assert_eq!(names[1], "quiroga|person|marta quiroga");
}

#[test]
fn a_list_of_names_without_marks_is_nobody() {
    let list = "Temas: Clara Dorrego Mario Quiroga Berta Lasarte Julio Ferrán Inés Robledo Pedro Solano";
    let names = found(&format!("Habló ayer Mario Quiroga con Berta Lasarte de la obra.\n{list}\n"));
    assert!(names.contains(&"mario quiroga|person|mario quiroga".into()), "{names:?}");
    assert!(names.contains(&"berta lasarte|person|berta lasarte".into()), "{names:?}");
}

#[test]
fn titles_are_no_part_of_a_name_and_agencies_no_places() {
    let text =
        "FARO/Madrid. Llegó Dña Marta Solano con la hermana de Dña. Berta Lasarte y todos los vecinos.";
    let names = found(text);
    assert!(names.contains(&"marta solano|person|marta solano".into()), "{names:?}");
    assert!(names.contains(&"berta lasarte|person|berta lasarte".into()), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("dña") || name.starts_with("faro|place")), "{names:?}");
}

#[test]
fn a_place_in_the_name_of_something_else_keeps_its_spelling() {
    let text = "Ayer la casa Pury & London presentó en Geneva una muestra que el grupo Qatar había pagado.";
    assert_eq!(
        rewritten(text),
        "Ayer la casa Pury & London presentó en Ginebra una muestra que el grupo Qatar había pagado."
    );
    let text = "Vio «Nights in London» y estudió en la Society of London, en la Hochschule de Geneva y en la Universidad \
                de Geneva. Jugó con los Philadelphia 76ers y vivió en Philadelphia, en Alexandria (Virginia) y en Geneva.";
    let spanish = Config { mode: Mode::Rewrite, language: LanguageCode::parse("es"), ..Config::default() };
    assert_eq!(
        run(spanish, text).0,
        "Vio «Nights in London» y estudió en la Society of London, en la Hochschule de Geneva y en la Universidad \
         de Ginebra. Jugó con los Philadelphia 76ers y vivió en Filadelfia, en Alexandria (Virginia) y en Ginebra."
    );
}

#[test]
fn rewriting_is_by_part_and_only_where_it_is_sure() {
    assert_eq!(
        rewritten("El ministro Nikolai Lebedev habló en Geneva. Luego, Lebedev salió."),
        "El ministro Nikolái Lébedev habló en Ginebra. Luego, Lébedev salió."
    );
    // Bearers of such given names from elsewhere keep them.
    let text =
        "El beisbolista Vladimir Padilla y la actriz Nikita Fernández llegaron a Lima con el New York Times.";
    assert_eq!(rewritten(text), text);
    let sure = Config { mode: Mode::Rewrite, threshold: 1.0, ..Config::default() };
    assert_eq!(run(sure, "El viaje a London fue largo.").0, "El viaje a London fue largo.");
}

#[test]
fn the_language_of_the_forms_can_be_chosen() {
    let config = || Config { mode: Mode::Rewrite, language: LanguageCode::parse("es"), ..Config::default() };
    assert_eq!(run(config(), "He went to London with her.").0, "He went to Londres with her.");
    assert_eq!(rewritten("He went to London with her."), "He went to London with her.");
}

#[test]
fn where_the_language_is_a_guess_the_users_names_alone_are_rewritten() {
    let few = "Salón de Clearport, London y Geneva.";
    let told = |confidence| {
        let mut document = Document::new(few);
        let code = LanguageCode::parse("es").expect("a code");
        document.set_language(tamiz_core::Language { code, confidence });
        let config = Config { mode: Mode::Rewrite, lexicon: vec!["names.tsv".into()], ..Config::default() };
        stage(config).apply(&mut document, &mut Scratch::default());
        document.render(Marks::NAMES).text.into_owned()
    };
    assert_eq!(told(0.99), "Salón de Puerto Claro, Londres y Ginebra.");
    assert_eq!(told(0.7), "Salón de Puerto Claro, London y Geneva.");
    assert_eq!(rewritten(few), few);
    // Catalan, which has no tables, looks like Spanish.
    let catalan = "Va anar a London amb la seva mare, i de London a Geneva, on va passar la nit.";
    assert_eq!(rewritten(catalan), catalan);
}

#[test]
fn addresses_handles_and_code_stay() {
    let text = "Véase https://example.org/London, escriba a x@London.example, a @London o use `London`.";
    assert_eq!(rewritten(text), text);
    assert!(found(text).is_empty());
}

#[test]
fn the_users_lexicon_goes_first_and_is_rewritten_by_part() {
    let config = Config { mode: Mode::Rewrite, lexicon: vec!["names.tsv".into()], ..Config::default() };
    let (text, names) = run(config, "La directora Aurelija Limberg llegó ayer a Clearport con su perro.");
    assert_eq!(text, "La directora Aurelia Límberg llegó ayer a Puerto Claro con su perro.");
    assert_eq!(names, ["aurelia límberg|person|aurelia límberg", "puerto claro|place|puerto claro"]);
}

#[test]
fn accents_are_no_part_of_the_users_rows_unless_they_tell_two_apart() {
    let ids = |text: &str| -> Vec<String> {
        let config = Config { lexicon: vec!["accents.tsv".into()], ..Config::default() };
        let mut document = Document::new(text);
        stage(config).apply(&mut document, &mut Scratch::default());
        let names = document.render(Marks::NAMES).annotations.names.expect("names were asked for");
        names.iter().map(|name| name.id.map_or("", |id| id.text()).to_owned()).collect()
    };
    assert_eq!(
        ids("Ayer Eulàlia Pons Quilez habló de la ASSOCIACIO LIMIT, y Quilez no dijo más."),
        ["pons", "body", "pons"]
    );
    assert_eq!(ids("Ayer habló Quilez en la plaza."), ["pons"]);
    assert_eq!(ids("Ayer Ramón Gil habló con Ramon Gil."), ["one", "other"]);
    assert_eq!(ids("Ayer Ràmon Gil no habló con la gente."), [""]);
    let config = Config {
        mode: Mode::Rewrite,
        language: LanguageCode::parse("es"),
        lexicon: vec!["accents.tsv".into()],
        ..Config::default()
    };
    let (text, _) = run(config, "La directora Eulália Pons Quilez llegó ayer con Ramon Gil.");
    assert_eq!(text, "La directora Eulalia Pons Quílez llegó ayer con Ramon Gil.");
}

#[test]
fn a_surname_alone_goes_to_its_only_bearer_in_the_users_lexicon() {
    let config = || Config {
        mode: Mode::Rewrite,
        language: LanguageCode::parse("es"),
        lexicon: vec!["names.tsv".into()],
        ..Config::default()
    };
    let (text, names) = run(config(), "Ayer, según dijo Limberg, no llegó nadie.");
    assert_eq!(text, "Ayer, según dijo Límberg, no llegó nadie.");
    assert_eq!(names, ["límberg|person|aurelia límberg"]);
    // Whoever stands in the document with a full name goes first, and a given name alone is anybody's.
    let (_, names) = run(config(), "Llegó Pedro Limberg. Ayer, según dijo Limberg, no vino Aurelia.");
    assert_eq!(names[1], "limberg|person|pedro limberg");
    assert!(!names.contains(&"aurelia|person|aurelia límberg".into()), "{names:?}");
}

#[test]
fn every_wrong_option_is_reported() {
    let config =
        Config { threshold: 2.0, lexicon: vec!["bad.tsv".into(), "missing.tsv".into()], ..Config::default() };
    let Err(errors) = config.build(&Files) else { panic!("the options are wrong") };
    let places: Vec<String> = errors.iter().map(|error| error.at.join(".")).collect();
    assert_eq!(places, ["threshold", "lexicon.0", "lexicon.0", "lexicon.1"]);
    assert!(errors[1].message.starts_with("bad.tsv:1: the type `planet`"), "{}", errors[1].message);
    assert!(errors[2].message.starts_with("bad.tsv:2: the row has no tab"), "{}", errors[2].message);
    assert!(Config { lexicon: vec!["x".into()], ..Config::default() }.build(&NoTables).is_err());
}

#[test]
fn spellings_and_scripts_of_one_name_are_alike() {
    for (a, b) in [
        ("Nikolai Gribov", "Nikolái Gríbov"),
        ("Nikolai Gribov", "Николай Грибов"),
        ("Choi Min-su", "Choi Min Su"),
        ("Müller, Petra", "Petra Mueller"),
        ("J. Ortega", "Julia Ortega"),
        ("Netherlands", "Países Bajos"),
    ] {
        let score = similarity(a, b);
        assert!(score > 0.85, "{a} | {b}: {score}");
        assert_eq!(score, similarity(b, a), "{a} | {b} is not symmetric");
    }
}

#[test]
fn near_misses_are_not_alike() {
    for (a, b) in [
        ("Suecia", "Suiza"),
        ("Alfonso XII", "Alfonso XIII"),
        ("Kim Il-sung", "Kim Un-sung"),
        ("Laura Peña", "Berta Peña"),
        ("Ali Hasan Omar", "Omar Ali Karim"),
        ("", "Ana"),
        ("", ""),
    ] {
        let score = similarity(a, b);
        assert!(score < 0.85, "{a} | {b}: {score}");
        assert!((0.0..=1.0).contains(&score));
    }
}

#[test]
fn a_matcher_gives_the_same_scores_whatever_it_compared_before() {
    let mut matcher = Matcher::default();
    let first = matcher.similarity("Ana María Solís", "Ana Solis");
    matcher.similarity(&"Омар ".repeat(500), "王小明");
    assert_eq!(matcher.similarity("Ana María Solís", "Ana Solis"), first);
}

#[test]
fn hostile_texts_take_linear_time() {
    // Each of these took minutes with something quadratic; in linear time it is seconds even unoptimised.
    let unique: String = (0..40_000).map(|n| format!("Ana Bc{}d Ef{}g. ", n, n * 7)).collect();
    for text in [
        unique,
        "Ana de la ".repeat(100_000),
        "San ".repeat(200_000),
        "a@".repeat(400_000),
        "`".repeat(500_000),
        "國".repeat(200_000),
        "'".repeat(500_000),
    ] {
        let mut document = Document::new(text);
        stage(Config { mode: Mode::Rewrite, ..Config::default() })
            .apply(&mut document, &mut Scratch::default());
    }
}

#[test]
fn an_address_behind_any_blank_is_left_out_and_what_stands_before_it_is_read() {
    // A carriage return or a form feed within a line ends no line.
    for blank in ['\r', '\u{c}', '\t', ' '] {
        let text =
            format!("Visitó ayer Oviedo{blank}ana@Gijon.example y www.Leon.example/a_b con Inés Robledo.");
        assert_eq!(found(&text), ["oviedo|place|oviedo", "inés robledo|person|inés robledo"], "{blank:?}");
    }
}

#[test]
fn the_tagger_finds_what_rules_alone_do_not() {
    let text =
        "Die Schauspielerin Ylva Storm lebt seit Jahren in Husum. Storm sagte, das Meer fehle ihr in Wien.";
    let husum = "husum|place|husum".to_string();
    assert!(found(text).contains(&husum));
    let rules = run(Config { tagger: false, ..Config::default() }, text).1;
    assert!(!rules.contains(&husum) && rules.contains(&"wien|place|wien".into()), "{rules:?}");
}
