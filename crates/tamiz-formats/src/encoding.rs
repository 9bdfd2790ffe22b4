//! From a file's bytes to its text: encodings told, guessed and noted, and damage by wrong ones repaired.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How far into a page its encoding may be declared, in bytes: what browsers look at.
const PRESCAN: usize = 1024;

/// A text, and what was done to come to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded<'b> {
    pub(crate) text: Cow<'b, str>,
    /// The encoding, where it was not UTF-8.
    pub(crate) encoding: Option<&'static str>,
    /// What was repaired: `mojibake`, `NUL`, `NFC`.
    pub(crate) repaired: Vec<&'static str>,
}

/// Decodes text that is a file's, or came over the network.
///
/// A byte order mark decides; then bytes that are UTF-8 are UTF-8, whatever is declared, since text in another encoding
/// hardly ever is by chance; then comes what HTTP declares, then what the page itself declares (`markup`), then what
/// the letters' frequencies say.
///
/// # Errors
/// If the bytes are no text in any of these.
pub(crate) fn decode<'b>(bytes: &'b [u8], http: Option<&str>, markup: bool) -> Result<Decoded<'b>, String> {
    let (text, encoding) = if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        (strictly(encoding, &bytes[mark..])?, encoding)
    } else if let Some(encoding) = wide(bytes) {
        (strictly(encoding, bytes)?, encoding)
    } else if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.windows(2).take(PRESCAN).any(|pair| pair == b"\x1b$")
    {
        (Cow::Borrowed(text), UTF_8)
    } else {
        let declared = http.and_then(|label| Encoding::for_label(label.as_bytes()));
        let declared = declared.or_else(|| if markup { declaration(bytes) } else { None });
        let usual = declared.filter(|&encoding| encoding != UTF_8);
        let told = usual.and_then(|encoding| Some((strictly(encoding, bytes).ok()?, encoding)));
        match told {
            Some(told) => told,
            None => {
                let encoding = guess(bytes);
                (strictly(encoding, bytes)?, encoding)
            }
        }
    };
    if is_binary(&text) {
        return Err("it is no text: it is full of control characters".to_owned());
    }
    let encoding = (encoding != UTF_8).then(|| encoding.name());
    Ok(Decoded { text, encoding, repaired: Vec::new() })
}

/// As [`decode`], for plain text: line ends become LF, NULs go, text that was once decoded wrongly is repaired where
/// that is certain, and the text is brought to NFC.
///
/// Offsets count in what comes out. That is no loss here: a text file has no text before it is decoded.
pub(crate) fn decode_plain<'b>(bytes: &'b [u8], http: Option<&str>) -> Result<Decoded<'b>, String> {
    let mut decoded = decode(bytes, http, false)?;
    let text = &mut decoded.text;
    if text.contains('\0') {
        *text = text.replace('\0', "").into();
        decoded.repaired.push("NUL");
    }
    if text.contains('\r') {
        *text = text.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    if let Some(repaired) = unmojibake(text) {
        *text = repaired.into();
        decoded.repaired.push("mojibake");
    }
    if is_nfc_quick(text.chars()) != IsNormalized::Yes {
        let composed: String = text.nfc().collect();
        if composed != **text {
            *text = composed.into();
            decoded.repaired.push("NFC");
        }
    }
    Ok(decoded)
}

/// Decodes, and refuses bytes that the encoding does not have.
fn strictly<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| format!("it is not valid {}", encoding.name()))
}

/// UTF-16 without a mark: every other byte is a NUL for most of the text.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half == 0 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    match (even * 10 > half * 7, odd * 10 > half * 7) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding that a page declares in a `meta` near its head, or in an XML declaration.
fn declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(PRESCAN)].to_ascii_lowercase();
    let mut rest = &head[..];
    while let Some(place) = memchr::memmem::find(rest, b"charset") {
        rest = &rest[place + b"charset".len()..];
        if let Some(encoding) = label(rest) {
            return Some(encoding);
        }
    }
    let place = head.starts_with(b"<?xml").then(|| memchr::memmem::find(&head, b"encoding")).flatten()?;
    label(&head[place + b"encoding".len()..])
}

/// The encoding whose label stands behind an equals sign.
fn label(rest: &[u8]) -> Option<&'static Encoding> {
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b';' | b'>' | b'/' | b' ' | b'?'));
    let found = Encoding::for_label(&rest[..end?])?;
    // A page that says in single bytes that it is UTF-16 is not: so browsers hold it.
    Some(if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // Where text leaves open which one it is, as a word or two do, it is what the west has used most.
    if bytes.len() < 40 && bytes.iter().filter(|byte| !byte.is_ascii()).count() < 3 {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether there are so many control characters that this is a picture or a program, whatever its name says.
fn is_binary(text: &str) -> bool {
    let (mut controls, mut seen) = (0, 0);
    for c in text.chars().take(4096) {
        seen += 1;
        controls +=
            usize::from(c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}' | '\0'));
    }
    // One or two happen in texts; NULs are seen to elsewhere.
    controls > 2 && controls * 20 > seen
        || text.chars().take(4096).filter(|&c| c == '\0').count() * 4 > seen.max(1)
}

/// Repairs text that is UTF-8 read as Windows-1252, as in `cafÃ©`; `None` if there is none for certain.
///
/// A line is repaired if all of its characters beyond ASCII become letters and marks of a plausible text by it: then it
/// had none that were right. So that no odd pair of characters is taken for it, there must be two places or more,
/// and more such lines than others with characters beyond ASCII.
fn unmojibake(text: &str) -> Option<String> {
    // Most texts have none of the letters that all of these begin with.
    if !text.contains(['Ã', 'Â', 'â', 'Ä', 'Å', 'Ð', 'Ñ', 'Î', 'Ï']) {
        return None;
    }
    let (mut places, mut lines, mut others) = (0, 0, 0);
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.is_ascii() {
            out.push_str(line);
        } else if let Some((repaired, count)) = reread(line) {
            out.push_str(&repaired);
            places += count;
            lines += 1;
        } else {
            out.push_str(line);
            others += 1;
        }
    }
    if places < 2 || lines <= others {
        return None;
    }
    // Some went through it twice.
    Some(unmojibake(&out).unwrap_or(out))
}

/// A line read as it should have been, and how many characters of it were not.
fn reread(line: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::with_capacity(line.len());
    for c in line.chars() {
        bytes.push(windows_1252(c)?);
    }
    let text = String::from_utf8(bytes).ok()?;
    let mut places = 0;
    for c in text.chars().filter(|c| !c.is_ascii()) {
        let plausible = match c {
            // The marks and letters of western and central Europe.
            '\u{a0}'..='\u{17f}' => true,
            '\u{2010}'..='\u{203a}' | '€' | '™' => true,
            // Greek and Cyrillic: only where a line has more of it than chance gives.
            '\u{370}'..='\u{52f}' => places > 0 || text.chars().filter(|c| !c.is_ascii()).count() >= 6,
            _ => false,
        };
        if !plausible {
            return None;
        }
        places += 1;
    }
    (places > 0).then_some((text, places))
}

/// The byte that Windows-1252 has for a character; its five holes are the control characters of Latin-1.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u32::from(c) {
        // Latin-1 has control characters where Windows-1252 has marks: text went through either.
        code @ 0..=0xff => u8::try_from(code).ok(),
        _ => HIGH.iter().position(|&high| high == c).and_then(|at| u8::try_from(at + 0x80).ok()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(bytes: &[u8]) -> (String, Option<&'static str>, Vec<&'static str>) {
        let decoded = decode_plain(bytes, None).unwrap();
        (decoded.text.into_owned(), decoded.encoding, decoded.repaired)
    }

    const SPANISH: &str = "El señor Núñez llegó a Córdoba. ¿Dónde está? «Mañana», respondió la niña.";

    #[test]
    fn spanish_in_every_encoding_is_the_same_text() {
        let (windows, ..) = WINDOWS_1252.encode(SPANISH);
        assert_eq!(plain(&windows), (SPANISH.into(), Some("windows-1252"), vec![]));
        assert_eq!(plain(SPANISH.as_bytes()), (SPANISH.into(), None, vec![]));
        let marked = ["\u{feff}", SPANISH].concat();
        assert_eq!(plain(marked.as_bytes()), (SPANISH.into(), None, vec![]));
        for (big, name) in [(false, "UTF-16LE"), (true, "UTF-16BE")] {
            for text in [&marked, SPANISH] {
                let bytes: Vec<u8> = text
                    .encode_utf16()
                    .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                    .collect();
                assert_eq!(plain(&bytes), (SPANISH.into(), Some(name), vec![]));
            }
        }
        assert_eq!(plain(b"ca\xf1a").0, "caña");
        assert_eq!(plain(b"The price: 50 \x80. It\x92s new.").0, "The price: 50 €. It’s new.");
    }

    #[test]
    fn other_scripts_are_guessed_from_their_letters() {
        let russian = "Президент заявил, что переговоры пройдут в следующем месяце в столице.";
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(russian);
        assert_eq!(plain(&bytes), (russian.into(), Some("windows-1251"), vec![]));
        let japanese = "首相は十日、東京で記者会見を開き、来月の訪問について説明した。";
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(japanese);
        assert_eq!(plain(&bytes), (japanese.into(), Some("Shift_JIS"), vec![]));
    }

    #[test]
    fn what_is_declared_comes_before_a_guess_and_utf_8_before_both() {
        let page = b"<html><head><meta charset=\"iso-8859-2\"><body>\xb3\xf3d\xbc";
        assert_eq!(decode(page, None, true).unwrap().text.split("<body>").nth(1), Some("łódź"));
        let page = b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>\xf2\xd5\xd3\xd8";
        assert_eq!(decode(page, None, true).unwrap().encoding, Some("KOI8-R"));
        assert_eq!(decode(page, Some("windows-1251"), true).unwrap().encoding, Some("windows-1251"));
        assert_eq!(decode("señal".as_bytes(), Some("iso-8859-1"), true).unwrap().text, "señal");
        let page = b"<?xml version='1.0' encoding='iso-8859-1'?><html>ca\xf1a";
        assert!(decode(page, None, true).unwrap().text.ends_with("caña"));
        assert_eq!(
            decode(b"<meta charset=utf-16>ca\xf1a", None, true).unwrap().encoding,
            Some("windows-1252")
        );
    }

    #[test]
    fn mojibake_is_repaired_where_it_is_certain() {
        let (broken, ..) = WINDOWS_1252.decode(SPANISH.as_bytes());
        assert_ne!(broken, SPANISH);
        assert_eq!(plain(broken.as_bytes()), (SPANISH.into(), None, vec!["mojibake"]));
        let (twice, ..) = WINDOWS_1252.decode(broken.as_bytes());
        assert_eq!(plain(twice.as_bytes()).0, SPANISH);
        let mixed = format!("{broken}\nUna línea sana.\nplain\n{broken}\n");
        assert_eq!(plain(mixed.as_bytes()).0, format!("{SPANISH}\nUna línea sana.\nplain\n{SPANISH}\n"));
        assert_eq!(plain("â€œHolaâ€\u{9d}, dijo â€” y se fueâ€¦".as_bytes()).0, "“Hola”, dijo — y se fue…");
    }

    #[test]
    fn what_is_no_mojibake_for_certain_stays() {
        for text in [
            "En A CORUÑA, “NO”\n",
            "AMANHÔ, gritou.\nÉ verdade.",
            "Â¿",
            "Spaß“ sagte er.\nÄpfel und Öl",
            "“ESPAÑA”\nÂ»",
            "Âge, Île, Élan: «Ã»",
            "naïve café Zürich",
        ] {
            assert_eq!(plain(text.as_bytes()), (text.into(), None, vec![]), "{text}");
        }
    }

    #[test]
    fn marks_line_ends_and_nuls_are_seen_to() {
        assert_eq!(plain(b"\xef\xbb\xbfa\r\nb\rc\n").0, "a\nb\nc\n");
        assert_eq!(plain(b"one\0two"), ("onetwo".into(), None, vec!["NUL"]));
        assert_eq!(plain("cafe\u{301}".as_bytes()), ("café".into(), None, vec!["NFC"]));
        assert_eq!(plain(b""), (String::new(), None, vec![]));
    }

    #[test]
    fn pictures_and_programs_are_no_text() {
        let noise: Vec<u8> = (0..2000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(decode_plain(&noise, None).is_err());
        assert!(decode_plain(&[0; 100], None).is_err());
        assert!(decode_plain(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0", None).is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_it_ends_and_text_stays(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[a-zñáéü¿ «»“”ÃÂâ€™\n]{0,60}") {
            let _ = decode_plain(&bytes, Some("utf-8"));
            let _ = decode(&bytes, None, true);
            // What was repaired once needs no second repair.
            if let Ok(first) = decode_plain(text.as_bytes(), None) {
                let second = decode_plain(first.text.as_bytes(), None).unwrap();
                prop_assert!(second.repaired.is_empty(), "{:?}", second.repaired);
            }
        }
    }
}
