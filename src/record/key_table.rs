//! The fields by their keys: a hash table that is made at compile time, because every key of every
//! record is looked up.

/// A hash table of `SLOTS` places with linear probing. A key can be in it more than
/// once, for example as a member of several objects.
#[derive(Debug)]
pub struct KeyTable<F: 'static, const SLOTS: usize> {
    slots: [Option<KeySlot<F>>; SLOTS],
}

#[derive(Clone, Copy, Debug)]
struct KeySlot<F> {
    key: &'static str,
    ends: KeyEnds,
    field: F,
}

/// The first and the last bytes of a key: all of a key of at most [`KeyEnds::LONGEST_WHOLE`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeyEnds {
    first: u64,
    last: u64,
}

impl<F: Copy, const SLOTS: usize> KeyTable<F, SLOTS> {
    /// An empty table.
    pub const fn empty() -> Self {
        Self {
            slots: [None; SLOTS],
        }
    }

    /// Adds a key.
    ///
    /// # Panics
    /// At compile time, if the table is full but for one slot, at which the search for an unknown key
    /// ends, or has a long key with the same ends.
    pub const fn insert(&mut self, key: &'static str, field: F) {
        let ends = KeyEnds::of(key.as_bytes());
        let mut at = ends.hash() % SLOTS;
        let mut tried = 1;
        while let Some(other) = &self.slots[at] {
            let same_ends = other.ends.first == ends.first && other.ends.last == ends.last;
            assert!(key.len() <= KeyEnds::LONGEST_WHOLE || !same_ends);
            at = (at + 1) % SLOTS;
            tried += 1;
            assert!(tried < SLOTS, "the table needs more slots");
        }
        self.slots[at] = Some(KeySlot { key, ends, field });
    }

    /// The first field with this key that fits.
    #[inline]
    pub fn find(&self, key: &str, fits: impl Fn(F) -> bool) -> Option<F> {
        let ends = KeyEnds::of(key.as_bytes());
        let mut at = ends.hash() % SLOTS;
        while let Some(slot) = &self.slots[at] {
            if slot.key.len() == key.len() && slot.ends == ends && fits(slot.field) {
                let is_same = key.len() <= KeyEnds::LONGEST_WHOLE || slot.key == key;
                return is_same.then_some(slot.field);
            }
            at = (at + 1) % SLOTS;
        }
        None
    }
}

impl KeyEnds {
    const LONGEST_WHOLE: usize = 16;

    #[inline]
    const fn of(key: &[u8]) -> Self {
        if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            return Self {
                first: u64::from_le_bytes(*first),
                last: u64::from_le_bytes(*last),
            };
        }
        if let (Some(&[a, b, c, d]), Some(&[e, f, g, h])) = (key.first_chunk(), key.last_chunk()) {
            return Self {
                first: u64::from_le_bytes([a, b, c, d, 0, 0, 0, 0]),
                last: u64::from_le_bytes([e, f, g, h, 0, 0, 0, 0]),
            };
        }
        let [a, b, c] = match *key {
            [a, b, c] => [a, b, c],
            [a, b] => [a, b, 0],
            [a] => [a, 0, 0],
            _ => [0; 3],
        };
        Self {
            first: u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]),
            last: 0,
        }
    }

    #[inline]
    const fn hash(self) -> usize {
        /// 2^64 divided by the golden ratio (Fibonacci hashing).
        const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
        let bits = self.first ^ self.last.rotate_left(11);
        // The upper bits depend on all others.
        (bits.wrapping_mul(MULTIPLIER) >> 56) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 8] = [
        "",
        "id",
        "time",
        "price",
        "currency",
        "product_id",
        "amount",
        "_update_existing_only",
    ];

    static TABLE: KeyTable<usize, 16> = {
        let mut table = KeyTable::empty();
        let mut at = 0;
        while at < KEYS.len() {
            table.insert(KEYS[at], at);
            at += 1;
        }
        table.insert("id", 100);
        table
    };

    #[test]
    fn a_key_is_found_and_a_similar_one_is_not() {
        for (at, key) in KEYS.into_iter().enumerate() {
            assert_eq!(TABLE.find(key, |_| true), Some(at), "{key}");
            assert_eq!(TABLE.find(&format!("{key}s"), |_| true), None);
            for position in 0..key.len() {
                let mut similar = key.as_bytes().to_vec();
                similar[position] ^= 1;
                let similar = String::from_utf8(similar).unwrap();
                assert_eq!(TABLE.find(&similar, |_| true), None, "{similar}");
                let shorter = &key[..position];
                let known = KEYS.iter().position(|key| *key == shorter);
                assert_eq!(TABLE.find(shorter, |_| true), known, "{shorter}");
            }
        }
    }

    #[test]
    fn of_equal_keys_the_first_that_fits_is_found() {
        assert_eq!(TABLE.find("id", |_| true), Some(1));
        assert_eq!(TABLE.find("id", |at| at > 1), Some(100));
        assert_eq!(TABLE.find("id", |at| at > 100), None);
    }
}
