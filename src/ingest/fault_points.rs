//! Every writer of purchases, stopped at each of its mutating calls of the store: readers
//! see the old content or the new one, and the same command completes the work.

use super::testing::{
    Dump, FaultRuns, LakeContent, LakeReaders, SecondFaults, TestLake, Writer, supplier_dump,
};
use super::{ChangedInput, RunError};
use crate::storage::error_text;

const READERS: LakeReaders = LakeReaders {
    facts: |lake| lake.content().facts(),
    verify: TestLake::verify,
};

fn one() -> Dump {
    Dump::of(&[("p1", 1), ("p2", 2), ("p3", 1)], &["x1"])
}

fn corrected() -> Dump {
    Dump::of(&[("p1", 1), ("p4", 3)], &["x2"])
}

fn other() -> Dump {
    Dump::of(&[("q1", 1), ("q2", 2)], &["y1"])
}

fn ingest(lake: &TestLake, names: &[&str], changed: ChangedInput) -> Result<(), String> {
    described(lake.ingest(names, changed))
}

fn described<T>(ended: Result<T, RunError>) -> Result<(), String> {
    ended.map(drop).map_err(|error| error_text(&error))
}

const WRITERS: [Writer; 13] = [
    Writer {
        name: "append",
        before: |lake| lake.write("a", &one().text()),
        write: |lake| ingest(lake, &["a"], ChangedInput::Refuse),
    },
    Writer {
        name: "append beside another",
        before: |lake| {
            lake.write("a", &one().text());
            lake.write("b", &other().text());
            ingest(lake, &["b"], ChangedInput::Refuse).unwrap();
        },
        write: |lake| ingest(lake, &["a", "b"], ChangedInput::Refuse),
    },
    Writer {
        name: "replace",
        before: |lake| {
            lake.write("a", &one().text());
            lake.write("b", &other().text());
            ingest(lake, &["a", "b"], ChangedInput::Refuse).unwrap();
            lake.write("a", &corrected().text());
        },
        write: |lake| ingest(lake, &["a"], ChangedInput::Replace),
    },
    Writer {
        name: "replace a content that a copy keeps",
        before: |lake| {
            lake.write("a", &one().text());
            lake.write("c", &one().text());
            ingest(lake, &["a", "c"], ChangedInput::Refuse).unwrap();
            lake.write("a", &corrected().text());
        },
        write: |lake| ingest(lake, &["a"], ChangedInput::Replace),
    },
    Writer {
        name: "replace by a content of another path",
        before: |lake| {
            lake.write("a", &one().text());
            lake.write("b", &other().text());
            ingest(lake, &["a", "b"], ChangedInput::Refuse).unwrap();
            lake.write("a", &other().text());
        },
        write: |lake| ingest(lake, &["a"], ChangedInput::Replace),
    },
    Writer {
        name: "read with other settings",
        before: |lake| {
            lake.write("a", &one().text());
            ingest(lake, &["a"], ChangedInput::Refuse).unwrap();
        },
        write: |lake| {
            let of_process = lake.reopened();
            let replace = ChangedInput::Replace;
            let ended = lake.ingest_into(&of_process, &["a"], replace, "Sao_Paulo");
            described(ended)
        },
    },
    Writer {
        name: "remove",
        before: |lake| {
            lake.write("a", &one().text());
            lake.write("b", &other().text());
            ingest(lake, &["a", "b"], ChangedInput::Refuse).unwrap();
        },
        write: |lake| described(lake.remove("a")),
    },
    Writer {
        name: "fold states",
        before: |lake| {
            lake.write("s", &supplier_dump(&[(1, 9), (2, 9)]));
            lake.ingest_suppliers(&["s"], None).unwrap();
            lake.write("s", &supplier_dump(&[(1, 10), (2, 8), (3, 9)]));
        },
        write: |lake| described(lake.ingest_suppliers(&["s"], None)),
    },
    Writer {
        name: "apply a full snapshot",
        before: |lake| {
            lake.write("s", &supplier_dump(&[(1, 9), (2, 9)]));
            lake.write("t", &supplier_dump(&[(2, 9), (3, 9)]));
            lake.ingest_suppliers(&["s"], Some(1)).unwrap();
        },
        write: |lake| described(lake.ingest_suppliers(&["t"], Some(2))),
    },
    Writer {
        name: "replace states",
        before: |lake| {
            lake.write("s", &supplier_dump(&[(1, 9), (2, 11)]));
            lake.write("t", &supplier_dump(&[(2, 10), (3, 9)]));
            lake.ingest_suppliers(&["s"], None).unwrap();
            lake.ingest_suppliers(&["t"], None).unwrap();
            lake.write("s", &supplier_dump(&[(1, 8), (4, 9)]));
        },
        write: |lake| described(lake.ingest_suppliers_with(&["s"], None, ChangedInput::Replace)),
    },
    Writer {
        name: "replace a full snapshot",
        before: |lake| {
            lake.write("t", &supplier_dump(&[(2, 10), (3, 9)]));
            lake.ingest_suppliers(&["t"], None).unwrap();
            lake.write("s", &supplier_dump(&[(1, 9)]));
            lake.ingest_suppliers(&["s"], Some(1)).unwrap();
            lake.write("s", &supplier_dump(&[(1, 9), (3, 9)]));
        },
        write: |lake| described(lake.ingest_suppliers_with(&["s"], Some(1), ChangedInput::Replace)),
    },
    Writer {
        name: "remove states",
        before: |lake| {
            lake.write("s", &supplier_dump(&[(1, 9), (2, 11)]));
            lake.write("t", &supplier_dump(&[(2, 10), (3, 9)]));
            lake.ingest_suppliers(&["s"], None).unwrap();
            lake.ingest_suppliers(&["t"], None).unwrap();
        },
        write: |lake| described(lake.remove_suppliers("s")),
    },
    Writer {
        name: "remove a full snapshot",
        before: |lake| {
            lake.write("t", &supplier_dump(&[(2, 10), (3, 9)]));
            lake.ingest_suppliers(&["t"], None).unwrap();
            lake.write("s", &supplier_dump(&[(1, 9)]));
            lake.ingest_suppliers(&["s"], Some(1)).unwrap();
        },
        write: |lake| described(lake.remove_suppliers("s")),
    },
];

/// The content after the writer, without a fault.
fn content_after(writer: &Writer) -> LakeContent {
    let lake = TestLake::new();
    (writer.before)(&lake);
    (writer.write)(&lake).unwrap();
    lake.content()
}

#[test]
fn a_writer_that_is_stopped_at_any_call_is_completed_by_the_same_command() {
    for writer in &WRITERS {
        let runs = FaultRuns::new(writer, READERS).unwrap();
        let faults = runs.single_faults().unwrap();
        assert!(faults >= 16, "{}: only {faults} faults", writer.name);
        println!("{}: {faults} faults", writer.name);
    }
}

/// Pairs of faults of a writer by its name.
fn pairs_of(name: &str) {
    let writer = WRITERS.iter().find(|writer| writer.name == name).unwrap();
    let runs = FaultRuns::new(writer, READERS).unwrap();
    let seconds = SecondFaults::of_environment();
    println!("{name}: {seconds:?}");
    let pairs = runs.pairs_of_faults(seconds).unwrap();
    assert!(pairs >= 20, "{name}: only {pairs} pairs");
    println!("{name}: {pairs} pairs");
}

#[test]
fn a_replacement_that_is_stopped_twice_is_completed() {
    pairs_of("replace");
}

#[test]
fn a_removal_that_is_stopped_twice_is_completed() {
    pairs_of("remove");
}

#[test]
fn an_upsert_that_is_stopped_twice_is_completed() {
    pairs_of("fold states");
}

#[test]
fn a_full_snapshot_that_is_stopped_twice_is_completed() {
    pairs_of("apply a full snapshot");
}

#[test]
fn a_replacement_of_states_that_is_stopped_twice_is_completed() {
    pairs_of("replace a full snapshot");
}

#[test]
fn a_removal_of_states_that_is_stopped_twice_is_completed() {
    pairs_of("remove states");
}

#[test]
fn the_writers_do_what_they_are_called() {
    let rows = |products: &[&str]| products.iter().map(ToString::to_string).collect::<Vec<_>>();
    let of = |name: &str| {
        let writer = WRITERS.iter().find(|writer| writer.name == name);
        content_after(writer.unwrap())
    };
    let replaced = of("replace");
    assert_eq!(replaced.rows["a"], rows(&["p1", "p4"]));
    assert_eq!(replaced.rows["b"], rows(&["q1", "q2"]));
    assert_eq!(
        replaced.rejects["a"],
        rows(&[&super::testing::bad_record("x2")])
    );
    let state = |path: &str, state: &str, read| (path.to_owned(), state.to_owned(), read);
    let expected = [
        state("a", "current", 3),
        state("a", "replaced", 4),
        state("b", "current", 3),
    ];
    assert_eq!(replaced.inputs, expected);
    let kept = of("replace a content that a copy keeps");
    assert_eq!(kept.rows["a"], rows(&["p1", "p4"]));
    assert_eq!(kept.rows["c"], rows(&["p1", "p2", "p3"]));
    assert_eq!(
        kept.rejects["c"],
        rows(&[&super::testing::bad_record("x1")])
    );
    let expected = [
        state("a", "current", 3),
        state("a", "replaced", 4),
        state("c", "current", 4),
    ];
    assert_eq!(kept.inputs, expected);
    let shared = of("replace by a content of another path");
    assert_eq!(shared.rows.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(shared.rejects.keys().collect::<Vec<_>>(), ["b"]);
    let folded = of("fold states");
    let states = ["7 1 10a false s", "7 2 9a false s", "7 3 9a false s"];
    assert_eq!(folded.suppliers, states);
    let snapshot = of("apply a full snapshot");
    let states = ["7 1 9a true s", "7 2 9a false s", "7 3 9a false t"];
    assert_eq!(snapshot.suppliers, states);
    let replaced = of("replace states");
    let states = [
        "7 1 8a false s",
        "7 2 10a false t",
        "7 3 9a false t",
        "7 4 9a false s",
    ];
    assert_eq!(replaced.suppliers, states);
    let replaced = of("replace a full snapshot");
    let states = ["7 1 9a false s", "7 2 10a true t", "7 3 9a false t"];
    assert_eq!(replaced.suppliers, states);
    let states = ["7 2 10a false t", "7 3 9a false t"];
    assert_eq!(of("remove states").suppliers, states);
    assert_eq!(of("remove a full snapshot").suppliers, states);
    let removed = of("remove");
    assert_eq!(removed.rows.keys().collect::<Vec<_>>(), ["b"]);
    let expected = [state("a", "removed", 4), state("b", "current", 3)];
    assert_eq!(removed.inputs, expected);
}
