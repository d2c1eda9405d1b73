//! Sequences of ingests, full snapshots, corrections, copies, removals, restores and compactions of a
//! few dumps of supplier purchases, compared with a plain model.

use std::collections::{BTreeMap, BTreeSet};

use super::ChangedInput;
use super::input_sequences::Numbers;
use super::testing::{LakeContent, TestLake, TestState, bad_supplier_record, state_dump};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// One step of a sequence.
#[derive(Clone, Debug)]
enum Step {
    /// A file gets another content, the number of one of the contents.
    Write(&'static str, usize),
    /// Files are ingested, as a full snapshot or as changes.
    Ingest(Vec<&'static str>, bool, ChangedInput),
    /// What a path brought is taken out.
    Remove(&'static str),
    /// Small files are rewritten.
    Compact,
    /// All tables are restored to the state after an earlier step.
    Restore(usize),
}

/// The states of a dump, and whether it has a bad record.
type Content = (Vec<TestState>, bool);

/// A sequence: the contents that files may have, the last of them empty, and the steps.
#[derive(Clone, Debug)]
struct Sequence {
    contents: Vec<Content>,
    steps: Vec<Step>,
}

fn sequence(seed: u64) -> Sequence {
    let mut numbers = Numbers::of(seed);
    let mut contents: Vec<Content> = Vec::new();
    for _ in 0..5 {
        let mut states = Vec::new();
        for (company, id) in [(7, 1), (7, 2), (7, 3), (8, 1)] {
            if numbers.below(2) == 0 {
                states.push(TestState {
                    company,
                    id,
                    hour: 9 + u32::try_from(numbers.below(2)).unwrap(),
                    note: numbers.pick(&['a', 'b']),
                    is_deleted: numbers.below(6) == 0,
                });
            }
        }
        // A dump of bad records alone would be refused.
        let is_bad = numbers.below(6) == 0 && !states.is_empty();
        contents.push((states, is_bad));
    }
    contents.push((Vec::new(), false));
    let mut steps = vec![Step::Write("a", numbers.below(6))];
    for at in 1..4 + numbers.below(9) {
        steps.push(match numbers.below(20) {
            0..=5 => Step::Write(numbers.pick(&NAMES), numbers.below(6)),
            6..=13 => {
                let mut names: Vec<&str> = NAMES.to_vec();
                names.retain(|_| numbers.below(3) > 0);
                let policies = [
                    ChangedInput::Refuse,
                    ChangedInput::Append,
                    ChangedInput::Replace,
                    ChangedInput::Replace,
                ];
                Step::Ingest(names, numbers.below(3) == 0, numbers.pick(&policies))
            }
            14..=16 => Step::Remove(numbers.pick(&NAMES)),
            17..=18 => Step::Compact,
            _ => Step::Restore(numbers.below(at)),
        });
    }
    // Equal contents are one content.
    for step in &mut steps {
        if let Step::Write(_, content) = step {
            let written = &contents[*content];
            *content = contents.iter().position(|other| other == written).unwrap();
        }
    }
    Sequence { contents, steps }
}

/// A row of the table of inputs in the model.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelRow {
    path: &'static str,
    content: usize,
    state: &'static str,
    /// Whether the tables hold the records of the content under this path.
    holds: bool,
}

/// A commit: the contents whose states it has, in the order of their records, and the companies for
/// which it is a full snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ModelCommit {
    contents: Vec<usize>,
    complete: BTreeSet<i64>,
}

/// What the lake should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model {
    rows: Vec<ModelRow>,
    commits: Vec<ModelCommit>,
}

/// A purchase of the model: its state, the content that brought it, and whether a snapshot lacks it.
#[derive(Clone, Copy)]
struct ModelPurchase {
    state: TestState,
    content: usize,
    is_absent: bool,
}

impl Model {
    fn is_current(&self, path: &str, content: usize) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.state == "current" && row.path == path && row.content == content)
    }

    fn held(&self, content: usize) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.holds && row.content == content)
    }

    /// The current rows with records of a path.
    fn of_path(&self, path: &str, contents: &[Content]) -> Vec<usize> {
        let is_meant = |at: &usize| {
            let row = &self.rows[*at];
            let (states, is_bad) = &contents[row.content];
            let has_records = !states.is_empty() || *is_bad;
            row.state == "current" && row.path == path && has_records
        };
        (0..self.rows.len()).filter(is_meant).collect()
    }

    /// Takes rows out together: what they hold goes to the oldest remaining path of the content, or
    /// leaves all commits, which are then no full snapshots of its companies.
    fn take_out(&mut self, outgoing: &[usize], state: &'static str, contents: &[Content]) {
        for at in outgoing {
            self.rows[*at].state = state;
        }
        for at in outgoing {
            if !std::mem::take(&mut self.rows[*at].holds) {
                continue;
            }
            let content = self.rows[*at].content;
            let is_heir = |row: &&mut ModelRow| row.state == "current" && row.content == content;
            if let Some(heir) = self.rows.iter_mut().find(is_heir) {
                heir.holds = true;
                continue;
            }
            let companies = companies(&contents[content]);
            for commit in &mut self.commits {
                let before = commit.contents.len();
                commit.contents.retain(|of| *of != content);
                if commit.contents.len() < before {
                    commit
                        .complete
                        .retain(|company| !companies.contains(company));
                }
            }
        }
    }

    fn ingest(
        &mut self,
        read: &[(&'static str, usize)],
        is_snapshot: bool,
        policy: ChangedInput,
        contents: &[Content],
    ) {
        let mut accepted: Vec<(&str, usize)> = Vec::new();
        let mut outgoing: Vec<usize> = Vec::new();
        for (path, content) in read {
            let mut earlier = self.of_path(path, contents);
            if self.is_current(path, *content) {
                earlier.clear();
            }
            match policy {
                ChangedInput::Refuse if !earlier.is_empty() => continue,
                ChangedInput::Replace => outgoing.extend(earlier),
                _ => {}
            }
            accepted.push((path, *content));
        }
        self.take_out(&outgoing, "replaced", contents);
        let mut commit = ModelCommit::default();
        let of_snapshot = accepted.len() == read.len()
            && accepted.iter().all(|(_, content)| !contents[*content].1)
            && accepted
                .iter()
                .any(|(_, content)| !contents[*content].0.is_empty());
        for (path, content) in accepted {
            let is_held = self.held(content);
            if !self.is_current(path, content) {
                self.rows.push(ModelRow {
                    path,
                    content,
                    state: "current",
                    holds: !is_held,
                });
            }
            let is_again = is_snapshot && of_snapshot && !commit.contents.contains(&content);
            if !is_held || is_again {
                commit.contents.push(content);
            }
            if is_snapshot && of_snapshot {
                commit.complete.extend(companies(&contents[content]));
            }
        }
        self.commits.push(commit);
    }

    /// The newest states: of a commit, the one with the greatest hour, then the last one; of equal
    /// ones the first.
    fn purchases(&self, contents: &[Content]) -> BTreeMap<(i64, u32), ModelPurchase> {
        let mut purchases: BTreeMap<(i64, u32), ModelPurchase> = BTreeMap::new();
        for commit in &self.commits {
            let mut by_key: BTreeMap<(i64, u32), Vec<ModelPurchase>> = BTreeMap::new();
            for &content in &commit.contents {
                for &state in &contents[content].0 {
                    by_key
                        .entry((state.company, state.id))
                        .or_default()
                        .push(ModelPurchase {
                            state,
                            content,
                            is_absent: false,
                        });
                }
            }
            for (key, stored) in &mut purchases {
                if commit.complete.contains(&key.0) && !by_key.contains_key(key) {
                    stored.is_absent = true;
                }
            }
            for (key, new) in by_key {
                let hour = new.iter().map(|new| new.state.hour).max().unwrap();
                let last = new.iter().rfind(|new| new.state.hour == hour).unwrap();
                let first = new.iter().find(|new| new.state == last.state).unwrap();
                let Some(stored) = purchases.get_mut(&key) else {
                    purchases.insert(key, *first);
                    continue;
                };
                let is_complete = commit.complete.contains(&key.0);
                let is_same = stored.state == first.state;
                if hour >= stored.state.hour && !is_same {
                    *stored = *first;
                } else if is_complete && (is_same || !first.state.is_deleted) {
                    stored.is_absent = false;
                }
            }
        }
        purchases
    }

    fn content(&self, contents: &[Content]) -> LakeContent {
        let mut lake = LakeContent::default();
        let path = |content: usize| {
            let holder = self
                .rows
                .iter()
                .find(|row| row.holds && row.content == content);
            holder.map_or("none", |row| row.path)
        };
        let text = |state: &TestState, is_deleted: bool, content: usize| {
            let TestState {
                company,
                id,
                hour,
                note,
                ..
            } = state;
            format!("{company} {id} {hour}{note} {is_deleted} {}", path(content))
        };
        for row in &self.rows {
            let (states, is_bad) = &contents[row.content];
            let name = row.path.to_owned();
            if row.holds && *is_bad {
                let bad = bad_supplier_record(&row.content.to_string());
                lake.rejects.entry(name.clone()).or_default().push(bad);
            }
            let records = if row.holds || row.state != "current" {
                states.len() + usize::from(*is_bad)
            } else {
                0
            };
            // The counts of a row that left are not compared.
            let read = if row.state == "current" { records } else { 0 };
            lake.inputs
                .push((name, row.state.to_owned(), i64::try_from(read).unwrap()));
        }
        for purchase in self.purchases(contents).values() {
            let ModelPurchase {
                state,
                content,
                is_absent,
            } = purchase;
            let is_deleted = state.is_deleted || *is_absent;
            lake.suppliers.push(text(state, is_deleted, *content));
        }
        let has_states = |commit: &&ModelCommit| {
            commit
                .contents
                .iter()
                .any(|content| !contents[*content].0.is_empty())
        };
        for (rank, commit) in self.commits.iter().filter(has_states).enumerate() {
            for &content in &commit.contents {
                for state in &contents[content].0 {
                    let row = text(state, state.is_deleted, content);
                    let is_complete = commit.complete.contains(&state.company);
                    let snapshot = if is_complete { " snapshot" } else { "" };
                    lake.states.push(format!("{row} {rank}{snapshot}"));
                }
            }
        }
        lake.inputs.sort();
        lake.suppliers.sort();
        lake.states.sort();
        lake
    }
}

fn companies((states, _): &Content) -> BTreeSet<i64> {
    states.iter().map(|state| state.company).collect()
}

fn found(lake: &TestLake) -> LakeContent {
    let mut content = lake.content();
    for (_, state, read) in &mut content.inputs {
        if state != "current" {
            *read = 0;
        }
    }
    content.inputs.sort();
    content
}

fn run(Sequence { contents, steps }: &Sequence) -> Result<(), String> {
    let lake = TestLake::new();
    let mut files: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut model = Model::default();
    let mut history = Vec::new();
    let mut day = 0;
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Write(name, content) => {
                let (states, is_bad) = &contents[*content];
                let bad = bad_supplier_record(&content.to_string()) + "\n";
                let bad = if *is_bad { bad.as_str() } else { "" };
                lake.write(name, &(state_dump(states) + bad));
                files.insert(name, *content);
            }
            Step::Ingest(names, is_snapshot, policy) => {
                let read: Vec<(&str, usize)> = names
                    .iter()
                    .filter_map(|name| Some((*name, *files.get(name)?)))
                    .collect();
                day += 1;
                let named: Vec<&str> = read.iter().map(|(name, _)| *name).collect();
                let ended = lake.ingest_suppliers_with(&named, is_snapshot.then_some(day), *policy);
                ended.map_err(|error| format!("step {at}: {error}"))?;
                model.ingest(&read, *is_snapshot, *policy, contents);
            }
            Step::Remove(name) => {
                let ended = lake.remove_suppliers(name);
                ended.map_err(|error| format!("step {at}: {error}"))?;
                let is_out = |at: &usize| {
                    let row = &model.rows[*at];
                    row.state == "current" && row.path == *name
                };
                let outgoing: Vec<usize> = (0..model.rows.len()).filter(is_out).collect();
                model.take_out(&outgoing, "removed", contents);
            }
            Step::Compact => lake.compact(),
            Step::Restore(to) => {
                let (versions, then): &(Vec<Option<i64>>, Model) = &history[*to];
                lake.restore(versions);
                model = then.clone();
            }
        }
        let (found, expected) = (found(&lake), model.content(contents));
        if found != expected {
            return Err(format!(
                "step {at}: found {found:#?}\nexpected {expected:#?}"
            ));
        }
        history.push((lake.versions(), model.clone()));
    }
    lake.verify()
}

#[test]
fn any_sequence_of_supplier_dumps_gives_the_tables_of_a_plain_model() {
    let first: u64 =
        std::env::var("PURCHASE_ETL_TEST_SEED").map_or(0, |seed| seed.parse().unwrap());
    for seed in first..first + 500 {
        let sequence = sequence(seed);
        if let Err(difference) = run(&sequence) {
            panic!("PURCHASE_ETL_TEST_SEED={seed}: {sequence:#?}\n{difference}");
        }
    }
}
