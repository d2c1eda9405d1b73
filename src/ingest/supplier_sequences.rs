//! Sequences of ingests, full snapshots, corrections, copies, removals, restores and compactions of a
//! few dumps of supplier purchases, compared with a plain model.

use std::collections::BTreeMap;

use super::ChangedInput;
use super::testing::{LakeContent, Numbers, TestLake, TestState, bad_supplier_record, state_dump};

mod model;

use model::{Content, SupplierModel};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// One step of a sequence.
#[derive(Clone, Debug)]
enum SupplierStep {
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

/// A sequence: the contents that files may have, the last of them empty, and the steps.
#[derive(Clone, Debug)]
struct Sequence {
    contents: Vec<Content>,
    steps: Vec<SupplierStep>,
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
    let mut steps = vec![SupplierStep::Write("a", numbers.below(6))];
    for at in 1..4 + numbers.below(9) {
        steps.push(match numbers.below(20) {
            0..=5 => SupplierStep::Write(numbers.pick(&NAMES), numbers.below(6)),
            6..=13 => {
                let mut names: Vec<&str> = NAMES.to_vec();
                names.retain(|_| numbers.below(3) > 0);
                let policies = [
                    ChangedInput::Refuse,
                    ChangedInput::Append,
                    ChangedInput::Replace,
                    ChangedInput::Replace,
                ];
                SupplierStep::Ingest(names, numbers.below(3) == 0, numbers.pick(&policies))
            }
            14..=16 => SupplierStep::Remove(numbers.pick(&NAMES)),
            17..=18 => SupplierStep::Compact,
            _ => SupplierStep::Restore(numbers.below(at)),
        });
    }
    // Equal contents are one content.
    for step in &mut steps {
        if let SupplierStep::Write(_, content) = step {
            let written = &contents[*content];
            *content = contents.iter().position(|other| other == written).unwrap();
        }
    }
    Sequence { contents, steps }
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

/// The states of purchases, and whether each is deleted.
pub(crate) type Purchases = Vec<(TestState, bool)>;

/// Runs the sequence of a seed; returns the lake, and the purchases that it should have, in the order
/// of their companies and ids.
pub(crate) fn lake_of(seed: u64) -> (TestLake, Purchases) {
    let sequence = sequence(seed);
    match run(&sequence) {
        Ok((lake, model)) => (lake, model.states(&sequence.contents)),
        Err(difference) => panic!("PURCHASE_ETL_TEST_SEED={seed}: {sequence:#?}\n{difference}"),
    }
}

fn run(Sequence { contents, steps }: &Sequence) -> Result<(TestLake, SupplierModel), String> {
    let lake = TestLake::new();
    let mut files: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut model = SupplierModel::default();
    let mut history = Vec::new();
    let mut day = 0;
    for (at, step) in steps.iter().enumerate() {
        match step {
            SupplierStep::Write(name, content) => {
                let (states, is_bad) = &contents[*content];
                let bad = bad_supplier_record(&content.to_string()) + "\n";
                let bad = if *is_bad { bad.as_str() } else { "" };
                lake.write(name, &(state_dump(states) + bad));
                files.insert(name, *content);
            }
            SupplierStep::Ingest(names, is_snapshot, policy) => {
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
            SupplierStep::Remove(name) => {
                let ended = lake.remove_suppliers(name);
                ended.map_err(|error| format!("step {at}: {error}"))?;
                let is_out = |at: &usize| {
                    let row = &model.rows[*at];
                    row.state == "current" && row.path == *name
                };
                let outgoing: Vec<usize> = (0..model.rows.len()).filter(is_out).collect();
                model.take_out(&outgoing, "removed", contents);
            }
            SupplierStep::Compact => lake.compact(),
            SupplierStep::Restore(to) => {
                let (versions, then): &(Vec<Option<i64>>, SupplierModel) = &history[*to];
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
    lake.verify()?;
    Ok((lake, model))
}

#[test]
fn any_sequence_of_supplier_dumps_gives_the_tables_of_a_plain_model() {
    let first = Numbers::first_seed();
    for seed in first..first + 500 {
        lake_of(seed);
    }
}
