use proptest::prelude::*;
use tamiz_core::{
    Clue, Count, Counter, Document, Evidence, Marks, NoTables, RuleId, Scratch, Span, Stage, StageConfig,
    counted,
};

use crate::{Config, Repeats};

fn documents(pages: &[(&str, &str)]) -> Vec<Document> {
    pages.iter().map(|(site, page)| Document::new(*page).with_site(site)).collect()
}

fn learn(config: &Config, pages: &[(&str, &str)]) -> Box<dyn Stage> {
    counted(&Repeats::new(config.clone()), &documents(pages))
}

fn clean(stage: &dyn Stage, site: &str, page: &str) -> String {
    let mut document = Document::new(page).with_site(site);
    stage.apply(&mut document, &mut Scratch::default());
    document.render(Marks::REMOVED).text.into_owned()
}

const PROSE_LINE: &str = "The agency said that it would publish the full list of stations on Friday at noon.";

#[test]
fn a_site_s_own_lines_go_and_another_site_keeps_them() {
    let pages = [
        ("a", "Weather 1\nIt rained.\nHelp the paper"),
        ("a", "Weather 2\nIt snowed.\nHelp the paper"),
        ("a", "Weather 3\nFog.\nHelp  THE paper"),
        ("b", "Weather 4\nSun."),
    ];
    let stage = learn(&Config::default(), &pages);
    assert_eq!(clean(&*stage, "a", pages[0].1), "It rained.");
    assert_eq!(clean(&*stage, "b", pages[3].1), pages[3].1);
    assert_eq!(clean(&*stage, "c", pages[0].1), pages[0].1);
}

#[test]
fn the_pages_that_a_line_stands_on_are_told_to_who_asks_why() {
    let pages = [
        ("a", "Weather 1\nHelp the paper"),
        ("a", "Weather 2\nHelp the paper"),
        ("a", "Help the paper"),
        ("a", "Fog."),
    ];
    let stage = learn(&Config { min_share: 0.6, ..Config::default() }, &pages);
    let document = Document::new("Sun.\nHelp the paper").with_site("a");
    let evidence = stage.explain(&document, &mut Scratch::default());
    let what = Clue::Count { rule: RuleId::new("repeated-line"), count: 3, of: 4, least: 3 };
    assert_eq!(evidence, [Evidence { span: Span::new(5, 19), what }]);
}

#[test]
fn repeated_prose_stays_unless_asked_for() {
    let page = format!("One\n{PROSE_LINE}");
    let pages = [("a", page.as_str()); 5];
    assert_eq!(clean(&*learn(&Config::default(), &pages), "a", &page), PROSE_LINE);
    let config = Config { prose: true, ..Config::default() };
    assert_eq!(clean(&*learn(&config, &pages), "a", &page), "");
}

#[test]
fn a_long_line_in_a_script_without_blanks_is_prose_sooner() {
    let line = "市政府昨天宣布，这座桥将在下个月重新开放，并感谢居民的耐心。";
    assert!(crate::line::is_prose(line));
    assert!(!crate::line::is_prose("订阅我们的新闻。"));
}

#[test]
fn an_article_at_several_addresses_keeps_its_short_lines() {
    let story = |who: &str| {
        let paragraph = |what: &str| {
            format!(
                "The bridge by the mill {what}, {who} told the paper on the square, and nobody there had heard otherwise."
            )
        };
        ["will open", "was never shut", "is new", "has two lanes", "needs paint"].map(paragraph).join("\n")
    };
    let article = format!("Bridge to open\nBy noon\n{}\nSubscribe now", story("the mayor"));
    let other = |who: &str| format!("{who}\n{}\nSubscribe now", story(who));
    let others = [other("a baker"), other("a miller"), other("a tailor")];
    let mut pages = vec![("a", article.as_str()); 4];
    pages.extend(others.iter().map(|page| ("a", page.as_str())));
    let stage = learn(&Config::default(), &pages);
    assert_eq!(clean(&*stage, "a", &article), article.strip_suffix("\nSubscribe now").unwrap());
}

#[test]
fn the_first_of_a_repeated_line_can_stay_and_it_is_the_same_in_any_order() {
    let config = Config { keep_first: true, ..Config::default() };
    let mut pages = ["Menu\none", "Menu\ntwo", "Menu\nthree", "Menu\nfour"].map(|page| ("a", page));
    let stage = learn(&config, &pages);
    let kept: Vec<String> = pages.iter().map(|(_, page)| clean(&*stage, "a", page)).collect();
    assert_eq!(kept.iter().filter(|text| text.starts_with("Menu")).count(), 1);
    pages.reverse();
    let stage = learn(&config, &pages);
    pages.reverse();
    assert_eq!(pages.map(|(_, page)| clean(&*stage, "a", page)).to_vec(), kept);
}

#[test]
fn a_line_twice_on_one_page_counts_once() {
    let pages = [("a", "Twice\nTwice\nTwice\nx"), ("a", "y"), ("a", "z")];
    assert_eq!(clean(&*learn(&Config::default(), &pages), "a", pages[0].1), pages[0].1);
}

#[test]
fn lines_can_be_counted_for_the_stages_behind_and_stay() {
    let pages = [("a", "Menu\n\nOne"), ("a", "Menu\n\nTwo"), ("a", "Three")];
    let stage = learn(&Config { cut: false, ..Config::default() }, &pages);
    assert_eq!(clean(&*stage, "a", pages[0].1), pages[0].1);
    let mut document = documents(&pages[..1]).remove(0);
    stage.apply(&mut document, &mut Scratch::default());
    let repeats = document.repeats().unwrap();
    assert_eq!((repeats.pages, repeats.lines.as_slice()), (3, &[2, 0, 1][..]));
}

#[test]
fn wrong_options_are_refused_with_a_remedy() {
    let wrong = Config { min_pages: 1, min_share: 2.0, ..Config::default() };
    assert_eq!(wrong.build(&NoTables).err().unwrap().len(), 2);
}

#[test]
fn a_site_s_pages_come_before_its_lines() {
    // `finish` reads the counts once, in order, and has to know the threshold before the first line.
    let repeats = Repeats::new(Config::default());
    let mut counts: Vec<Count> = Vec::new();
    let page = Document::new("One\nTwo\nThree").with_site("a");
    repeats.count(&page, &mut Scratch::default(), &mut |count| counts.push(count));
    assert!(counts.iter().skip(1).all(|count| counts[0].key < count.key));
}

#[test]
fn the_laws_hold() {
    let pages: Vec<String> = tamiz_testkit::text::corners();
    let pages: Vec<(&str, &str)> =
        pages.iter().chain(&pages).chain(&pages).map(|page| ("", page.as_str())).collect();
    let config = Config { min_share: 0.0, ..Config::default() };
    tamiz_testkit::check_stage(&*learn(&config, &pages), Marks::REMOVED);
    tamiz_testkit::check_stage(
        &*learn(&Config { keep_first: true, prose: true, ..config }, &pages),
        Marks::REMOVED,
    );
}

proptest! {
    #[test]
    fn counts_join_in_any_order(mut counts in prop::collection::vec((0..9u64, 0..9u64), 1..9)) {
        let join = |counts: &[(u64, u64)]| {
            let one = |&(sum, least): &(u64, u64)| Count { key: Default::default(), sum, least };
            counts.iter().map(one).reduce(|mut a, b| { a.join(&b); a })
        };
        let once = join(&counts);
        counts.reverse();
        prop_assert_eq!(join(&counts), once);
    }
}
