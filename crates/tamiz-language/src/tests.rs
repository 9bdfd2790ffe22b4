//! What a user can see of the stage.

use tamiz_core::{
    Built, Document, Fate, Kind, LanguageCode, Marks, NoTables, Reason, RuleId, Scratch, Span, Stage,
    StageConfig, Step,
};
use tamiz_table::Table;
use tamiz_testkit::check_stage;

use crate::codes::{self, code};
use crate::engine::MODELS;
use crate::model::{ORDER, WIDTH};
use crate::script::Script;
use crate::{Config, Foreign, OnUnknown, lexicon};

const SPANISH: &str = "La alcaldesa inauguró ayer el mercado después de dos años de obras.";
const GERMAN: &str = "Die Brücke über den Fluss wird im Herbst wieder für den Verkehr geöffnet.";

fn stage(config: Config) -> (Marks, Box<dyn Stage>) {
    let Ok(Built { marks, step: Step::Ready(stage) }) = config.build(&NoTables) else {
        panic!("good options")
    };
    (marks, stage)
}

fn apply(config: Config, text: &str) -> Document {
    let mut document = Document::new(text);
    stage(config).1.apply(&mut document, &mut Scratch::default());
    document
}

fn language(text: &str) -> String {
    apply(Config::default(), text).language().map(|language| language.code.to_string()).unwrap_or_default()
}

fn lines(text: &str) -> Vec<String> {
    let document = apply(Config { lines: true, ..Config::default() }, text);
    document.line_languages().iter().map(|(_, code)| code.to_string()).collect()
}

fn codes_of(codes: &[&str]) -> Vec<LanguageCode> {
    codes.iter().map(|text| code(text)).collect()
}

#[test]
fn every_law_holds_for_every_option() {
    for config in [
        Config::default(),
        Config { lines: true, ..Config::default() },
        Config { foreign: Foreign::Cut, lines: true, ..Config::default() },
        Config { languages: codes_of(&["es", "uz"]), foreign: Foreign::Mark, ..Config::default() },
        Config {
            keep: codes_of(&["es"]),
            on_unknown: OnUnknown::Drop,
            min_confidence: 0.9,
            ..Config::default()
        },
    ] {
        let (marks, stage) = stage(config);
        check_stage(stage.as_ref(), marks);
    }
}

#[test]
fn the_options_say_which_keys_are_written() {
    assert_eq!(stage(Config::default()).0, Marks::LANGUAGE);
    assert_eq!(stage(Config { lines: true, ..Config::default() }).0, Marks::LANGUAGE | Marks::LINES);
    assert_eq!(
        stage(Config { foreign: Foreign::Mark, ..Config::default() }).0,
        Marks::LANGUAGE | Marks::LINES
    );
    assert_eq!(
        stage(Config { foreign: Foreign::Cut, ..Config::default() }).0,
        Marks::LANGUAGE | Marks::REMOVED
    );
}

#[test]
fn a_sentence_is_enough_for_a_language() {
    for (code, text) in [
        ("es", SPANISH),
        ("de", GERMAN),
        ("en", "The harbour was closed for three days because of the storm."),
        ("fr", "Les enfants sont rentrés de l'école avant la tombée de la nuit."),
        ("pt", "A ponte não vai abrir antes do fim do mês, segundo a câmara."),
        ("it", "Il sindaco ha detto che la strada sarà aperta domenica."),
        ("ca", "Els nens van anar a l'escola amb les seves bicicletes."),
        ("gl", "Os nenos foron á escola coas súas bicicletas e logo xogaron na rúa."),
        ("eu", "Haurrak eskolara joan ziren beren bizikletekin eta gero kalean jolastu zuten."),
        ("is", "Börnin fóru í skólann á hjólunum sínum og léku sér svo úti á götu."),
        ("sw", "Watoto walikwenda shuleni kwa baiskeli zao na baadaye wakacheza nje."),
        ("pl", "Most zostanie otwarty dopiero jesienią, powiedział burmistrz."),
        ("tr", "Çocuklar sabah erkenden okula gitti ve akşam eve döndü."),
        ("vi", "Trẻ em đi học bằng xe đạp và buổi chiều chơi ngoài đường."),
        ("ru", "Дети поехали в школу на велосипедах, а потом играли на улице."),
        ("uk", "Діти поїхали до школи на велосипедах, а потім гралися надворі."),
        ("bg", "Децата отидоха на училище с велосипеди и после играха навън."),
        ("ar", "ذهب الأطفال إلى المدرسة في الصباح ثم لعبوا في الشارع."),
        ("fa", "بچه‌ها صبح به مدرسه رفتند و بعد در کوچه بازی کردند."),
        ("hi", "बच्चे सुबह स्कूल गए और फिर गली में खेले।"),
        ("he", "הילדים הלכו לבית הספר בבוקר ואחר כך שיחקו ברחוב."),
        ("el", "Τα παιδιά πήγαν στο σχολείο με τα ποδήλατά τους."),
        ("ja", "子どもたちは自転車で学校へ行った。"),
        ("ja", "経済産業省"),
        ("zh", "孩子们骑自行车去上学。"),
        ("ko", "아이들은 자전거를 타고 학교에 갔다."),
        ("th", "เด็กๆ ไปโรงเรียนด้วยจักรยาน"),
    ] {
        assert_eq!(language(text), code, "{text}");
    }
}

#[test]
fn numbers_addresses_and_code_are_no_language() {
    for text in [
        "12.345,67 | 89 % | +34 600 000 000",
        "https://example.org/noticias/2024/05/las-calles-de-la-ciudad",
        "redaccion@example.org",
        "----------",
        "8f14e45fceea167a5a36dedd4bea2543",
        "DSC_0042.JPG 1024x768",
        "let total = prices.iter().sum::<f64>();",
        "for (int i = 0; i < n; i++) {",
        "🎉🎉🎉",
    ] {
        assert_eq!(language(text), "zxx", "{text}");
    }
    assert_eq!(language(" \n "), "und");
}

#[test]
fn prose_with_numbers_brackets_and_addresses_is_a_language() {
    for (code, text) in [
        ("es", "El 12 de mayo de 2024 a las 10:30"),
        ("en", "Inform your doctor(s) about any drug(s) you take"),
        ("es", "Inicio > Las noticias de hoy > El tiempo de mañana"),
        ("de", "Mehr unter https://example.org und bei unserer Redaktion"),
        ("en", "R & D (research and development) = the future of the company"),
    ] {
        assert_eq!(language(text), code, "{text}");
    }
}

#[test]
fn short_lines_follow_their_document_and_long_ones_themselves() {
    let page = format!(
        "Menu\n{GERMAN}\nSport\n{SPANISH}\nЭто был очень хороший год\n2024-05-12\n\n{GERMAN}\n{GERMAN}"
    );
    assert_eq!(lines(&page), ["de", "de", "de", "es", "ru", "zxx", "de", "de"]);
}

#[test]
fn documents_in_other_languages_are_dropped_whole() {
    let keep = |text: &str| apply(Config { keep: codes_of(&["es"]), ..Config::default() }, text).fate();
    assert_eq!(keep(SPANISH), Fate::Kept);
    assert!(matches!(keep(GERMAN), Fate::Dropped(reason) if reason.rule.as_str() == "other-language"));
    assert_eq!(keep("12 34 56"), Fate::Kept, "nothing says that it is in another language");
    let strict = Config { keep: codes_of(&["es"]), on_unknown: OnUnknown::Drop, ..Config::default() };
    let fate = apply(strict, "12 34 56").fate();
    assert!(matches!(fate, Fate::Dropped(reason) if reason.rule.as_str() == "unknown-language"));
}

#[test]
fn foreign_lines_are_cut_and_nothing_else() {
    let page = format!("{SPANISH}\n{GERMAN}\n12:30\n{SPANISH}\n");
    let document = apply(Config { foreign: Foreign::Cut, ..Config::default() }, &page);
    assert_eq!(document.render(Marks::REMOVED).text, format!("{SPANISH}\n12:30\n{SPANISH}\n"));
    let rules: Vec<_> = document.cuts().map(|cut| cut.reason.rule.as_str()).collect();
    assert_eq!(rules, ["foreign-language"]);
}

#[test]
fn what_was_cut_says_nothing_of_the_document() {
    let mut document = Document::new(format!("{GERMAN}\n{GERMAN}\n{SPANISH}"));
    let reason = Reason { stage: "earlier", kind: Kind::Other, rule: RuleId::new("any") };
    document.cut(Span::new(0, 2 * GERMAN.len() + 1), reason);
    stage(Config::default()).1.apply(&mut document, &mut Scratch::default());
    assert_eq!(document.language().map(|language| language.code), Some(code("es")));
}

#[test]
fn only_asked_for_languages_are_answered() {
    let ask = |languages: &[&str], text: &str| {
        let config = Config { languages: codes_of(languages), ..Config::default() };
        apply(config, text).language().map(|language| language.code.to_string()).unwrap_or_default()
    };
    assert_eq!(ask(&["nb", "en"], "Barna syklet til skolen og lekte ute etterpå."), "no");
    assert_eq!(ask(&["pt", "en"], SPANISH), "pt");
    assert_eq!(ask(&["es", "en"], "Дети поехали в школу"), "und");
    assert_eq!(ask(&["yi"], "די קינדער זענען געגאַנגען אין שול"), "yi");
    assert_eq!(ask(&["uz"], "Bolalar ertalab maktabga ketishdi va keyin koʻchada oʻynashdi."), "uz");
    let unsure = Config { min_confidence: 1.0, ..Config::default() };
    assert_eq!(apply(unsure, "Madrid").language().map(|language| language.code), Some(LanguageCode::UNKNOWN));
}

#[test]
fn every_mistake_of_the_options_is_reported_with_a_remedy() {
    let text = r#"{"keep": ["spa", "qqq", "fr"], "languages": ["es"], "min_confidence": 80}"#;
    let config: Config = serde_json::from_str(text).expect("the options can be read");
    let Err(errors) = config.build(&NoTables) else { panic!("the options are wrong") };
    let places: Vec<_> = errors.iter().map(|error| error.at.join(".")).collect();
    assert_eq!(places, ["keep.0", "keep.1", "keep.0", "min_confidence"]);
    assert!(errors[0].remedy.contains("`es`"), "{errors:?}");
    assert!(serde_json::from_str::<Config>(r#"{"kepe": []}"#).is_err());
}

#[test]
fn a_line_of_megabytes_and_very_many_lines_are_read_in_linear_time() {
    let config = || Config { lines: true, ..Config::default() };
    assert_eq!(apply(config(), &"palabra ".repeat(200_000)).line_languages().len(), 1);
    assert_eq!(apply(config(), &"a\n".repeat(50_000)).line_languages().len(), 50_000);
}

#[test]
fn every_table_of_words_is_sound() {
    for (language, name, text) in lexicon::TABLES {
        let table = Table::parse(name, text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let faults = table.verify(|row, text| {
            text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == row.pattern)
        });
        assert!(faults.is_empty(), "{faults:?}");
        let words: Vec<&str> = table.rows.iter().map(|row| row.pattern).collect();
        assert!(words.is_sorted_by(|a, b| a < b), "{name}: not sorted, or a word stands twice");
        for row in &table.rows {
            let in_order = row.pattern == row.pattern.to_lowercase()
                && row.pattern.chars().all(|c| c == '\'' || Script::of(c).is_some())
                && !row.pattern.chars().any(|c| ('\u{300}'..='\u{36F}').contains(&c));
            assert!(
                in_order,
                "{name}:{}: `{}` is not in lower case and composed letters",
                row.line, row.pattern
            );
            let word: Vec<char> = row.pattern.chars().collect();
            assert_eq!(
                lexicon::language_of(&word),
                Some(code(language)),
                "{name}:{}: `{}` stands in two tables, or is too long",
                row.line,
                row.pattern
            );
        }
    }
}

#[test]
fn every_answer_is_a_shortest_code() {
    let all: Vec<_> = codes::all().collect();
    assert!(all.is_sorted() && all.iter().all(|&short| codes::find(short) == Some(code(short))));
    for &lang in whatlang::Lang::all() {
        assert!(codes::of_whatlang(lang).is_some(), "{lang:?} has no code");
    }
}

#[test]
fn every_row_of_the_models_is_sound() {
    for (name, text) in MODELS {
        let mut lines = text.lines();
        let head: Vec<_> = lines.next().unwrap_or("").split(' ').collect();
        assert!(head.len() <= WIDTH, "{name}: more languages than a row holds");
        for entry in &head {
            let (language, floors) = entry.split_once(':').expect("a language and its floors");
            assert_eq!(codes::find(language), Some(code(language)), "{name}: {language}");
            let sound = |floor: &str| floor.parse::<f64>().is_ok_and(|floor| floor < 0.0);
            assert!(floors.split(',').count() == ORDER && floors.split(',').all(sound), "{name}: {entry}");
        }
        let mut before = (0, String::new());
        let mut rows = 0;
        for line in lines {
            let (gram, pairs) = line.split_once('\t').expect("an n-gram, a tab, its weights");
            let length = gram.chars().count();
            assert!((1..=ORDER).contains(&length), "{name}: {line}");
            // Sorted by length, then by character: so nothing stands twice, and what an n-gram ends with comes first.
            assert!((before.0, before.1.as_str()) < (length, gram), "{name}: {line}");
            let inner: Vec<char> = gram.chars().skip(1).take(length.saturating_sub(2)).collect();
            assert!(!inner.contains(&'_'), "{name}: `{gram}` reaches over the border of a word");
            assert!(!pairs.is_empty() && pairs.len() % 2 == 0, "{name}: {line}");
            let places: Vec<usize> = pairs.bytes().step_by(2).map(|b| usize::from(b - b'0')).collect();
            assert!(
                places.is_sorted_by(|a, b| a < b) && places.iter().all(|&p| p < head.len()),
                "{name}: {line}"
            );
            assert!(pairs.bytes().all(|byte| (b'0'..0x7F).contains(&byte)), "{name}: {line}");
            before = (length, gram.to_owned());
            rows += 1;
        }
        assert!(rows < usize::from(u16::MAX), "{name}: more n-grams than a row's place can name");
    }
}

#[test]
fn long_lines_are_told_by_parts_and_foreign_ones_still_found() {
    let long = |sentence: &str| sentence.repeat(40);
    let page = format!("{}\n{}\n{}\n{}", long(GERMAN), long(SPANISH), long("12.345 | 8 % "), long(GERMAN));
    assert_eq!(lines(&page), ["de", "es", "zxx", "de"]);
    // Parts that are cut within characters of several bytes, and lines without a blank.
    assert_eq!(lines(&"가나다라마바사".repeat(400)), ["ko"]);
    assert_eq!(lines(&format!("{}{}", "é".repeat(2_000), "ñ".repeat(3_001))).len(), 1);
}
