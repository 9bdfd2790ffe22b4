//! Counts: the same bytes from any split, any order and any bound; and damage that is noticed.

use proptest::prelude::*;
use tamiz_core::{Count, Key};

use super::counts::{Bound, Counts};
use super::sorted::{Place, SortedRun};

fn bound(counts: usize) -> Bound {
    Bound { counts, folder: std::env::temp_dir() }
}

fn content(run: &SortedRun) -> Vec<u8> {
    let mut bytes = Vec::new();
    run.content().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn counted(counts: &[Count], bound: &Bound) -> Counts {
    let mut sum = Counts::new(bound.clone());
    counts.iter().for_each(|&count| sum.add(count));
    sum
}

fn counts() -> impl Strategy<Value = Vec<Count>> {
    let group = prop_oneof![0..3u64, any::<u64>()];
    let item = prop_oneof![0..9u64, any::<u64>()];
    let least = prop_oneof![Just(u64::MAX), 0..5u64, any::<u64>()];
    let count = (group, item, 1..1000u64, least).prop_map(|(group, item, sum, least)| Count {
        key: Key { group, item },
        sum,
        least,
    });
    prop::collection::vec(count, 0..400)
}

proptest! {
    #[test]
    fn any_split_order_and_bound_give_the_same_bytes(
        counts in counts(), parts in 1..9usize, small in 2..60usize, turn in any::<usize>()
    ) {
        let whole = counted(&counts, &bound(1 << 20)).into_run().unwrap();
        let expected = content(&whole);
        let mut split: Vec<Counts> = Vec::new();
        for part in 0..parts {
            let own: Vec<Count> = counts.iter().copied().skip(part).step_by(parts).collect();
            split.push(counted(&own, &bound(small)));
        }
        split.rotate_left(turn % parts);
        let mut sum = Counts::new(bound(small));
        for part in split {
            // Half of the parts travel as bytes, as those of other machines do.
            let part = if part.holds() % 2 == 0 {
                part
            } else {
                let mut read = Counts::new(bound(small));
                read.add_run(part.into_run().unwrap()).unwrap();
                read
            };
            sum.absorb(part).unwrap();
        }
        let run = sum.into_run().unwrap();
        prop_assert_eq!(content(&run), expected);
        prop_assert_eq!(run.digest, whole.digest);
        // And they can be read back.
        let read: Vec<Count> = run.open().unwrap().map(Result::unwrap).collect();
        prop_assert!(read.is_sorted_by_key(|count| count.key));
        let sum = |counts: &[Count]| counts.iter().map(|count| u128::from(count.sum)).sum::<u128>();
        prop_assert_eq!(sum(&read), sum(&counts));
    }
}

#[test]
fn ten_million_lines_stay_within_the_bound() {
    // 4 MB for what takes 320 MB in memory.
    let bound = bound(4_000_000 / size_of::<Count>());
    let mut counts = Counts::new(bound.clone());
    let mut state = 1u64;
    for number in 0..10_000_000u64 {
        // A generator of Knuth's: ten million different digests, of a thousand sites.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        counts.add(Count::one(Key { group: number % 1000, item: state }, u64::MAX));
        assert!(counts.holds() <= bound.counts);
    }
    let run = counts.into_run().unwrap();
    assert_eq!(run.counts, 10_000_000);
    assert!(matches!(run.place, Place::Temporary(_)));
    assert_eq!(run.open().unwrap().map(|count| count.unwrap().sum).sum::<u64>(), 10_000_000);
}

#[test]
fn damage_is_noticed() {
    let counts: Vec<Count> = (0..500).map(|item| Count::one(Key { group: 1, item }, item)).collect();
    let run = counted(&counts, &bound(1000)).into_run().unwrap();
    for at in [0, 700] {
        let mut bytes = content(&run);
        bytes[at] ^= 1;
        let damaged = SortedRun { place: Place::Memory(bytes.into()), ..run };
        assert!(damaged.open().unwrap().any(|count| count.is_err()), "a bit of byte {at}");
    }
    let bytes = content(&run);
    let short = SortedRun { place: Place::Memory(bytes[..bytes.len() - 1].into()), ..run };
    assert!(short.open().unwrap().any(|count| count.is_err()));
}
