//! What comes out of files, whole and broken.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::io::{Cursor, ErrorKind, Read, Write};
use std::path::Path;

use proptest::prelude::*;
use tamiz_formats::{Batch, Compression, Encoder, Id, Limits, Place, Reader, Selection, Source, list};

/// A record or fault, as a test can compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Record { id: String, text: String, place: String },
    Fault { place: String, reason: String, raw: Vec<u8> },
}

use Seen::{Fault, Record};

/// A place with all that it says.
fn shown(place: Place<'_>) -> String {
    format!("{place} #{}", place.record)
}

fn read_all(reader: &mut Reader) -> Vec<Vec<Seen>> {
    let mut batch = Batch::default();
    let mut batches = Vec::new();
    while reader.next(&mut batch, &|| true) {
        assert_eq!(batch.number, batches.len() as u64);
        let entries = batch.records().map(|entry| {
            match entry.and_then(|record| {
                let text = record.text()?;
                let id = match &record.id {
                    Id::Json(raw) => (*raw).to_owned(),
                    Id::Text(text) => text.to_string(),
                };
                Ok(Record { id, text, place: shown(record.place) })
            }) {
                Ok(record) => record,
                Err(fault) => Fault {
                    place: shown(fault.place),
                    reason: fault.reason.to_string(),
                    raw: fault.raw.to_vec(),
                },
            }
        });
        batches.push(entries.collect());
    }
    batches
}

fn read_bytes(bytes: &[u8], limits: Limits) -> Vec<Seen> {
    let stdin = Some(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Read + Send>);
    let mut reader = Reader::new(vec![Source::stdin()], stdin, limits, Selection::default()).unwrap();
    read_all(&mut reader).concat()
}

fn read_files(folder: &Path, limits: Limits, selection: Selection) -> Vec<Seen> {
    let sources = list(&[folder.to_str().unwrap().to_owned()], &[]).unwrap().sources;
    read_all(&mut Reader::new(sources, None, limits, selection).unwrap()).concat()
}

fn texts(seen: &[Seen]) -> Vec<&str> {
    seen.iter()
        .map(|entry| match entry {
            Record { text, .. } => text.as_str(),
            Fault { reason, .. } => panic!("unexpected fault: {reason}"),
        })
        .collect()
}

fn pack(bytes: &[u8], compression: Compression) -> Vec<u8> {
    let mut block = bytes.to_vec();
    Encoder::new(compression).unwrap().encode(&mut block, &mut Vec::new()).unwrap();
    block
}

/// Records of many lengths, some longer than the small batches of these tests.
fn lines(count: usize) -> String {
    (0..count).map(|i| format!("{{\"id\":\"{i}\",\"text\":\"{}\"}}\n", "señal ".repeat(i * 7 % 40))).collect()
}

const SMALL: Limits = Limits { batch: 300, record: 1 << 20, window: 128 << 20, expansion: 1000 };

#[test]
fn marks_line_ends_blanks_and_a_missing_last_line_feed_are_no_records() {
    let bytes = b"\xef\xbb\xbf{\"id\":1,\"text\":\"a\"}\r\n\r\n  \t\n\n{\"text\":\"b\\r\\n\",\"id\":\"x\"}\r\n{\"id\":null,\"text\":\"c\"}";
    let seen = read_bytes(bytes, Limits::default());
    let record =
        |id: &str, text: &str, place: &str| Record { id: id.into(), text: text.into(), place: place.into() };
    assert_eq!(
        seen,
        [
            record("1", "a", "-:1 (byte 0) #1"),
            record("\"x\"", "b\r\n", "-:5 (byte 31) #2"),
            record("-:6", "c", "-:6 (byte 58) #3")
        ]
    );
    for empty in [&b""[..], b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n \n"] {
        assert_eq!(read_bytes(empty, Limits::default()), [], "{empty:?}");
    }
}

#[test]
fn what_is_no_record_is_told_with_its_place_and_bytes_and_reading_goes_on() {
    let cases: [(&[u8], &str); 14] = [
        (b"{\"id\":1,\"text\":", "malformed JSON at byte 15"),
        (b"not json", "malformed JSON at byte 0"),
        (b"[\"text\"]", "malformed JSON at byte 0"),
        (b"{\"id\":1}", "the record has no `text`"),
        (b"{\"id\":1,\"text\":null}", "the `text` is null"),
        (b"{\"id\":1,\"text\":7}", "the `text` is a number"),
        (b"{\"id\":1,\"text\":[\"a\"]}", "the `text` is an array"),
        (b"{\"id\":1,\"text\":\"a\xff\"}", "invalid UTF-8 at byte 17"),
        (b"{\"id\":1,\"text\":\"\\ud800\"}", "the text is not Unicode"),
        (b"{\"id\":\"\\udfff\",\"text\":\"a\"}", "the `id` is not Unicode"),
        (b"{\"id\":1,\"text\":\"a\",\"text\":\"b\"}", "the key \"text\" stands twice"),
        (b"{\"id\":1,\"text\":\"a\"} {}", "malformed JSON at byte 20"),
        (b"{\"id\":1,\"text\":\"\x01\"}", "malformed JSON"),
        (b"{\"id\":1,\"text\":\"a\"", "malformed JSON at byte 18"),
    ];
    let mut bytes = Vec::new();
    for (line, _) in cases {
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\n{\"id\":2,\"text\":\"fine\"}\n");
    }
    let seen = read_bytes(&bytes, SMALL);
    assert_eq!(seen.len(), 2 * cases.len());
    for (index, (line, expected)) in cases.into_iter().enumerate() {
        let Fault { place, reason, raw } = &seen[2 * index] else { panic!("{line:?} was read") };
        assert!(reason.starts_with(expected), "{reason} is not {expected}");
        assert!(place.starts_with(&format!("-:{} ", 2 * index + 1)), "{place}");
        assert_eq!(raw, line);
        assert!(matches!(&seen[2 * index + 1], Record { text, .. } if text == "fine"));
    }
}

#[test]
fn a_record_that_is_too_large_costs_itself_alone() {
    let long = format!("{{\"id\":1,\"text\":\"{}\"}}", "x".repeat(700_000));
    let limits = Limits { batch: 1000, record: 100_000, ..Limits::default() };
    for long in [long.as_str(), &long[..150_000]] {
        let bytes = format!("{{\"id\":0,\"text\":\"a\"}}\n{long}\n{{\"id\":2,\"text\":\"b\"}}\n");
        let seen = read_bytes(bytes.as_bytes(), limits);
        assert_eq!(seen.len(), 3);
        let Fault { place, reason, .. } = &seen[1] else { panic!("a record over the limit was read") };
        assert_eq!(place, "-:2 (byte 20) #2");
        assert_eq!(reason, &format!("the record is too large: {} bytes in one line", long.len()));
        let place = format!("-:3 (byte {}) #3", 21 + long.len());
        assert_eq!(seen[2], Record { id: "2".into(), text: "b".into(), place });
    }
    assert_eq!(texts(&read_bytes(long.as_bytes(), Limits::default()))[0].len(), 700_000);
}

/// Gives as many bytes at a time as the pattern says, and pauses where it says none.
struct Drops(Cursor<Vec<u8>>, Vec<usize>);

impl Read for Drops {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.1.rotate_left(1);
        match self.1[0] {
            0 => Err(ErrorKind::WouldBlock.into()),
            most => {
                let most = most.min(out.len());
                self.0.read(&mut out[..most])
            }
        }
    }
}

fn read_drops(bytes: Vec<u8>, pattern: Vec<usize>) -> Vec<Vec<Seen>> {
    let stdin = Some(Box::new(Drops(Cursor::new(bytes), pattern)) as Box<dyn Read + Send>);
    read_all(&mut Reader::new(vec![Source::stdin()], stdin, SMALL, Selection::default()).unwrap())
}

#[test]
fn batches_do_not_depend_on_how_the_bytes_arrive() {
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let bytes = pack(lines(100).as_bytes(), compression);
        let whole = read_drops(bytes.clone(), vec![usize::MAX]);
        assert!(whole.len() > 10);
        assert_eq!(texts(&whole.concat()).len(), 100);
        for pattern in [vec![1], vec![7, 1, 300], vec![299, 2]] {
            assert_eq!(read_drops(bytes.clone(), pattern), whole);
        }
        let paused = read_drops(bytes, vec![11, 0, 0, 500, 0]);
        assert_eq!(paused.concat(), whole.concat(), "pauses cut batches, and lose nothing");
    }
}

#[test]
fn a_stream_cut_anywhere_keeps_what_is_whole_and_tells_the_rest() {
    let text = lines(30);
    let whole = texts(&read_bytes(text.as_bytes(), SMALL)).into_iter().map(str::to_owned).collect::<Vec<_>>();
    for compression in [Compression::Gzip, Compression::Zstd] {
        let first = pack(text.as_bytes(), compression);
        let bytes = [first.clone(), first.clone()].concat();
        for cut in (1..bytes.len()).step_by(7) {
            let seen = read_bytes(&bytes[..cut], SMALL);
            let records: Vec<_> = seen
                .iter()
                .filter_map(|entry| if let Record { text, .. } = entry { Some(text.clone()) } else { None })
                .collect();
            let faults = seen.len() - records.len();
            let twice = [whole.clone(), whole.clone()].concat();
            assert!(twice.starts_with(&records), "{compression} cut at {cut}: a record is torn");
            let told = usize::from(cut != first.len());
            if cut > 3 {
                assert_eq!(faults, told, "{compression} cut at {cut}");
            }
            assert!(records.len() >= if cut >= first.len() { 30 } else { 0 });
        }
    }
}

#[test]
fn every_flipped_byte_is_survived() {
    let text = lines(12);
    for compression in [Compression::Gzip, Compression::Zstd] {
        let member = pack(text.as_bytes(), compression);
        let bytes = [member.clone(), member.clone()].concat();
        for place in 0..member.len() {
            let mut broken = bytes.clone();
            broken[place] ^= 0x55;
            let seen = read_bytes(&broken, SMALL);
            let records = seen.iter().filter(|entry| matches!(entry, Record { .. })).count();
            assert!(
                records >= 11 || place < 4,
                "{compression} flipped at {place}: the second member is lost too"
            );
        }
    }
}

#[test]
fn directories_are_read_in_the_order_of_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("b/z.txt", b"\xef\xbb\xbfz");
    write("b/a.txt.gz", &pack(b"a", Compression::Gzip));
    write("b.html", b"<p>Rain<p>Sun");
    write("a.jsonl.zst", &pack(b"{\"id\":\"j\",\"text\":\"j\"}\n", Compression::Zstd));
    write("c/empty.txt", b"");
    write("latin.txt", b"ca\xf1a");
    write("notes.md", b"left");
    let input = folder.path().to_str().unwrap().to_owned();
    let listing = list(std::slice::from_ref(&input), &[]).unwrap();
    assert_eq!(listing.left, 1);
    let seen = read_files(folder.path(), Limits::default(), Selection::default());
    let ids: Vec<_> = seen
        .iter()
        .map(|entry| match entry {
            Record { id, text, .. } => format!("{id} {text:?}"),
            Fault { place, reason, .. } => format!("{} {reason}", place.rsplit('/').next().unwrap()),
        })
        .collect();
    assert_eq!(
        ids,
        [
            "\"j\" \"j\"",
            "b.html \"Rain\\nSun\\n\"",
            "b/a.txt.gz \"a\"",
            "b/z.txt \"z\"",
            "c/empty.txt \"\"",
            "latin.txt \"caña\"",
        ]
    );
    let named = list(&[format!("{input}/b/z.txt"), format!("{input}/*/*.txt*")], &[]).unwrap().sources;
    let ids: Vec<_> = named.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["z.txt", "b/a.txt.gz", "b/z.txt", "c/empty.txt"]);
}

#[test]
fn what_cannot_be_listed_is_told_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.xlsx"), b"").unwrap();
    let input = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let errors = list(&[input("none.jsonl"), input("a.xlsx"), input("*.txt"), input("")], &[]).unwrap_err();
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[1].contains("says no format") && messages[1].contains(".jsonl"));
    assert!(messages[3].contains("nothing to read: one file, and its name is none that is read"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_once_and_loops_end() {
    use std::os::unix::fs::symlink;
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("a.txt"), "a").unwrap();
    fs::write(outside.path().join("b.txt"), "b").unwrap();
    symlink(folder.path(), inner.join("loop")).unwrap();
    symlink(outside.path(), folder.path().join("linked")).unwrap();
    symlink(outside.path(), folder.path().join("linked-again")).unwrap();
    symlink("nowhere.txt", folder.path().join("dangling.txt")).unwrap();
    let seen = read_files(folder.path(), Limits::default(), Selection::default());
    let shown: Vec<_> = seen
        .iter()
        .map(|entry| match entry {
            Record { id, .. } => id.as_str(),
            Fault { reason, .. } => reason.split(':').next().unwrap(),
        })
        .collect();
    assert_eq!(shown, ["the input cannot be opened", "inner/a.txt", "linked/b.txt"]);
}

#[test]
fn an_earlier_output_is_read_without_what_it_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["_tamiz", "dropped", "quarantine"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("part-00000.jsonl"), "x\n").unwrap();
    }
    fs::write(
        folder.path().join("part-00000.jsonl"),
        "{\"id\":1,\"text\":\"a\",\"tamiz\":{\"removed\":[]}}\n",
    )
    .unwrap();
    let seen = read_files(folder.path(), Limits::default(), Selection::default());
    assert_eq!(texts(&seen), ["a"]);
}

#[test]
fn shards_in_order_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("a.jsonl", lines(90).as_bytes());
    write("b.jsonl.gz", &pack(lines(70).as_bytes(), Compression::Gzip));
    write("c.jsonl", b"");
    write("d.txt", b"text");
    let mut damaged =
        [pack(lines(50).as_bytes(), Compression::Gzip), pack(lines(60).as_bytes(), Compression::Gzip)]
            .concat();
    let length = damaged.len();
    damaged[length / 3] ^= 0xff;
    write("e.jsonl.gz", &damaged[..length - 20]);
    write("f.jsonl.zst", &pack(lines(40).as_bytes(), Compression::Zstd));
    write("g.txt", b"");
    let whole = read_files(folder.path(), SMALL, Selection::default());
    assert!(whole.iter().filter(|entry| matches!(entry, Fault { .. })).count() >= 2);
    for of in 1..=9 {
        let shards = (1..=of).flat_map(|number| {
            read_files(folder.path(), SMALL, Selection { shard: Some((number, of)), limit: None })
        });
        assert_eq!(shards.collect::<Vec<_>>(), whole, "{of} shards");
    }
    let limited = read_files(folder.path(), SMALL, Selection { limit: Some(100), shard: None });
    assert_eq!(limited, whole[..100]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_line_of_any_bytes_is_a_record_or_a_fault(
        pieces in prop::collection::vec(prop_oneof![
            prop::sample::select(vec![
                "\n", "\r\n", "{", "}", "\"id\"", "\"text\"", ":", ",", "\"a\\n\"", "\"\\ud800\"", "1",
                "{\"id\":1,\"text\":\"a\"}", "\u{feff}", " ", "ñ",
            ]).prop_map(|piece: &str| piece.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..4),
        ], 0..40),
        batch in 1usize..60,
    ) {
        let bytes = pieces.concat();
        prop_assume!(Compression::sniff(&bytes).is_none());
        let blank = |line: &[u8]| line.iter().all(|byte| b" \t\r".contains(byte));
        let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let lines = rest.split(|&byte| byte == b'\n').filter(|line| !blank(line)).count();
        let seen = read_bytes(&bytes, Limits { batch, record: 1 << 20, ..Limits::default() });
        prop_assert_eq!(seen.len(), lines);
        prop_assert_eq!(read_bytes(&bytes, Limits::default()), seen);
    }

    #[test]
    fn no_bytes_make_a_file_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), magic in 0usize..3) {
        let folder = tempfile::tempdir().unwrap();
        let head: &[u8] = [&b""[..], b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x28\xb5\x2f\xfd\x24"][magic];
        for name in ["a.txt", "a.txt.gz", "b.html", "b.html.zst", "c.jsonl.gz", "c.jsonl.zst"] {
            let mut file = fs::File::create(folder.path().join(name)).unwrap();
            file.write_all(&[head, &bytes].concat()).unwrap();
        }
        let seen = read_files(folder.path(), SMALL, Selection::default());
        prop_assert!(seen.len() >= 4, "a file that is one record gives one record or fault");
    }

    #[test]
    fn pages_of_any_text_are_read(page in "(<[a-z/!]{0,8}( [a-z]{1,6}(=['\"]?[a-z ]{0,4}['\"]?)?)?>?|&[a-z#0-9]{0,6};?|[ -~é\n]{0,9}){0,30}") {
        let text = tamiz_formats::html::text(&page);
        prop_assert!(text.is_empty() || text.ends_with('\n'));
        prop_assert!(!text.contains("\n\n"));
    }
}
