//! Runs of a writer that is stopped at one call of its store, and once more while it recovers.
//!
//! In: what is in a lake before, and the writer. Out: the number of faults that fired, or what is
//! wrong: a reader finds something that is in the lake neither before nor after, the same command
//! does not complete the work, or a fault does not fire.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::numbers::variable;
use super::{LakeContent, Numbers, TestLake};
use crate::storage::testing::fault_points::{FaultKind, FaultPoint};

/// What readers find in a lake, by its name, such as the rows of a table.
pub(crate) type LakeFacts = BTreeMap<String, String>;

impl LakeContent {
    /// The content as facts.
    pub(crate) fn facts(&self) -> LakeFacts {
        let Self {
            rows,
            rejects,
            inputs,
            suppliers,
            states,
        } = self;
        let facts = [
            ("rows", format!("{rows:?}")),
            ("rejects", format!("{rejects:?}")),
            ("inputs", format!("{inputs:?}")),
            ("suppliers", format!("{suppliers:?}")),
            ("states", format!("{states:?}")),
        ];
        facts.map(|(name, fact)| (name.to_owned(), fact)).into()
    }
}

/// A writer: what is in the lake before, and what it does.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) name: &'static str,
    pub(crate) before: fn(&TestLake),
    pub(crate) write: fn(&TestLake) -> Result<(), String>,
}

/// How the content of a lake is read and verified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LakeReaders {
    pub(crate) facts: fn(&TestLake) -> LakeFacts,
    pub(crate) verify: fn(&TestLake) -> Result<(), String>,
}

/// Chooses the second faults that are tried after each first one.
#[derive(Debug)]
pub(crate) struct SecondFaults {
    after_each: usize,
    numbers: Numbers,
}

impl SecondFaults {
    /// Two after each first fault. `PURCHASE_ETL_TEST_ROUNDS` multiplies them, so that 50 takes all;
    /// `PURCHASE_ETL_TEST_SEED` chooses others.
    pub(crate) fn of_environment() -> Self {
        Self {
            after_each: 2 * variable("PURCHASE_ETL_TEST_ROUNDS", 1),
            numbers: Numbers::of(Numbers::first_seed()),
        }
    }

    fn of(&mut self, mut points: Vec<FaultPoint>) -> Vec<FaultPoint> {
        let chosen = points.len().min(self.after_each);
        let mut take = |_| points.swap_remove(self.numbers.below(points.len()));
        (0..chosen).map(&mut take).collect()
    }
}

/// The runs of a writer, and what is in the lake before and after it.
pub(crate) struct FaultRuns<'w> {
    writer: &'w Writer,
    readers: LakeReaders,
    before: TestLake,
    old: LakeFacts,
    new: LakeFacts,
}

impl<'w> FaultRuns<'w> {
    /// Runs the writer without a fault.
    pub(crate) fn new(writer: &'w Writer, readers: LakeReaders) -> Result<Self, String> {
        let before = TestLake::new();
        (writer.before)(&before);
        let mut runs = Self {
            old: (readers.facts)(&before),
            new: LakeFacts::new(),
            writer,
            readers,
            before,
        };
        let lake = runs.before.copied();
        (writer.write)(&lake)?;
        runs.new = (readers.facts)(&lake);
        (readers.verify)(&lake)?;
        Ok(runs)
    }

    /// What readers find before the writer.
    pub(crate) fn old_facts(&self) -> &LakeFacts {
        &self.old
    }

    /// What readers find after the writer.
    pub(crate) fn new_facts(&self) -> &LakeFacts {
        &self.new
    }

    /// A fault of each kind at each call; returns their number.
    pub(crate) fn single_faults(&self) -> Result<usize, String> {
        let points = FaultPoint::all(self.calls_of(&self.before)?);
        for point in &points {
            let stopped = self.stopped(&self.before, *point)?;
            let completed = self.complete(&stopped, point)?;
            self.complete(&completed, &format!("{point}, a third time"))?;
        }
        Ok(points.len())
    }

    /// Pairs of a fault and a fault of the run that recovers from it; returns their number. A program
    /// that is stopped after a call leaves what one leaves that is stopped before the next call, so it
    /// is not part of them.
    pub(crate) fn pairs_of_faults(&self, mut chosen: SecondFaults) -> Result<usize, String> {
        let distinct = |calls| {
            let mut points = FaultPoint::all(calls);
            points.retain(|point| point.kind != FaultKind::StopAfter);
            points
        };
        let mut pairs = 0;
        for first in distinct(self.calls_of(&self.before)?) {
            let after_first = |error| format!("{first}, then {error}");
            let stopped = self.stopped(&self.before, first)?;
            let calls = self.calls_of(&stopped).map_err(after_first)?;
            for second in chosen.of(distinct(calls)) {
                let again = self.stopped(&stopped, second).map_err(after_first)?;
                self.complete(&again, &second).map_err(after_first)?;
                pairs += 1;
            }
        }
        Ok(pairs)
    }

    /// The number of mutating calls of the writer.
    fn calls_of(&self, before: &TestLake) -> Result<usize, String> {
        let lake = before.copied();
        (self.writer.write)(&lake)?;
        Ok(lake.store.calls())
    }

    /// The lake after a run with a fault, which has fired.
    fn stopped(&self, before: &TestLake, point: FaultPoint) -> Result<TestLake, String> {
        let lake = before.copied();
        lake.store.arm(point);
        let ended = (self.writer.write)(&lake);
        if !lake.store.disarm() {
            return Err(self.wrong(&point, "the fault did not fire"));
        }
        let found = (self.readers.facts)(&lake);
        // A store that refuses the write of a checkpoint, or loses an answer that is read back, does
        // not stop the writer.
        if ended.is_ok() {
            self.is_new(&found, &point)?;
        }
        for name in self.old.keys().chain(self.new.keys()).chain(found.keys()) {
            let [old, new, found] = [&self.old, &self.new, &found].map(|facts| facts.get(name));
            if found != old && found != new {
                let neither = format!("{name}: {found:?} is neither {old:?} nor {new:?}");
                return Err(self.wrong(&point, &neither));
            }
        }
        // What is unfinished is a note, never damage.
        let verified = (self.readers.verify)(&lake);
        verified.map_err(|error| self.wrong(&point, &error))?;
        Ok(lake)
    }

    /// Runs the writer to its end.
    fn complete(&self, stopped: &TestLake, place: &dyn Display) -> Result<TestLake, String> {
        let lake = stopped.copied();
        let ended = (self.writer.write)(&lake);
        ended.map_err(|error| self.wrong(place, &format!("again: {error}")))?;
        self.is_new(&(self.readers.facts)(&lake), place)?;
        let verified = (self.readers.verify)(&lake);
        verified.map_err(|error| self.wrong(place, &error))?;
        Ok(lake)
    }

    fn is_new(&self, found: &LakeFacts, place: &dyn Display) -> Result<(), String> {
        if *found == self.new {
            return Ok(());
        }
        let difference = format!("found {found:#?}\nexpected {:#?}", self.new);
        Err(self.wrong(place, &difference))
    }

    fn wrong(&self, place: &dyn Display, what: &str) -> String {
        format!("{}, {place}: {what}", self.writer.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::ChangedInput;
    use crate::ingest::testing::Dump;

    const READERS: LakeReaders = LakeReaders {
        facts: |lake| lake.content().facts(),
        verify: TestLake::verify,
    };

    fn single_faults(write: fn(&TestLake) -> Result<(), String>) -> Result<usize, String> {
        let writer = Writer {
            name: "test",
            before: |lake| {
                lake.write("a", &Dump::of(&[("p1", 1)], &[]).text());
                lake.write("b", &Dump::of(&[("q1", 1)], &[]).text());
            },
            write,
        };
        FaultRuns::new(&writer, READERS)?.single_faults()
    }

    fn ingest(lake: &TestLake, names: &[&str]) -> Result<(), String> {
        let ended = lake.ingest(names, ChangedInput::Refuse);
        ended.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_writer_of_one_commit_passes_and_one_of_two_is_a_mixture() {
        let faults = single_faults(|lake| ingest(lake, &["a", "b"])).unwrap();
        assert!(faults >= 16, "only {faults} faults");
        let mixture = single_faults(|lake| {
            ingest(lake, &["a"])?;
            ingest(lake, &["b"])
        });
        let mixture = mixture.unwrap_err();
        assert!(
            mixture.contains(r#"rows: Some("{\"a\": [\"p1\"]}") is neither"#),
            "{mixture}"
        );
    }

    #[test]
    fn a_writer_that_does_something_else_the_next_time_does_not_pass() {
        let other = single_faults(|lake| {
            let has_rows = !lake.content().rows.is_empty();
            ingest(lake, if has_rows { &["b"] } else { &["a"] })
        });
        let other = other.unwrap_err();
        assert!(other.contains("\nexpected"), "{other}");
        let fails = single_faults(|lake| {
            if lake.content().rows.is_empty() {
                return ingest(lake, &["a"]);
            }
            Err("it runs only once".to_owned())
        });
        let fails = fails.unwrap_err();
        assert!(fails.ends_with("again: it runs only once"), "{fails}");
    }

    #[test]
    fn a_fault_that_is_not_reached_fails_the_run() {
        let writer = Writer {
            name: "test",
            before: |lake| lake.write("a", &Dump::of(&[("p1", 1)], &[]).text()),
            write: |lake| ingest(lake, &["a"]),
        };
        let runs = FaultRuns::new(&writer, READERS).unwrap();
        let kind = FaultKind::Refused;
        let call = runs.calls_of(&runs.before).unwrap();
        let last = FaultPoint {
            call: call - 1,
            kind,
        };
        assert!(runs.stopped(&runs.before, last).is_ok());
        let beyond = runs.stopped(&runs.before, FaultPoint { call, kind });
        let beyond = beyond.map(drop).unwrap_err();
        assert!(beyond.ends_with("the fault did not fire"), "{beyond}");
    }
}
