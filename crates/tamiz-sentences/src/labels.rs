//! Lists within a line: `1. The first item 2. The second item`.

/// A label of a list item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label<'t> {
    /// Where the item starts, its bullet included, in bytes.
    pub(crate) start: usize,
    /// Where the label ends.
    pub(crate) end: usize,
    order: Order,
    bullet: bool,
    /// What stands after the number or letter: `.`, `)` or `.)`.
    closer: &'t str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Number(u16),
    Letter(u8),
}

impl Order {
    fn next(self) -> Self {
        match self {
            Order::Number(number) => Order::Number(number + 1),
            Order::Letter(letter) => Order::Letter(letter + 1),
        }
    }
}

/// Whether the text may start with a label: of most lines, the first byte says no.
#[inline]
pub(crate) fn may_start(text: &str) -> bool {
    match text.as_bytes() {
        [b'A'..=b'Z', ..] => false,
        [b'a'..=b'y', b'.' | b')', ..] | [b'0'..=b'9', ..] => true,
        // The first bytes of the bullets.
        [0xC2 | 0xE2, ..] => text.starts_with(is_bullet),
        _ => false,
    }
}

/// The label that the text starts with.
pub(crate) fn first(text: &str) -> Option<Label<'_>> {
    if may_start(text) { at(text, 0) } else { None }
}

/// The label of the next item, where one follows. Labels that only look like one, since the numbers do not follow
/// each other or the style differs, are passed over.
pub(crate) fn next<'t>(text: &'t str, label: &Label<'t>) -> Option<Label<'t>> {
    let order = label.order.next();
    let mut from = label.end;
    loop {
        let closer = from + text[from..].find(label.closer)?;
        from = closer + label.closer.len();
        let digits = text.as_bytes()[label.end..closer]
            .iter()
            .rev()
            .take(4)
            .take_while(|byte| byte.is_ascii_alphanumeric());
        let mut start = closer - digits.count();
        if label.bullet {
            let before = text[label.end..start].strip_suffix(' ').unwrap_or(&text[label.end..start]);
            start = label.end + before.trim_end_matches(is_bullet).len();
        }
        if text[..start].ends_with(char::is_whitespace)
            && let Some(found) = at(text, start)
            && (found.order, found.closer, found.bullet) == (order, label.closer, label.bullet)
        {
            return Some(found);
        }
    }
}

/// The label that starts at `start`.
fn at(text: &str, start: usize) -> Option<Label<'_>> {
    let mut at = start;
    let bullet = text[at..].chars().next().filter(|&c| is_bullet(c));
    if let Some(bullet) = bullet {
        at += bullet.len_utf8();
        at += usize::from(text[at..].starts_with(' '));
    }
    let bytes = text.as_bytes();
    let digits = bytes[at..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let order = match (digits, bytes.get(at)?) {
        (1..=3, _) => Order::Number(text[at..at + digits].parse().ok()?),
        (0, letter @ b'a'..=b'y') => Order::Letter(*letter),
        _ => return None,
    };
    at += digits.max(1);
    let rest = &text[at..];
    let closer = [".)", ")", "."].into_iter().find(|closer| rest.starts_with(closer))?;
    at += closer.len();
    let mut after = text[at..].chars();
    (after.next()?.is_whitespace() && after.next()?.is_uppercase()).then_some(Label {
        start,
        end: at,
        order,
        bullet: bullet.is_some(),
        closer,
    })
}

fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '⁃' | '·' | '▪' | '●' | '◦' | '‣')
}
