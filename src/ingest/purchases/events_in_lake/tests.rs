use std::fmt::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, ThreadId};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use tempfile::TempDir;

use super::*;
use crate::ingest::counters::InputCounters;
use crate::ingest::options::{IngestOptions, IngestOutcome};
use crate::ingest::purchases::append::ingest_into;
use crate::ingest::purchases::cross_chunk::PurchaseCrossChunkState;
use crate::ingest::purchases::{PurchaseDay, Purchases};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::validate::fixture::TestReader;
use crate::ingest::{ChangedInput, Progress, ReadingSettings, RunError, RunSettings};
use crate::input::discover;
use crate::purchase::PurchaseValidator;
use crate::purchase::columns::DayRows;
use crate::storage::{StoreSettings, Stores};

/// Days since 1970 of 2026-10-01.
const DAY: i32 = 20_727;

/// A source with known ids that notes each read, and may wait for a signal or fail.
#[derive(Debug, Default)]
struct StubSource {
    known: Mutex<Vec<String>>,
    reads: Mutex<Vec<(i32, ThreadId)>>,
    /// Reading [`DAY`] announces itself and waits.
    gate: Option<Mutex<(Sender<()>, Receiver<()>)>>,
    fails: Mutex<bool>,
}

impl EventSource for StubSource {
    fn event_ids(&self, day: i32, _without: Option<&str>) -> Result<EventIds, LakeError> {
        locked(&self.reads).push((day, thread::current().id()));
        if let Some(gate) = self.gate.as_ref().filter(|_| day == DAY) {
            let gate = locked(gate);
            gate.0.send(()).unwrap();
            gate.1.recv().unwrap();
        }
        if std::mem::take(&mut *locked(&self.fails)) {
            let (table, lake) = ("purchases".to_owned(), "lake".to_owned());
            return Err(LakeError::NoTable { table, lake });
        }
        Ok(locked(&self.known)
            .iter()
            .map(|id| event_fingerprint(id))
            .collect())
    }
}

impl StubSource {
    fn knows(known: impl IntoIterator<Item = String>) -> Self {
        Self {
            known: Mutex::new(known.into_iter().collect()),
            ..Self::default()
        }
    }

    fn days_read(&self) -> Vec<i32> {
        let mut days: Vec<i32> = locked(&self.reads).iter().map(|(day, _)| *day).collect();
        days.sort_unstable();
        days
    }
}

fn shared(source: StubSource) -> (Arc<StubSource>, EventsInLake) {
    let source = Arc::new(source);
    let events = EventsInLake::new(Arc::clone(&source) as _);
    (source, events)
}

#[test]
fn two_workers_read_a_day_once_and_do_not_block_another_day() {
    let (announce, announced) = channel();
    let (open, opened) = channel();
    let (source, events) = shared(StubSource {
        gate: Some(Mutex::new((announce, opened))),
        ..StubSource::knows(["a".to_owned()])
    });
    let events = &events;
    thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(|| events.of_day(DAY).unwrap()));
        announced.recv().unwrap();
        assert_eq!(events.of_day(DAY + 1).unwrap().len(), 1, "not blocked");
        open.send(()).unwrap();
        let [one, other] = workers.map(|worker| worker.join().unwrap());
        assert!(Arc::ptr_eq(&one, &other), "in memory once");
    });
    assert_eq!(source.days_read(), [DAY, DAY + 1]);
    events.forget();
    open.send(()).unwrap();
    events.of_day(DAY).unwrap();
    assert_eq!(source.days_read(), [DAY, DAY, DAY + 1], "read again");
}

#[test]
fn a_day_that_could_not_be_read_is_an_error_and_is_not_kept() {
    let (source, events) = shared(StubSource::knows(["a".to_owned()]));
    *locked(&source.fails) = true;
    assert!(matches!(events.of_day(DAY), Err(LakeError::NoTable { .. })));
    assert_eq!(events.of_day(DAY).unwrap().len(), 1);
}

fn chunk(ids: &[&str]) -> PurchaseRows {
    let column: ArrayRef = Arc::new(StringArray::from(ids.to_vec()));
    let batch = RecordBatch::try_from_iter([("event_id", column)]).unwrap();
    PurchaseRows {
        days: vec![PurchaseDay::new(DayRows { day: DAY, batch })],
        ..PurchaseRows::default()
    }
}

#[test]
fn after_a_conflict_chunks_are_compared_with_the_lake_as_it_is_then() {
    let (source, events) = shared(StubSource::knows(["a".to_owned()]));
    let mut kind = Purchases::new(PurchaseValidator::new(TestReader::new().rules));
    kind.events_in_lake = Some(Arc::new(events));
    let mut state = PurchaseCrossChunkState::default();
    let accepted = |state: &mut PurchaseCrossChunkState, mut rows: PurchaseRows| {
        let mut counters = InputCounters::default();
        counters.counts.accepted = 3;
        state.update(&kind, &mut rows, &mut counters).unwrap();
        state.accept_open();
        let left = rows.days[0].rows.batch.num_rows() as u64;
        assert_eq!(left, 3 - rows.duplicates);
        counters.counts.accepted
    };
    let mut before = chunk(&["a", "b", "c"]);
    kind.drop_known(&mut before).unwrap();
    let mut in_flight = chunk(&["b", "d", "e"]);
    kind.drop_known(&mut in_flight).unwrap();
    assert_eq!(accepted(&mut state, before), 2, "the lake has a");

    // Another process has committed d; the input with b and c is read again.
    locked(&source.known).push("d".to_owned());
    state.read_again(&[0], &kind);
    assert_eq!(
        accepted(&mut state, in_flight),
        2,
        "the lake has d, and b is new again"
    );
    let mut again = chunk(&["a", "b", "c"]);
    kind.drop_known(&mut again).unwrap();
    assert_eq!(accepted(&mut state, again), 1, "the run has b by then");
    assert_eq!(source.days_read(), [DAY, DAY], "once before and once after");
}

/// A line for each event: its id, and its day after [`DAY`].
fn lines(events: impl IntoIterator<Item = (String, i32)>) -> String {
    let mut text = String::new();
    for (id, day) in events {
        let time = i64::from(DAY + day) * 86_400 + 60;
        let fields = r#""external_user_id":"u","product_id":"p","price":1,"currency":"BRL""#;
        writeln!(text, r#"{{"id":"{id}","time":{time},{fields}}}"#).unwrap();
    }
    text
}

fn ingest_folder(
    folder: &TempDir,
    dumps: &Path,
    source: Arc<StubSource>,
) -> Result<IngestOutcome, RunError> {
    let stores = Stores::new(StoreSettings::default()).unwrap();
    let lake = folder.path().join("lake");
    let lake = Lake::at(lake.to_str().unwrap(), &stores).unwrap();
    let inputs = discover(&[dumps.to_str().unwrap().to_owned()], &stores, None).unwrap();
    // A chunk of a few events: one file is of many chunks, the others are read in a bundle.
    let reader = TestReader::new().chunk_bytes(8 << 10);
    let options = IngestOptions {
        run: RunSettings {
            run_id: "run".to_owned(),
            reader: reader.options,
            kind: Purchases::new(PurchaseValidator::new(reader.rules)),
            severities: None,
            with_texts: false,
            max_records: None,
            threads: 2,
        },
        reject_limit: 0.0,
        listed: Arc::default(),
        changed_input: ChangedInput::Append,
        reading_settings: ReadingSettings::default(),
        max_partitions: 10,
        now_micros: 0,
        default_timezone: chrono_tz::Tz::UTC,
    };
    let progress = Progress::default();
    ingest_into(&lake, source, &inputs.inputs, &options, &progress).map_err(|failure| failure.error)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the inputs of a test need not survive a crash"
)]
fn dumps(folder: &TempDir) -> std::path::PathBuf {
    let dumps = folder.path().join("dumps");
    std::fs::create_dir(&dumps).unwrap();
    let large = (0..1000).map(|event| (format!("e{event}"), event % 3));
    std::fs::write(dumps.join("a.ndjson"), lines(large)).unwrap();
    for file in 0..4 {
        let small = (0..3).map(|day| (format!("s{file}"), day)).take(1 + file);
        std::fs::write(dumps.join(format!("b{file}.ndjson")), lines(small)).unwrap();
    }
    let without_id = lines([(String::new(), 5)]);
    std::fs::write(dumps.join("c.ndjson"), without_id).unwrap();
    dumps
}

#[test]
fn a_run_reads_each_day_once_and_never_on_the_collecting_thread() {
    let folder = tempfile::tempdir().unwrap();
    let known = (0..1000).step_by(2).map(|event| format!("e{event}"));
    let source = Arc::new(StubSource::knows(known.chain(["s0".to_owned()])));
    let ingested = ingest_folder(&folder, &dumps(&folder), Arc::clone(&source)).unwrap();
    let counts = ingested.counters.counts;
    // The small files repeat `s1`, `s2` and `s3` once, twice and twice.
    assert_eq!((counts.read, counts.accepted), (1010, 504), "{counts:?}");
    assert_eq!(counts.duplicate, 506);
    assert_eq!(source.days_read(), [DAY, DAY + 1, DAY + 2]);
    let collecting = thread::current().id();
    let reads = locked(&source.reads);
    assert!(reads.iter().all(|(_, thread)| *thread != collecting));
}

#[test]
fn a_lake_that_cannot_be_read_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(StubSource::default());
    *locked(&source.fails) = true;
    let failed = ingest_folder(&folder, &dumps(&folder), source);
    assert!(matches!(failed, Err(RunError::Lake(_))), "{failed:?}");
}
