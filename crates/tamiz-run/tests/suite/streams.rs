//! Streams: order, answers without waiting, and pipes that close.

use std::io::{self, Cursor, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tamiz_run::{Limits, Options, stream};

use crate::stages::{pipeline, quiet, records};

fn line(id: usize, text: &str) -> String {
    format!("{{\"id\":{id},\"text\":\"{text}\"}}\n")
}

#[test]
fn records_come_out_in_the_order_in_which_they_went_in() {
    let input: String = (0..2000).map(|id| line(id, if id % 97 == 0 { "SLOW" } else { "fast" })).collect();
    let mut outputs = Vec::new();
    for threads in [1, 2, 7] {
        let options = Options { threads, limits: Limits { batch: 500, ..Limits::default() }, ..quiet() };
        let (mut output, mut faults) = (Vec::new(), Vec::new());
        let input = Cursor::new(input.clone());
        stream(&pipeline(&["\"words\""]), input, &mut output, &mut faults, &options).unwrap();
        let ids: Vec<_> = records(&output).iter().map(|record| record["id"].as_u64().unwrap()).collect();
        assert!(ids.iter().copied().eq(0..2000), "{threads} threads");
        assert!(faults.is_empty());
        outputs.push(output);
    }
    assert!(outputs.iter().all(|output| *output == outputs[0]));
}

/// A pipe's end for reading, and for writing.
struct Pipe<T>(T, Vec<u8>);

impl Read for Pipe<Receiver<Vec<u8>>> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() {
            self.1 = self.0.recv().unwrap_or_default();
        }
        let count = out.len().min(self.1.len());
        out[..count].copy_from_slice(&self.1[..count]);
        self.1.drain(..count);
        Ok(count)
    }
}

impl Write for Pipe<Sender<Vec<u8>>> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.1);
        if bytes.is_empty() {
            return Ok(());
        }
        self.0.send(bytes).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn an_answer_comes_before_the_next_question() {
    let (questions, input) = channel();
    let (output, answers) = channel();
    let running = std::thread::spawn(move || {
        stream(
            &pipeline(&["\"words\""]),
            Pipe(input, Vec::new()),
            Pipe(output, Vec::new()),
            io::sink(),
            &quiet(),
        )
    });
    for id in 0..5 {
        let question = line(id, "CUT it\\nRain.");
        let (head, tail) = question.split_at(9);
        questions.send(head.as_bytes().to_vec()).unwrap();
        questions.send(tail.as_bytes().to_vec()).unwrap();
        let answer =
            answers.recv_timeout(Duration::from_secs(20)).expect("an answer without closing the pipe");
        assert_eq!(records(&answer)[0]["text"], "Rain.");
    }
    drop(questions);
    let summary = running.join().unwrap().unwrap();
    assert_eq!((summary.counts.kept, summary.exit_status()), (5, 0));
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let (output, answers) = channel();
    drop(answers);
    // Nobody ever closes this input, as nobody closes a terminal.
    let (questions, input) = channel();
    questions.send(line(1, "a").into_bytes()).unwrap();
    let summary =
        stream(&pipeline(&[]), Pipe(input, Vec::new()), Pipe(output, Vec::new()), io::sink(), &quiet())
            .unwrap();
    assert_eq!(summary.exit_status(), 0);
    drop(questions);
}

#[test]
fn faults_are_told_beside_the_output_and_drops_are_counted() {
    let long = "x".repeat(10_000);
    let input = format!("{}{}{{\"id\":3,{long}\n{}", line(1, "DROP"), line(2, "PANIC"), line(4, "Rain."));
    let (mut output, mut faults) = (Vec::new(), Vec::new());
    let summary =
        stream(&pipeline(&["\"words\""]), Cursor::new(input), &mut output, &mut faults, &quiet()).unwrap();
    let counts = summary.counts;
    assert_eq!((counts.read, counts.kept, counts.dropped, counts.quarantined), (4, 1, 1, 2));
    assert_eq!(summary.exit_status(), 3);
    assert_eq!(records(&output)[0]["id"], 4);
    let faults = records(&faults);
    assert_eq!((&faults[0]["line"], &faults[0]["stage"]), (&2.into(), &"words".into()));
    assert_eq!(faults[1]["raw"].as_str().unwrap().len(), 4096);
    assert_eq!(faults[1]["length"], 10_008);
}

#[test]
fn a_stop_ends_a_run_that_waits_for_input() {
    let (questions, input) = channel::<Vec<u8>>();
    let options = quiet();
    let stop = options.stop.clone();
    let running = std::thread::spawn(move || {
        stream(&pipeline(&[]), Pipe(input, Vec::new()), io::sink(), io::sink(), &options)
    });
    std::thread::sleep(Duration::from_millis(50));
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(running.join().unwrap().unwrap().exit_status(), 130);
    drop(questions);
}

#[test]
fn a_stage_that_learns_needs_a_state_on_a_stream() {
    let error =
        stream(&pipeline(&["\"common\""]), Cursor::new(""), io::sink(), io::sink(), &quiet()).unwrap_err();
    assert!(error.to_string().contains("--state"), "{error}");
}

#[test]
fn output_that_cannot_be_written_stops_the_run() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let input: String = (0..5000).map(|id| line(id, "a")).collect();
    let options = Options { limits: Limits { batch: 100, ..Limits::default() }, threads: 3, ..quiet() };
    let error = stream(&pipeline(&[]), Cursor::new(input), Full, io::sink(), &options).unwrap_err();
    assert!(error.to_string().starts_with("cannot write the output"), "{error}");
}

#[test]
fn a_reader_that_goes_away_ends_every_thread_that_waits_for_input() {
    for _ in 0..20 {
        let (output, answers) = channel();
        drop(answers);
        let (questions, input) = channel();
        let running = std::thread::spawn(move || {
            let options = Options { threads: 4, ..quiet() };
            stream(&pipeline(&[]), Pipe(input, Vec::new()), Pipe(output, Vec::new()), io::sink(), &options)
        });
        questions.send(line(1, "a").into_bytes()).unwrap();
        assert_eq!(running.join().unwrap().unwrap().exit_status(), 0);
    }
}
