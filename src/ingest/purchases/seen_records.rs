//! Counts exact repeats of records by their fingerprints.
//!
//! Only the records of accepted inputs are compared with later ones, so that the order of the
//! inputs does not change the counts of a run.

/// Fingerprints kept of all accepted inputs, and as many of the open one: an exact repeat is found
/// if fewer than about this many records are between the two. Fixed, so that memory does not grow
/// with the input (8 MiB each, the first from the second input on).
const MAX_FINGERPRINTS: usize = 1 << 20;

/// Slots of a set (associativity). With one slot, collisions would evict records early; eight are
/// a cache line.
const WAYS: usize = 8;

/// The newest first; 0 is an empty slot.
type FingerprintSet = [u64; WAYS];

/// The fingerprints of the run so far.
#[derive(Debug, Default)]
pub(super) struct SeenRecords {
    /// Of the accepted inputs; empty as long as there are none.
    accepted: Vec<FingerprintSet>,
    /// Of the open input.
    open: Vec<FingerprintSet>,
    /// The sets of `open` that are not empty.
    touched: Vec<usize>,
}

impl SeenRecords {
    /// Adds records of the open input; returns how many of them are repeats.
    pub(super) fn count_repeats(&mut self, fingerprints: &[u64]) -> u64 {
        if self.open.is_empty() && !fingerprints.is_empty() {
            self.open = vec![FingerprintSet::default(); MAX_FINGERPRINTS / WAYS];
        }
        let mut repeats = 0;
        for &fingerprint in fingerprints {
            // 0 marks an empty slot.
            let fingerprint = fingerprint.max(1);
            let at = set_of(fingerprint);
            let Some(open) = self.open.get_mut(at) else {
                continue;
            };
            // Each access loads a cache line: avoid it while there are no accepted inputs.
            let accepted = self.accepted.get(at);
            let is_known = open.contains(&fingerprint)
                || accepted.is_some_and(|accepted| accepted.contains(&fingerprint));
            if is_known {
                repeats += 1;
                continue;
            }
            if *open == FingerprintSet::default() {
                self.touched.push(at);
            }
            insert_newest(open, fingerprint);
        }
        repeats
    }

    /// Accepts the open input.
    pub(super) fn accept_open(&mut self) {
        if self.accepted.is_empty() {
            self.accepted = std::mem::take(&mut self.open);
            self.touched.clear();
            return;
        }
        for at in self.touched.drain(..) {
            let (Some(accepted), Some(open)) = (self.accepted.get_mut(at), self.open.get_mut(at))
            else {
                continue;
            };
            let young_last = std::mem::take(open).into_iter().rev();
            for fingerprint in young_last.filter(|&fingerprint| fingerprint != 0) {
                insert_newest(accepted, fingerprint);
            }
        }
    }

    /// Discards the open input: it is refused or read again.
    pub(super) fn discard_open(&mut self) {
        for at in self.touched.drain(..) {
            if let Some(open) = self.open.get_mut(at) {
                *open = FingerprintSet::default();
            }
        }
    }

    /// Discards the accepted inputs: some are read again.
    pub(super) fn reset(&mut self) {
        self.accepted = Vec::new();
    }
}

/// The index of the set, by the low bits; the whole value is compared.
fn set_of(fingerprint: u64) -> usize {
    usize::try_from(fingerprint % (MAX_FINGERPRINTS / WAYS) as u64).unwrap_or(0)
}

/// Inserts a fingerprint and evicts the oldest one.
fn insert_newest(set: &mut FingerprintSet, fingerprint: u64) {
    set.rotate_right(1);
    set[0] = fingerprint;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeats of a run: inputs with their records, and whether they are accepted.
    fn repeats(inputs: &[(&[u64], bool)]) -> u64 {
        let (mut seen, mut repeats) = (SeenRecords::default(), 0);
        for (records, is_kept) in inputs {
            let found = seen.count_repeats(records);
            if *is_kept {
                repeats += found;
                seen.accept_open();
            } else {
                seen.discard_open();
            }
        }
        repeats
    }

    #[test]
    fn a_refused_input_neither_forgets_nor_adds_a_record_in_whichever_order() {
        let inputs: [(&[u64], bool); 3] = [(&[1, 2], true), (&[3, 2], true), (&[1, 3, 4], false)];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            // Of the accepted inputs only record 2 is repeated.
            assert_eq!(repeats(&order.map(|at| inputs[at])), 1, "{order:?}");
        }
        assert_eq!(repeats(&[(&[1, 1, 1], true)]), 2, "within one input");
        assert_eq!(repeats(&[(&[0, 0], true), (&[0], true)]), 2, "any value");
    }

    #[test]
    fn records_of_one_set_are_remembered_until_there_are_too_many() {
        let sets = (MAX_FINGERPRINTS / WAYS) as u64;
        let alike = |from: u64, to: u64| (from..to).map(|at| at * sets + 5).collect::<Vec<_>>();
        let ways = WAYS as u64;
        let (few, one_more) = (alike(1, ways + 1), alike(ways + 1, ways + 2));
        assert_eq!(repeats(&[(&few, true), (&few, true)]), ways);
        let first = &few[..1];
        assert_eq!(
            repeats(&[(&few, true), (&one_more, true), (first, true)]),
            0,
            "the oldest one is evicted"
        );
    }
}
