//! How pages are read.

use tamiz_core::{ClassWords, Element, Hint, Landmarks};

use super::*;

#[test]
fn blocks_become_lines_and_inline_tags_do_not() {
    let page = "<!doctype html><title>Hidden title</title><body><h1>The\n  fair</h1><p>Rain &amp; <b>wind</b>,\
                <br>then sun.</p><ul><li>One<li>Two</ul><table><tr><td>1<td>2</table>end";
    assert_eq!(text(page), "The fair\nRain & wind,\nthen sun.\nOne\nTwo\n1 2\nend\n");
}

#[test]
fn what_is_not_shown_is_left_out() {
    let page = "<p>one</p><script>if (a < b) document.write('<p>no</p>')</script><style>p{}</style>\
                <noscript><p>no</p></noscript><template><p>no</p></template><div hidden><div>no</div>no</div>\
                <span style='color:red; DISPLAY : none'>no</span><select><option>no</select><p>two</p>";
    assert_eq!(text(page), "one\ntwo\n");
}

#[test]
fn a_hidden_element_that_stays_open_hides_nothing() {
    assert_eq!(text("<p>one<div hidden><p>two"), "one\ntwo\n");
    assert_eq!(
        text("<p hidden>one</p>"),
        "one\n",
        "a paragraph need not be closed, so it cannot be passed over"
    );
}

#[test]
fn preformatted_lines_stay_lines() {
    assert_eq!(text("<pre>a  b\nc</pre>d\ne"), "a b\nc\nd e\n");
}

#[test]
fn hostile_pages_take_linear_time() {
    let deep = "<div>".repeat(200_000) + "text";
    assert_eq!(text(&deep), "text\n");
    let attributes = (0..100_000).map(|i| format!(" a{i}='x'")).collect::<String>();
    assert_eq!(text(&format!("<p{attributes}>text")), "text\n");
    let hidden = "<div hidden>".repeat(100_000) + "text";
    assert_eq!(text(&hidden), "text\n");
    assert_eq!(text(&"<".repeat(100_000)).len(), 100_001);
    // Neither of these has a tag that ends: looking for its end from each of their beginnings took minutes.
    assert_eq!(text(&("<p>text</p>".to_owned() + &"<a".repeat(500_000))), "text\n");
    assert_eq!(text(&("<p>text</p><script>".to_owned() + &"<!--<script".repeat(200_000))), "text\n");
    assert_eq!(text(&" \n".repeat(100_000)), "");
}

fn hints(page: &str) -> Vec<(String, Hint)> {
    let page = read(page, Options::default());
    assert_eq!(page.text.lines().count(), page.hints.lines.len());
    page.text.lines().map(str::to_owned).zip(page.hints.lines).collect()
}

#[test]
fn a_line_knows_its_element_and_what_stands_around_it() {
    let lines = hints(
        "<body><nav><ul><li><a href=/>Home</a></ul></nav><main><article itemprop=articleBody><h1>The fair</h1>\
         <p>It rained on <b>all</b> days.</article></main><div role=complementary><h3>Weather</h3></div>",
    );
    let of = |line: usize| (lines[line].1.element, lines[line].1.landmarks);
    assert_eq!(of(0), (Element::Item, Landmarks::NAV | Landmarks::LIST));
    let article = Landmarks::MAIN | Landmarks::ARTICLE | Landmarks::ARTICLE_BODY;
    assert_eq!(of(1), (Element::Heading1, article));
    assert_eq!(of(2), (Element::Paragraph, article));
    assert_eq!(of(3), (Element::Heading3, Landmarks::ASIDE));
    assert_eq!((lines[0].1.link_share, lines[0].1.links), (255, 1));
    assert_eq!((lines[2].1.link_share, lines[2].1.bold_share), (0, (3u32 * 255 / 18) as u8));
}

#[test]
fn end_tags_that_are_left_out_are_supplied() {
    let lines = hints(
        "<ul><li>One<ul><li>Two<li>Three</ul><li>Four</ul><dl><dt>Five<dd>Six</dl><p>Seven<p>Eight<div>Nine</div>",
    );
    let depths: Vec<u16> = lines.iter().map(|(_, hint)| hint.depth).collect();
    assert_eq!(depths, [2, 4, 4, 2, 2, 2, 1, 1, 1]);
    let rows = hints("<table><tr><td>1<td>2<tr><td>3</table>after");
    assert_eq!(rows.iter().map(|(text, _)| &**text).collect::<Vec<_>>(), ["1 2", "3", "after"]);
    assert_eq!(rows[2].1.depth, 0);
}

#[test]
fn the_end_of_an_inline_element_closes_no_block() {
    let lines = hints("<span><p>one</span>two</p><div>three</b></i></div>");
    assert_eq!(lines[0].0, "onetwo");
    assert_eq!(lines[1].1.element, Element::Division);
}

#[test]
fn classes_and_ids_say_what_an_element_is_for() {
    let lines = hints("<div class='c-RelatedStories'><p>one</div><div id=user-comments><div><div><p>two");
    assert!(lines[0].1.words.has(ClassWords::RELATED));
    assert!(!lines[1].1.words.has(ClassWords::COMMENTS), "it is too far away");
    assert!(lines[1].1.all_words.has(ClassWords::COMMENTS));
}

#[test]
fn the_body_of_something_else_is_not_the_content_s() {
    let body = |class: &str| hints(&format!("<div class='{class}'><p>one"))[0].1.words.has(ClassWords::BODY);
    assert!(body("article-body"));
    assert!(body("related article-body"), "these are two classes");
    assert!(!body("related-article-body"));
}

#[test]
fn what_a_template_repeats_has_one_path() {
    let lines = hints(
        "<div class='card item-17'><h3 class=t>one</h3><p>text</div><div class='card item-18'><h3 class=t>two</h3></div>\
         <div class=story><h3 class=t>three</h3></div>",
    );
    let path = |line: usize| lines[line].1.path;
    assert_eq!(path(0), path(2));
    assert_ne!(path(0), path(1));
    assert_ne!(path(0), path(3));
}

#[test]
fn containers_stand_behind_those_around_them() {
    let page = read("<div><section><p>a</section><ul><li>b</ul></div><p>c", Options::default());
    let parents: Vec<u32> = page.hints.containers.iter().map(|container| container.parent).collect();
    assert_eq!(parents, [0, 0, 1, 1, 3]);
    let own: Vec<u32> = page.hints.lines.iter().map(|line| line.container).collect();
    assert_eq!(own, [2, 4, 0]);
}

#[test]
fn a_page_says_what_it_is() {
    let page = "<html lang=es><title>Ayer | El Diario</title><meta property='og:title' content='La  feria'>\
        <link rel=canonical href='https://a.example/feria'><meta name=author content='Ana Ruiz'>\
        <script type='application/ld+json'>{\"@graph\":[{\"datePublished\":\"2024-05-01T08:00:00Z\",\
        \"author\":[{\"name\":\"A. R.\"}]}]}</script><time datetime=2020-01-01>hoy</time><p>Texto";
    let facts = read(page, Options::default()).facts;
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(
        facts,
        [
            ("url", "https://a.example/feria"),
            ("title", "La feria"),
            ("author", "Ana Ruiz"),
            ("date", "2024-05-01T08:00:00Z"),
            ("language", "es"),
        ]
    );
    assert_eq!(
        read("<p>Text<p itemprop=author>Ann Moss", Options::default()).facts,
        [("author", "Ann Moss".to_owned())]
    );
    assert!(read("<link rel=canonical href='/x'><p>Text", Options::default()).facts.is_empty());
}

#[test]
fn options_say_what_becomes_of_comments_tables_lists_and_links() {
    let with = |page: &str, options| read(page, options).text;
    let plain = Options::default();
    let page = "<p>Text</p><div class=comments><p>First!</p></div>";
    assert_eq!(with(page, plain), "Text\nFirst!\n");
    assert_eq!(
        with(&format!("<p>A text that is long enough</p>{page}"), Options { comments: false, ..plain }),
        "A text that is long enough\nText\n"
    );
    let table =
        "<table><tr><th>Year<th>Rain<tr><td><p>2020</p><p>dry</p></td><td>300 mm</td></tr></table>end";
    assert_eq!(with(table, Options { rows: true, ..plain }), "Year\tRain\n2020 dry\t300 mm\nend\n");
    let list = "<ul><li>one<li><p>two</p></ul><ol start=3><li>three<li>four</ol>";
    assert_eq!(with(list, Options { list_marks: true, ..plain }), "- one\n- two\n3. three\n4. four\n");
    let links = "<p>See <a href='/a (b)'>the <b>plan</b></a> or <a href='#top'>go up</a>.";
    assert_eq!(
        with(links, Options { links: Links::Markdown, ..plain }),
        "See [the plan](/a%20%28b%29) or go up.\n"
    );
}

#[test]
fn a_fallback_goes_if_its_end_is_near() {
    assert_eq!(text("<p>one<video><p>Your browser plays no video</video><p>two"), "one\ntwo\n");
    let text_of_page = "It rained. ".repeat(100);
    assert!(text(&format!("<object><p>{text_of_page}</object>")).starts_with("It rained."));
    assert_eq!(text("<p>one<video><p>two"), "one\ntwo\n");
}

#[test]
fn a_tag_with_a_hundred_thousand_attributes_needs_no_stack() {
    for attribute in
        [" a=\"x\"", " a= \"<>'\"", " a='x\">'", " a", " a=x", " a=\"&amp;\"", "a=\"x\"", " a =\"x\""]
    {
        let page = format!("<p>antes</p><p{}>Hola</p>", attribute.repeat(100_000));
        assert_eq!(text(&page), "antes\nHola\n", "{attribute}");
    }
    let page = format!("<p title=\"{}\">a=\"b\" a=\"c\"</p>", "a=\"".repeat(10));
    assert!(matches!(super::short_chains(&page), std::borrow::Cow::Borrowed(_)));
}
