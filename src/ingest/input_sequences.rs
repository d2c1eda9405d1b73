//! Sequences of ingests, corrections, copies, removals, refusals, restores and compactions of a few
//! files, compared with a plain model.

use std::collections::BTreeMap;

use super::ChangedInput;
use super::testing::{Dump, LakeContent, Numbers, TestLake, bad_record};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// One step of a sequence.
#[derive(Clone, Debug)]
enum Step {
    /// A file gets another content, the number of one of [`contents`].
    Write(&'static str, usize),
    /// Files are ingested.
    Ingest(Vec<&'static str>, ChangedInput),
    /// What a path brought is taken out.
    Remove(&'static str),
    /// The file as it is stays bad.
    Ignore(&'static str),
    /// Small files are rewritten.
    Compact,
    /// All tables are restored to the state after an earlier step.
    Restore(usize),
}

/// The contents that files may have; the last but one is refused, and the last is empty.
fn contents() -> Vec<Dump> {
    vec![
        Dump::of(&[("p1", 1), ("p2", 2)], &["x1"]),
        Dump::of(&[("p1", 1), ("p2", 2), ("p3", 2)], &["x1"]),
        Dump::of(&[("q1", 1), ("q1", 1)], &[]),
        Dump::of(&[("r1", 3)], &["x2"]),
        Dump::of(&[("s1", 1)], &["x3", "x4", "x5"]),
        Dump::default(),
    ]
}

const REFUSED: usize = 4;

fn steps(seed: u64) -> Vec<Step> {
    let mut numbers = Numbers::of(seed);
    let mut steps = vec![Step::Write("a", numbers.below(6))];
    for at in 1..4 + numbers.below(9) {
        let step = match numbers.below(20) {
            0..=5 => Step::Write(numbers.pick(&NAMES), numbers.below(6)),
            6..=13 => {
                let mut names: Vec<&str> = NAMES.to_vec();
                names.retain(|_| numbers.below(3) > 0);
                let policies = [
                    ChangedInput::Refuse,
                    ChangedInput::Append,
                    ChangedInput::Replace,
                ];
                Step::Ingest(names, numbers.pick(&policies))
            }
            14..=16 => Step::Remove(numbers.pick(&NAMES)),
            17 => Step::Ignore(numbers.pick(&NAMES)),
            18 => Step::Compact,
            _ => Step::Restore(numbers.below(at)),
        };
        steps.push(step);
    }
    steps
}

/// A row of the table of inputs in the model.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelRow {
    path: &'static str,
    content: usize,
    state: &'static str,
    /// Whether the tables hold the records of the content under this path.
    holds: bool,
    /// Whether the row has the counts of the content.
    counts: bool,
    /// Of an ignored file: the state of the file, by the number of its writes.
    writes: usize,
}

/// What the lake should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model {
    rows: Vec<ModelRow>,
}

/// The files as they are: the content of each, and how often it was written.
type Files = BTreeMap<&'static str, (usize, usize)>;

impl Model {
    fn is_current(&self, path: &str, content: usize) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.state == "current" && row.path == path && row.content == content)
    }

    fn held(&self, content: usize) -> bool {
        self.rows
            .iter()
            .any(|row| row.holds && row.content == content)
    }

    fn add(&mut self, path: &'static str, content: usize) {
        let holds = !self.held(content);
        self.rows.push(ModelRow {
            path,
            content,
            state: "current",
            holds,
            counts: holds,
            writes: 0,
        });
    }

    /// The positions of the current rows of a path.
    fn of_path(&self, path: &str) -> Vec<usize> {
        let is_current = |at: &usize| {
            let row = &self.rows[*at];
            row.state == "current" && row.path == path
        };
        (0..self.rows.len()).filter(is_current).collect()
    }

    /// Takes rows out together: what they hold goes to the oldest remaining path of the content.
    fn take_out(&mut self, outgoing: &[usize], state: &'static str) {
        for at in outgoing {
            self.rows[*at].state = state;
        }
        for at in outgoing {
            if std::mem::take(&mut self.rows[*at].holds) {
                let content = self.rows[*at].content;
                let is_heir =
                    |row: &&mut ModelRow| row.state == "current" && row.content == content;
                if let Some(heir) = self.rows.iter_mut().find(is_heir) {
                    (heir.holds, heir.counts) = (true, true);
                }
            }
        }
    }

    fn ingest(&mut self, names: &[&'static str], policy: ChangedInput, files: &Files) {
        let named = names
            .iter()
            .filter_map(|name| Some((*name, *files.get(name)?)));
        let is_ignored = |model: &Self, name: &str, writes: usize| {
            let mut rows = model.rows.iter();
            rows.any(|row| row.state == "ignored" && row.path == name && row.writes == writes)
        };
        let mut read: Vec<(&str, usize)> = Vec::new();
        for (name, (content, writes)) in named {
            if !is_ignored(self, name, writes) && !self.is_current(name, content) {
                read.push((name, content));
            }
        }
        // Files that may take the place of others are read first, one by one.
        read.sort_by_key(|(name, _)| {
            policy != ChangedInput::Replace || self.of_path(name).is_empty()
        });
        for (name, content) in read {
            if content == REFUSED {
                continue;
            }
            let has_records = |at: &usize| self.rows[*at].content != contents().len() - 1;
            let earlier: Vec<usize> = self.of_path(name).into_iter().filter(has_records).collect();
            match policy {
                ChangedInput::Refuse if !earlier.is_empty() => {}
                ChangedInput::Replace => {
                    self.take_out(&earlier, "replaced");
                    self.add(name, content);
                }
                _ => self.add(name, content),
            }
        }
    }

    /// The number of purchases by day of October.
    fn quantities(&self) -> BTreeMap<u32, u64> {
        let contents = contents();
        let mut quantities = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.holds) {
            for (_, day) in &contents[row.content].purchases {
                *quantities.entry(*day).or_default() += 1;
            }
        }
        quantities
    }

    fn content(&self) -> LakeContent {
        let contents = contents();
        let mut lake = LakeContent::default();
        for row in &self.rows {
            let dump = &contents[row.content];
            let name = row.path.to_owned();
            if row.holds && !dump.purchases.is_empty() {
                let products = dump.purchases.iter().map(|(product, _)| product.clone());
                lake.rows.entry(name.clone()).or_default().extend(products);
            }
            if row.holds && !dump.bad.is_empty() {
                let bad = dump.bad.iter().map(|id| bad_record(id));
                lake.rejects.entry(name.clone()).or_default().extend(bad);
            }
            let records = dump.purchases.len() + dump.bad.len();
            let read = if row.counts { records } else { 0 };
            let read = i64::try_from(read).unwrap();
            lake.inputs.push((name, row.state.to_owned(), read));
        }
        lake.rows.values_mut().for_each(|rows| rows.sort());
        lake.rejects.values_mut().for_each(|rows| rows.sort());
        lake.inputs.sort();
        lake
    }
}

/// Runs the sequence of a seed; returns the lake, and the number of purchases by day of October that
/// it should have.
pub(crate) fn lake_of(seed: u64) -> (TestLake, BTreeMap<u32, u64>) {
    let steps = steps(seed);
    match run(&steps) {
        Ok((lake, model)) => (lake, model.quantities()),
        Err(difference) => panic!("PURCHASE_ETL_TEST_SEED={seed}: {steps:#?}\n{difference}"),
    }
}

fn run(steps: &[Step]) -> Result<(TestLake, Model), String> {
    let contents = contents();
    let lake = TestLake::new();
    let (mut files, mut model) = (Files::new(), Model::default());
    let mut states = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Write(name, content) => {
                lake.write(name, &contents[*content].text());
                let (of_file, writes) = files.entry(name).or_default();
                (*of_file, *writes) = (*content, *writes + 1);
            }
            Step::Ingest(names, policy) => {
                let named: Vec<&'static str> = names
                    .iter()
                    .copied()
                    .filter(|name| files.contains_key(name))
                    .collect();
                let ended = lake.ingest(&named, *policy);
                ended.map_err(|error| format!("step {at}: {error}"))?;
                model.ingest(&named, *policy, &files);
            }
            Step::Remove(name) => {
                let ended = lake.remove(name);
                ended.map_err(|error| format!("step {at}: {error}"))?;
                let outgoing = model.of_path(name);
                model.take_out(&outgoing, "removed");
            }
            Step::Ignore(name) => {
                if let Some((content, writes)) = files.get(name)
                    && !model.is_current(name, *content)
                {
                    lake.ignore(name);
                    model.rows.push(ModelRow {
                        path: name,
                        content: *content,
                        state: "ignored",
                        holds: false,
                        counts: false,
                        writes: *writes,
                    });
                }
            }
            Step::Compact => lake.compact(),
            Step::Restore(to) => {
                let (versions, then): &(Vec<Option<i64>>, Model) = &states[*to];
                lake.restore(versions);
                model = then.clone();
            }
        }
        let (found, expected) = (lake.content(), model.content());
        if found != expected {
            return Err(format!(
                "step {at}: found {found:#?}\nexpected {expected:#?}"
            ));
        }
        states.push((lake.versions(), model.clone()));
    }
    lake.verify()?;
    Ok((lake, model))
}

#[test]
fn any_sequence_gives_the_tables_of_a_plain_model() {
    let first = Numbers::first_seed();
    for seed in first..first + 500 {
        lake_of(seed);
    }
}
