//! WARC and WET files, whole and broken; text files in any encoding; inputs that change.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::io::Write;
use std::path::Path;

use tamiz_formats::{Batch, FieldNames, Id, Limits, Reader, Selection, list};

/// What is read: id, text and facts of each record, or the fault's reason; and how many records were passed over.
fn read(folder: &Path, limits: Limits) -> (Vec<Result<[String; 3], String>>, u64) {
    let sources = list(&[folder.to_str().unwrap().to_owned()], &[]).unwrap().sources;
    read_all(Reader::new(sources, None, limits, Selection::default()).unwrap())
}

fn read_all(mut reader: Reader) -> (Vec<Result<[String; 3], String>>, u64) {
    let (mut batch, mut seen, mut passed) = (Batch::default(), Vec::new(), 0);
    while reader.next(&mut batch, &|| true) {
        passed += batch.passed();
        for entry in batch.records() {
            seen.push(match entry {
                Ok(record) => {
                    let id = match &record.id {
                        Id::Json(raw) => (*raw).to_owned(),
                        Id::Text(text) => text.to_string(),
                    };
                    let facts: Vec<String> =
                        record.facts.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    Ok([id, record.text().unwrap(), facts.join(" ")])
                }
                Err(fault) => Err(fault.reason.to_string()),
            });
        }
    }
    (seen, passed)
}

fn record(kind: &str, id: u32, content_type: &str, block: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n\
         WARC-Target-URI: https://www.site.example/{id}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    )
    .into_bytes();
    out.extend_from_slice(block);
    out.extend_from_slice(b"\r\n\r\n");
    out
}

fn response(id: u32, head: &str, body: &[u8]) -> Vec<u8> {
    let block = [head.replace('\n', "\r\n").as_bytes(), b"\r\n", body].concat();
    record("response", id, "application/http; msgtype=response", &block)
}

const OK_HTML: &str = "HTTP/1.1 200 OK\nContent-Type: text/html; charset=iso-8859-1\n";

/// Records as crawlers write them: five of them, two documents.
fn crawl() -> Vec<Vec<u8>> {
    vec![
        record("warcinfo", 1, "application/warc-fields", b"software: test\r\n"),
        record("request", 2, "application/http", b"GET / HTTP/1.1\r\n\r\n"),
        response(3, OK_HTML, b"<title>T</title><p>Lleg\xf3 el oto\xf1o."),
        response(4, "HTTP/1.1 200 OK\nContent-Type: image/png\n", b"\x89PNG"),
        record("conversion", 5, "text/plain", "Cayó la noche.\nY hacía frío.".as_bytes()),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn write(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

#[test]
fn documents_of_a_crawl_are_read_and_the_rest_is_counted() {
    let plain = crawl().concat();
    let members: Vec<u8> = crawl().iter().flat_map(|record| gzip(record)).collect();
    let frames: Vec<u8> =
        crawl().iter().flat_map(|record| zstd::encode_all(&record[..], 3).unwrap()).collect();
    let files = [
        ("a.warc", plain.clone()),
        ("a.warc.gz", members),
        ("a.warc.gz", gzip(&plain)),
        ("a.warc.zst", frames),
        ("a.warc.wet.gz", gzip(&plain)),
    ];
    for (name, bytes) in files {
        for batch in [1 << 20, 300, 1] {
            let folder = write(name, &bytes);
            let (seen, passed) = read(folder.path(), Limits { batch, ..Limits::default() });
            assert_eq!(passed, 3, "{name}");
            let [page, text] = &seen[..] else { panic!("{name}: {seen:?}") };
            let [id, page, facts] = page.as_ref().unwrap();
            assert_eq!((id.as_str(), page.trim()), ("urn:uuid:3", "Llegó el otoño."), "{name}");
            assert_eq!(
                facts,
                "url=https://www.site.example/3 warc_date=2024-05-01T10:00:00Z title=T encoding=windows-1252"
            );
            let [id, text, _] = text.as_ref().unwrap();
            assert_eq!(
                (id.as_str(), text.as_str()),
                ("urn:uuid:5", "Cayó la noche.\nY hacía frío."),
                "{name}"
            );
        }
    }
}

#[test]
fn a_damaged_member_costs_its_record_and_no_other() {
    let records = crawl();
    for broken in 0..records.len() {
        let mut bytes = Vec::new();
        for (index, record) in records.iter().enumerate() {
            let mut member = gzip(record);
            if index == broken {
                let middle = member.len() / 2;
                member[middle..middle + 8].fill(0xff);
            }
            bytes.extend(member);
        }
        let folder = write("a.warc.gz", &bytes);
        let (seen, _) = read(folder.path(), Limits::default());
        let whole = seen.iter().filter(|entry| entry.is_ok()).count();
        assert_eq!(whole, if broken == 2 || broken == 4 { 1 } else { 2 }, "{broken}: {seen:?}");
        assert!(seen.len() > whole, "{broken}: the damage was not told");
    }
}

#[test]
fn garbage_between_records_is_told_and_passed_over() {
    let records = crawl();
    let bytes = [
        &records[2][..],
        b"garbage without an end WAR\r\n",
        &records[4],
        b"WARC/1.0\r\nnothing\r\n\r\n",
        &records[4],
    ]
    .concat();
    let folder = write("a.warc", &bytes);
    let (seen, _) = read(folder.path(), Limits::default());
    let told: Vec<bool> = seen.iter().map(Result::is_ok).collect();
    assert_eq!(told, [true, false, true, false, true], "{seen:?}");
}

#[test]
fn every_cut_of_a_crawl_is_told() {
    let bytes = [crawl()[2].clone(), crawl()[4].clone()].concat();
    let first = crawl()[2].len();
    for cut in 1..bytes.len() {
        let folder = write("a.warc", &bytes[..cut]);
        let (seen, _) = read(folder.path(), Limits::default());
        // What is cut off behind a record's content are the blank lines that only part records.
        let records = usize::from(cut >= first - 4) + usize::from(cut >= bytes.len() - 4);
        let between = cut >= bytes.len() - 4 || (first - 4..=first).contains(&cut);
        assert_eq!(seen.iter().filter(|entry| entry.is_ok()).count(), records, "cut at {cut}: {seen:?}");
        assert_eq!(seen.len() - records, usize::from(!between), "cut at {cut}: {seen:?}");
    }
}

#[test]
fn a_record_that_is_too_large_is_told_in_constant_memory() {
    let large = response(9, OK_HTML, &vec![b'x'; 5 << 20]);
    let bytes = [crawl()[4].clone(), large, crawl()[4].clone()].concat();
    let folder = write("a.warc", &bytes);
    let (seen, _) = read(folder.path(), Limits { record: 1 << 20, ..Limits::default() });
    let [first, large, last] = &seen[..] else { panic!("{} records", seen.len()) };
    assert!(first.is_ok() && last.is_ok());
    assert!(large.as_ref().unwrap_err().starts_with("the record is too large"), "{large:?}");
}

#[test]
fn text_files_are_read_in_any_encoding_and_that_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    file("a.txt", b"La ni\xf1a baj\xf3 al r\xedo.\r\n");
    file("b.txt", "\u{feff}La niña.".as_bytes());
    file("c.txt", "La niÃ±a bajÃ³ al rÃ\u{ad}o.".as_bytes());
    file("d.html", b"<meta charset=windows-1252><p>La ni\xf1a \x93s\xed\x94");
    let (seen, _) = read(folder.path(), Limits::default());
    let seen: Vec<[String; 3]> = seen.into_iter().map(Result::unwrap).collect();
    let expected = [
        ("a.txt", "La niña bajó al río.\n", "encoding=windows-1252"),
        ("b.txt", "La niña.", ""),
        ("c.txt", "La niña bajó al río.", "repaired=mojibake"),
        ("d.html", "La niña “sí”\n", "encoding=windows-1252"),
    ];
    for (seen, (id, text, facts)) in seen.iter().zip(expected) {
        assert_eq!((seen[0].as_str(), seen[1].as_str(), seen[2].as_str()), (id, text, facts));
    }
}

#[test]
fn an_input_that_changes_during_the_run_is_told() {
    let folder = write("a.jsonl", b"{\"id\":1,\"text\":\"a\"}\n");
    let sources = list(&[folder.path().to_str().unwrap().to_owned()], &[]).unwrap().sources;
    let mut file = fs::File::options().append(true).open(folder.path().join("a.jsonl")).unwrap();
    file.write_all(b"{\"id\":2,\"text\":\"b\"}\n").unwrap();
    drop(file);
    let (seen, _) = read_all(Reader::new(sources, None, Limits::default(), Selection::default()).unwrap());
    assert_eq!(seen.len(), 3);
    assert!(seen[2].as_ref().unwrap_err().starts_with("the input changed during the run"), "{seen:?}");
}

#[test]
fn fields_have_the_names_that_are_given() {
    let folder = write(
        "a.jsonl",
        b"{\"content\":\"a\",\"key\":7,\"n\":1}\n{\"text\":\"b\",\"key\":8}\n{\"content\":\"c\",\"text\":\"d\"}\n",
    );
    let sources = list(&[folder.path().to_str().unwrap().to_owned()], &[]).unwrap().sources;
    let reader = Reader::new(sources, None, Limits::default(), Selection::default()).unwrap();
    let names = FieldNames { text: "content".into(), id: "key".into() };
    let (seen, _) = read_all(reader.with_fields(names));
    assert_eq!(seen[0].as_ref().unwrap()[..2], ["7".to_owned(), "a".to_owned()]);
    assert_eq!(seen[1].as_ref().unwrap_err(), "the record has no `content`");
    assert!(seen[2].as_ref().unwrap_err().contains("has a field \"text\" of its own"));
}

#[test]
fn windows_and_expansion_have_bounds() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(b"{\"id\":1,\"text\":\"a\"}\n").unwrap();
    let folder = write("a.jsonl.zst", &encoder.finish().unwrap());
    let (seen, _) = read(folder.path(), Limits::default());
    assert!(seen[0].as_ref().unwrap_err().contains("larger window than is allowed"), "{seen:?}");
    let (seen, _) = read(folder.path(), Limits { window: 1 << 28, ..Limits::default() });
    assert!(seen[0].is_ok(), "{seen:?}");

    let bomb = {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.write_all(b"{\"id\":1,\"text\":\"a\"}\n").unwrap();
        for _ in 0..100 {
            encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        encoder.finish().unwrap()
    };
    let folder = write("a.jsonl.zst", &bomb);
    let (seen, _) = read(folder.path(), Limits { record: 1 << 20, ..Limits::default() });
    assert!(seen[0].is_ok());
    assert!(seen.iter().any(|entry| entry.as_ref().is_err_and(|reason| reason.contains("bomb"))), "{seen:?}");
}
