//! Text of documents and numbers, as they are put before people.

/// A number with its thousands apart, as people read it.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number of things: `1 record`, `2 records`.
pub(crate) fn several(count: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// Bytes as people say them: `9.3 kB`, `1.2 GB`.
pub(crate) fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        b if b < 1e3 => format!("{b:.0} bytes"),
        b if b < 1e5 => format!("{:.1} kB", b / 1e3),
        b if b < 1e9 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// Whether a character may go to a terminal as it is. Control characters could move the cursor or rewrite what stands
/// there, and marks that turn the direction of text could hide it.
fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{2028}' | '\u{2029}')
}

/// Text of a document in one line, without anything that a terminal would take for an order.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '⏎',
            '\t' => ' ',
            c if is_harmless(c) => c,
            _ => '\u{fffd}',
        })
        .collect()
}

/// A message of several lines, which may hold the program's own colours, without anything else that a terminal would
/// take for an order: names of files and identifiers in it come from others.
pub(crate) fn lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = rest.strip_prefix("\u{1b}[").and_then(|inner| {
            let end = inner.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            inner[end..].starts_with('m').then_some(end + 3)
        });
        let length = colour.unwrap_or(c.len_utf8());
        match c {
            '\n' | '\t' => shown.push(c),
            _ if colour.is_some() => shown.push_str(&rest[..length]),
            c if is_harmless(c) => shown.push(c),
            _ => shown.push('\u{fffd}'),
        }
        rest = &rest[length..];
    }
    shown
}

/// As [`safe`], at most so many characters long.
pub(crate) fn short(text: &str, most: usize) -> String {
    let text = safe(text);
    match text.char_indices().nth(most.saturating_sub(1)) {
        Some((at, _)) if text[at..].chars().nth(1).is_some() => format!("{}…", &text[..at]),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_for_a_terminal_holds_no_orders() {
        assert_eq!(safe("a\u{1b}[31mb\u{202e}c\nd\te"), "a\u{fffd}[31mb\u{fffd}c⏎d e");
        assert_eq!(
            lines("a\u{1b}[1;31mb\u{1b}[0m\n\u{1b}[2Jc\u{202e}\rd"),
            "a\u{1b}[1;31mb\u{1b}[0m\n\u{fffd}[2Jc\u{fffd}\u{fffd}d"
        );
        assert_eq!((short("sierra", 6).as_str(), short("sierras", 6).as_str()), ("sierra", "sierr…"));
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(
            (several(1, "record"), several(1_200, "record")),
            ("1 record".into(), "1,200 records".into())
        );
        let sizes = [999, 9_310, 99_999, 100_000, 20_000_000, 1_200_000_000].map(size);
        assert_eq!(sizes, ["999 bytes", "9.3 kB", "100.0 kB", "0.1 MB", "20.0 MB", "1.2 GB"]);
    }
}
