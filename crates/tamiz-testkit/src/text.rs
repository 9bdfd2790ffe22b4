//! Texts to try stages on: pages as they are scraped, and rubbish.

use proptest::prelude::*;

/// Lines of the kinds that scraped pages have, in several languages and scripts, of our own writing.
const LINES: &[&str] = &[
    "",
    "   ",
    "Inicio | Política | Deportes | Cultura",
    "Te puede interesar:",
    "La alcaldesa inaugura el mercado de Triana entre aplausos y paraguas",
    "El Sr. Ibáñez llegó a las 10.30 h. a EE. UU., según dijo a la agencia EFE. «No hubo acuerdo», añadió.",
    "Por Lucía Ferrer\t",
    "12 de mayo de 2024 - 08:15",
    "La delegación en Lisboa. Foto: Archivo.",
    "1",
    "LEER MÁS",
    "Suscríbete a nuestro boletín y recibe lo mejor de la semana.",
    "Dr. Smith arrived at 5 p.m. in Washington, D.C. He said: \"We won't go.\" Then he left...",
    "Read more: Ten ways to peel an orange",
    "© 2024 The Daily Sieve. All rights reserved.",
    "Der 4. Stock wurde z. B. am 3. Oktober geräumt. Niemand wurde verletzt.",
    "Владимир Петров приехал в г. Тверь. Его встретил мэр Иванов.",
    "Ο Γιώργος πήγε στην Αθήνα· γύρισε αργά. Τι έγινε;",
    "東京で会議が開かれた。参加者は「良かった」と話した。",
    "وصل الرئيس إلى القاهرة أمس. هل سيعود؟",
    "Enwere m ike iri nri ugbu a? 👩‍👩‍👧 e\u{301}te\u{301}",
    "https://example.org/a?b=c&d=e#f user@example.org @handle $12.50 3.141,59",
    "Kim Jong-unMinisterio de Defensa de Corea del Norte",
    "Eva\reva@site.example\u{c}#tag a.b\rwww.site.example/c_d",
    "\u{feff}\u{200b}zero\u{a0}width\u{2028}separator\u{85}next\r",
    "ALL CAPS HEADLINE ABOUT JOHN F. KENNEDY AND THE U.N.",
];

/// A page of such lines, in any order.
pub fn page() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        8 => prop::sample::select(LINES).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[A-ZÁÉa-zñç]{1,9}( [A-Za-zó.,:;!?»\"]{1,9}){0,20}",
    ];
    let end = prop_oneof![6 => Just("\n"), 2 => Just("\n\n"), 1 => Just("\r\n"), 1 => Just(" ")];
    prop::collection::vec((line, end), 0..24)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect())
}

/// Texts that have broken text tools before: empty, blank, unbroken, of one character, of controls.
#[must_use]
pub fn corners() -> Vec<String> {
    let mut corners: Vec<String> =
        ["", " ", "\n", "\n\n\n", "\r\n", ".", "A", "é", "\0", "\u{2028}", "「", "\"", "1\n2\n3"]
            .map(str::to_owned)
            .into();
    corners.extend(["a", ".", "A. ", "\n", "\"", "Á", "東。", "1 "].map(|unit| unit.repeat(5_000)));
    corners.push("Ana\rana@site.example y Eva\u{c}#eva \r/a/b.c_d".to_owned());
    corners.push("Ana ".repeat(3_000));
    corners.push("Leer más\n".repeat(2_000));
    corners
}
