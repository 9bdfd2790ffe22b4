//! What HTML said of a document's lines, kept small beside the residue: a line of a page differs from the one above it in
//! few ways, so that only those are written, as variable-length numbers (LEB128) in Base64.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use tamiz_core::{ClassWords, Container, Element, Hint, Hints, Landmarks};

/// The numbers of a hint, in an order that is part of the format.
fn numbers(hint: &Hint) -> [u32; 11] {
    let Hint { element, landmarks, link_share, bold_share, italic_share, links, depth, .. } = *hint;
    let Hint { container, path, words, all_words, .. } = *hint;
    [
        element as u32,
        landmarks.0,
        link_share.into(),
        bold_share.into(),
        italic_share.into(),
        links.into(),
        depth.into(),
        container,
        path,
        words.0.into(),
        all_words.0.into(),
    ]
}

fn hint(numbers: [u32; 11]) -> Option<Hint> {
    let [
        element,
        landmarks,
        link_share,
        bold_share,
        italic_share,
        links,
        depth,
        container,
        path,
        words,
        all_words,
    ] = numbers;
    Some(Hint {
        element: kind(element)?,
        landmarks: Landmarks(landmarks),
        link_share: link_share.try_into().ok()?,
        bold_share: bold_share.try_into().ok()?,
        italic_share: italic_share.try_into().ok()?,
        links: links.try_into().ok()?,
        depth: depth.try_into().ok()?,
        container,
        path,
        words: ClassWords(words.try_into().ok()?),
        all_words: ClassWords(all_words.try_into().ok()?),
    })
}

fn kind(number: u32) -> Option<Element> {
    Element::ALL.get(number as usize).copied()
}

fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return number.try_into().ok();
        }
    }
    None
}

/// The hints as text; of [`Hint::path`] only remains which lines have the same.
pub(crate) fn write(hints: &Hints) -> String {
    let mut bytes = Vec::with_capacity(8 * (hints.lines.len() + hints.containers.len()));
    put(&mut bytes, hints.lines.len() as u32);
    let mut above = [0; 11];
    // A path is a hash, which says nothing but which lines share it: a small number says that too.
    let mut paths: HashMap<u32, u32> = HashMap::new();
    for hint in &hints.lines {
        let next = paths.len() as u32;
        let path = *paths.entry(hint.path).or_insert(next);
        let numbers = numbers(&Hint { path, ..*hint });
        let differ = |place: &usize| numbers[*place] != above[*place];
        put(&mut bytes, (0..numbers.len()).filter(differ).map(|place| 1 << place).sum());
        for place in (0..numbers.len()).filter(differ) {
            put(&mut bytes, numbers[place]);
        }
        above = numbers;
    }
    for (place, container) in hints.containers.iter().enumerate() {
        put(&mut bytes, place as u32 - container.parent);
        put(&mut bytes, container.element as u32);
    }
    BASE64.encode(bytes)
}

/// The hints of a text that [`write()`] made; `None` of one that is damaged.
pub(crate) fn read(text: &str) -> Option<Hints> {
    let bytes = BASE64.decode(text).ok()?;
    let mut bytes = &*bytes;
    let mut hints = Hints::default();
    let mut numbers = [0; 11];
    for _ in 0..take(&mut bytes)? {
        let differ = take(&mut bytes)?;
        for (place, number) in numbers.iter_mut().enumerate() {
            if differ >> place & 1 == 1 {
                *number = take(&mut bytes)?;
            }
        }
        hints.lines.push(hint(numbers)?);
    }
    while !bytes.is_empty() {
        let parent = (hints.containers.len() as u32).checked_sub(take(&mut bytes)?)?;
        hints.containers.push(Container { parent, element: kind(take(&mut bytes)?)? });
    }
    // What a document would refuse is damage too.
    let count = hints.containers.len() as u64;
    let ordered = |(at, container): (usize, &Container)| u64::from(container.parent) < (at as u64).max(1);
    let is_sound = hints.containers.iter().enumerate().all(ordered)
        && hints.lines.iter().all(|hint| u64::from(hint.container) < count);
    is_sound.then_some(hints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Hints {
        let line = |container, path| Hint {
            element: Element::Item,
            landmarks: Landmarks::NAV | Landmarks::LIST,
            link_share: 255,
            bold_share: 3,
            links: 300,
            depth: 65_535,
            container,
            path,
            words: ClassWords::INSET,
            all_words: ClassWords::INSET | ClassWords::NAVIGATION,
            ..Hint::default()
        };
        let inner = Container { parent: 0, element: Element::Table };
        Hints {
            lines: vec![line(0, 0), line(1, 1), line(1, 1), Hint::default(), line(2, 2)],
            containers: vec![Container::default(), inner, Container { parent: 1, ..inner }],
        }
    }

    #[test]
    fn hints_come_back_and_a_line_like_the_one_above_takes_a_byte() {
        let hints = sample();
        assert_eq!(read(&write(&hints)), Some(hints.clone()));
        assert_eq!(read(&write(&Hints::default())), Some(Hints::default()));
        let mut hashed = hints.clone();
        for line in &mut hashed.lines {
            line.path = line.path.wrapping_mul(0x9e37_79b9).wrapping_sub(5);
        }
        assert_eq!(read(&write(&hashed)), Some(hints.clone()), "the same lines share a path");
        let alike = Hints { lines: vec![hints.lines[1]; 1_000], ..hints };
        assert!(write(&alike).len() < 1_500, "{}", write(&alike).len());
    }

    #[test]
    fn damage_is_told_and_nothing_worse() {
        let text = write(&sample());
        for end in 0..text.len() {
            let _ = read(&text[..end]);
        }
        for wrong in ["", "%", "gICAgIAB", "AQEU"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
