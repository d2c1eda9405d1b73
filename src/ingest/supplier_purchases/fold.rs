//! The newest state of a purchase: its states in the order of their commits come in; the one that the
//! table has goes out.
//!
//! | commit | effect |
//! |---|---|
//! | changes with the purchase | the newest version wins, see [`select_newest`] |
//! | a full snapshot with the purchase | the same, and the purchase is not missing |
//! | a full snapshot without it | it is marked as deleted, unless its state is deleted anyway |
//! | the begin of the history | its state then |

use super::select_versions::{
    Discarded, SnapshotMode, VersionCandidate, VersionContent, select_newest, sort_candidates,
};
use crate::supplier_purchase::SupplierPurchaseKey;

/// Where a state comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StatePlace {
    /// A row of a file of the table of states, by their positions.
    Stored {
        /// The file.
        file: usize,
        /// The row.
        row: u32,
    },
    /// An accepted row of the run.
    Run,
}

/// One state of a purchase in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HistoryState {
    /// The state. Its input counts in the run only, and its row orders the states of a commit.
    pub(super) candidate: VersionCandidate,
    /// Its commit.
    pub(super) order: i64,
    /// Whether it is the state that the table had when the history began, and was then marked as
    /// deleted.
    pub(super) base: Option<bool>,
    /// Position of its origin in the history, and the record of that input.
    pub(super) origin: (u32, i64),
    pub(super) place: StatePlace,
}

/// The state of a purchase that the table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoldedState<'h> {
    pub(super) state: &'h HistoryState,
    /// Whether the purchase is marked as deleted, although its state is not.
    pub(super) is_marked: bool,
}

impl FoldedState<'_> {
    /// Whether the purchase is deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.is_marked || self.state.candidate.version.is_deleted
    }

    fn content(&self) -> VersionContent {
        VersionContent {
            is_deleted: self.is_deleted(),
            ..self.state.candidate.content()
        }
    }
}

/// What the last commit did to a purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LastCommit {
    /// Versions that it did not write, by input.
    pub(super) discarded: Vec<(usize, Discarded)>,
    /// The input whose version it wrote.
    pub(super) written: Option<usize>,
    /// Whether it set or removed the mark.
    pub(super) marked: Option<bool>,
}

/// Folds the states of one purchase, which are sorted by commit and row. `snapshots` are the commits of
/// full snapshots of its company, ascending. Also returns what the commit `last` did.
pub(super) fn fold<'h>(
    states: &'h [HistoryState],
    snapshots: &[i64],
    last: i64,
) -> (Option<FoldedState<'h>>, LastCommit) {
    let mut folded: Option<FoldedState<'h>> = None;
    let mut effect = LastCommit::default();
    let mut without = snapshots.iter().copied().peekable();
    for commit in states.chunk_by(|one, other| one.order == other.order) {
        let order = commit.first().map_or(last, |state| state.order);
        while let Some(absent) = without.next_if(|snapshot| *snapshot < order) {
            mark_absent(&mut folded, absent == last, &mut effect);
        }
        let mode = match without.next_if_eq(&order) {
            Some(_) => SnapshotMode::Full,
            None => SnapshotMode::Incremental,
        };
        let of_commit = fold_commit(folded, commit, mode);
        folded = of_commit.0;
        if order == last {
            effect = of_commit.1;
        }
    }
    for absent in without {
        mark_absent(&mut folded, absent == last, &mut effect);
    }
    (folded, effect)
}

fn mark_absent(folded: &mut Option<FoldedState<'_>>, is_last: bool, effect: &mut LastCommit) {
    if let Some(folded) = folded.as_mut().filter(|folded| !folded.is_deleted()) {
        folded.is_marked = true;
        effect.marked = is_last.then_some(true).or(effect.marked);
    }
}

fn fold_commit<'h>(
    before: Option<FoldedState<'h>>,
    commit: &'h [HistoryState],
    mode: SnapshotMode,
) -> (Option<FoldedState<'h>>, LastCommit) {
    let mut effect = LastCommit::default();
    if let [
        state @ HistoryState {
            base: Some(is_marked),
            ..
        },
    ] = commit
    {
        let is_marked = *is_marked;
        return (Some(FoldedState { state, is_marked }), effect);
    }
    let mut candidates: Vec<VersionCandidate> =
        commit.iter().map(|state| state.candidate.clone()).collect();
    sort_candidates(&mut candidates);
    let stored = before.map(|folded| folded.content());
    let selection = select_newest(&candidates, mode, &|_start| stored);
    effect.discarded = selection.discarded.into_iter().collect();
    let selected = selection
        .selected
        .first()
        .and_then(|at| candidates.get(*at));
    let Some(selected) = selected else {
        let mut after = before;
        if let (Some(folded), Some(latest)) = (&mut after, candidates.last()) {
            let is_newer =
                folded.state.candidate.version.updated_at_micros > latest.version.updated_at_micros;
            let is_in_snapshot = mode == SnapshotMode::Full && !latest.version.is_deleted;
            if is_newer && is_in_snapshot && folded.is_marked {
                folded.is_marked = false;
                effect.marked = Some(false);
            }
        }
        return (after, effect);
    };
    effect.written = Some(selected.input);
    // A selected version that is there already differs in the mark only.
    if let Some(folded) = before.filter(|folded| folded.content().is_same_version_as(selected)) {
        effect.marked = Some(false);
        let is_marked = false;
        return (
            Some(FoldedState {
                is_marked,
                ..folded
            }),
            effect,
        );
    }
    let state = commit.iter().find(|state| state.candidate == *selected);
    let is_marked = false;
    (state.map(|state| FoldedState { state, is_marked }), effect)
}

/// Sorts states as [`fold`] requires, by purchase first.
pub(super) fn sort_states(states: &mut [HistoryState]) {
    states.sort_unstable_by_key(|state| {
        let VersionCandidate {
            version,
            input,
            row,
        } = &state.candidate;
        (version.key, state.order, *input, *row)
    });
}

/// The states of each purchase.
pub(super) fn by_purchase(
    states: &[HistoryState],
) -> impl Iterator<Item = (SupplierPurchaseKey, &[HistoryState])> {
    let same = |one: &HistoryState, other: &HistoryState| {
        one.candidate.version.key == other.candidate.version.key
    };
    let purchases = states.chunk_by(same);
    purchases.filter_map(|states| Some((states.first()?.candidate.version.key, states)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supplier_purchase::{RegistrationMonth, SupplierPurchaseVersion};

    /// A state of commit `order`: its time and content.
    fn state(order: i64, hour: i64, content: i64, is_deleted: bool) -> HistoryState {
        let version = SupplierPurchaseVersion {
            key: SupplierPurchaseKey {
                company_id: 7,
                id: 1,
            },
            month: RegistrationMonth::from(chrono::NaiveDate::default()),
            updated_at_micros: hour,
            version_hash: content,
            is_deleted,
        };
        let (input, row) = (0, 0);
        HistoryState {
            candidate: VersionCandidate {
                version,
                input,
                row,
            },
            order,
            base: None,
            origin: (0, order),
            place: StatePlace::Run,
        }
    }

    /// The commit of the state that the table has, and whether it is deleted.
    fn folded(states: &[HistoryState], snapshots: &[i64]) -> Option<(i64, bool)> {
        let (folded, _) = fold(states, snapshots, 9);
        folded.map(|folded| (folded.state.order, folded.is_deleted()))
    }

    #[test]
    fn the_newest_state_wins_and_of_the_same_time_the_later_commit() {
        assert_eq!(folded(&[], &[]), None);
        let states = [state(1, 10, 1, false), state(2, 9, 2, false)];
        assert_eq!(folded(&states, &[]), Some((1, false)));
        let states = [state(1, 10, 1, false), state(2, 10, 2, false)];
        assert_eq!(folded(&states, &[]), Some((2, false)));
        let again = [
            state(1, 10, 1, false),
            state(2, 10, 2, false),
            state(3, 10, 1, false),
        ];
        assert_eq!(folded(&again, &[]), Some((3, false)));
        let same = [state(1, 10, 1, false), state(2, 10, 1, false)];
        assert_eq!(folded(&same, &[]), Some((1, false)), "the same state stays");
        let deleted = [state(1, 10, 1, false), state(2, 11, 2, true)];
        assert_eq!(folded(&deleted, &[]), Some((2, true)));
    }

    #[test]
    fn a_snapshot_marks_what_it_lacks_and_unmarks_what_it_has() {
        let one = [state(2, 10, 1, false)];
        assert_eq!(folded(&one, &[1]), Some((2, false)), "it was not there yet");
        assert_eq!(folded(&one, &[3]), Some((2, true)));
        let back = [state(2, 10, 1, false), state(4, 10, 1, false)];
        assert_eq!(
            folded(&back, &[3, 4]),
            Some((2, false)),
            "the next one has it"
        );
        assert_eq!(
            folded(&back, &[3]),
            Some((2, true)),
            "an old copy does not restore it"
        );
        let older = [state(2, 10, 1, false), state(4, 9, 2, false)];
        assert_eq!(
            folded(&older, &[3, 4]),
            Some((2, false)),
            "in an older state"
        );
        let deleted = [state(2, 10, 1, true), state(4, 9, 2, false)];
        assert_eq!(
            folded(&deleted, &[3, 4]),
            Some((2, true)),
            "its own state is deleted"
        );
    }

    #[test]
    fn the_state_when_the_history_began_keeps_its_mark() {
        let base = |is_marked| HistoryState {
            base: Some(is_marked),
            ..state(1, 10, 1, false)
        };
        assert_eq!(folded(&[base(true)], &[]), Some((1, true)));
        assert_eq!(folded(&[base(false)], &[]), Some((1, false)));
        let states = [base(true), state(2, 10, 1, false)];
        assert_eq!(folded(&states, &[2]), Some((1, false)));
    }

    #[test]
    fn the_effect_of_the_last_commit_is_reported() {
        let of = |states: &[HistoryState], snapshots: &[i64]| fold(states, snapshots, 9).1;
        let written = of(&[state(1, 9, 1, false), state(9, 10, 2, false)], &[]);
        assert_eq!(written.written, Some(0));
        let superseded = of(&[state(1, 10, 1, false), state(9, 9, 2, false)], &[]);
        let (duplicate, superseded_one) = (0, 1);
        let expected = Discarded {
            duplicate,
            superseded: superseded_one,
        };
        assert_eq!(superseded.discarded, [(0, expected)]);
        assert_eq!(of(&[state(1, 10, 1, false)], &[9]).marked, Some(true));
        let back = [state(1, 10, 1, false), state(9, 10, 1, false)];
        assert_eq!(of(&back, &[2, 9]).marked, Some(false));
        assert_eq!(of(&back, &[2]).marked, None);
    }
}
