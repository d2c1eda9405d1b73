//! The life of one purchase over the dumps: its number comes in, the versions that each dump lists of it come out.

use super::oddity::Oddity;
use super::version::{DAY, Moment, SECOND, Version};
use crate::rng::Rng;

/// Days between two dumps.
const WEEK: i64 = 7;

/// What holds for every purchase.
#[derive(Clone, Copy, Debug)]
pub(super) struct DumpScenario {
    pub(super) seed: u64,
    /// First day of registration of what the first dump has, in days since 1970-01-01.
    pub(super) first_day: i64,
    pub(super) days: i64,
    pub(super) dumps: u32,
    pub(super) companies: u64,
    pub(super) suppliers: u64,
    pub(super) warn_ppm: u32,
    pub(super) ties_ppm: u32,
}

impl DumpScenario {
    /// When a dump was taken: mornings, a week apart, the first one after the last day of the window.
    fn taken(&self, dump: u32) -> i64 {
        (self.first_day + self.days + WEEK * i64::from(dump)) * DAY + 9 * 3600 * SECOND
    }

    /// The company (counted from 0) and the id of a purchase. Ids of companies collide, as those of real ones may.
    pub(super) fn identity(&self, purchase: u64) -> (usize, u64) {
        let company = usize::try_from(purchase % self.companies).expect("at most a thousand");
        (company, 1000 + purchase / self.companies)
    }
}

/// One purchase, dump after dump.
#[derive(Debug)]
pub(super) struct PurchaseHistory<'a> {
    scenario: &'a DumpScenario,
    rng: Rng,
    id: u64,
    first_dump: u32,
    current: Option<Version>,
    older: Option<Version>,
    is_removed: bool,
}

impl<'a> PurchaseHistory<'a> {
    /// The purchase of a number, before the first dump.
    pub(super) fn new(scenario: &'a DumpScenario, purchase: u64) -> Self {
        let mut rng = Rng::for_row(scenario.seed, purchase);
        let late = scenario.dumps > 1 && rng.chance(8);
        let first_dump = if late {
            1 + rng.below(u64::from(scenario.dumps) - 1)
        } else {
            0
        };
        Self {
            scenario,
            rng,
            id: scenario.identity(purchase).1,
            first_dump: u32::try_from(first_dump).expect("less than the number of dumps"),
            current: None,
            older: None,
            is_removed: false,
        }
    }

    /// The versions that a dump lists, in their order. Ask for the dumps one after the other.
    pub(super) fn listed(&mut self, dump: u32) -> [Option<Version>; 2] {
        if dump < self.first_dump || self.is_removed {
            return [None, None];
        }
        let Some(current) = self.current else {
            return [Some(self.begin(dump)), None];
        };
        match self.rng.below(100) {
            0..=59 if self.rng.chance_ppm(self.scenario.ties_ppm) => {
                let mut altered = current;
                altered.alter();
                [Some(self.keep(altered)), None]
            }
            0..=59 => [Some(current), None],
            60..=81 => [Some(self.update(dump, 0, 2, Version::change)), None],
            82..=86 => {
                let deleted = self.rng.chance(70);
                let flip = |version: &mut Version, _: &mut Rng| {
                    version.deleted = match version.deleted {
                        None => Some(deleted),
                        Some(_) => None,
                    };
                };
                [Some(self.update(dump, 0, 2, flip)), None]
            }
            87..=90 => [Some(self.stale(current)), None],
            91..=93 => {
                let first = self.update(dump, 0, 1, Version::change);
                let second = self.update(dump, 1, 2, Version::change);
                [Some(first), Some(second)]
            }
            94..=95 => {
                let second = self.update(dump, 0, 2, Version::change);
                [Some(second), Some(current)]
            }
            96..=97 => {
                self.is_removed = true;
                [None, None]
            }
            // Listed and not changed, and an older version beside it.
            _ => [Some(current), Some(self.stale(current))],
        }
    }

    fn begin(&mut self, dump: u32) -> Version {
        let scenario = self.scenario;
        let (from, days) = match dump {
            0 => (scenario.first_day, scenario.days),
            _ => (
                scenario.first_day + scenario.days + WEEK * i64::from(dump - 1),
                WEEK,
            ),
        };
        let drawn = self
            .rng
            .below(u64::try_from(days).expect("a positive number"));
        let day = from + i64::try_from(drawn).expect("a small number");
        let until = scenario.taken(dump);
        let version = Version::first(self.id, day, until, scenario.suppliers, &mut self.rng);
        let version = self.odd(version);
        self.keep(version)
    }

    /// A version newer than every one before, in the given halves of the week before the dump.
    fn update(
        &mut self,
        dump: u32,
        from_half: i64,
        to_half: i64,
        change: impl Fn(&mut Version, &mut Rng),
    ) -> Version {
        let mut version = self.current.expect("an update comes after the beginning");
        change(&mut version, &mut self.rng);
        let half = WEEK * DAY / 2;
        let start = self.scenario.taken(dump - 1) + SECOND;
        version.updated = Moment::between(
            start + from_half * half,
            start + to_half * half - 2 * SECOND,
            &mut self.rng,
        );
        let version = self.odd(version);
        self.keep(version)
    }

    /// An older version: the one before the current, or one that nobody has seen yet.
    fn stale(&mut self, current: Version) -> Version {
        *self.older.get_or_insert_with(|| {
            let mut version = current;
            version.updated.utc_micros -= SECOND;
            // It must not be older than its own creation, unless that is what is odd about it.
            let later = version.oddity == Some(Oddity::CreatedLater);
            version.created = version.created.filter(|_| later);
            version.alter();
            version
        })
    }

    /// Gives a share of the versions something odd.
    fn odd(&mut self, mut version: Version) -> Version {
        let odd = self.rng.chance_ppm(self.scenario.warn_ppm);
        version.oddity = odd.then(|| Oddity::drawn(&mut self.rng));
        if let Some(oddity) = version.oddity {
            oddity.prepare(&mut version);
        }
        version
    }

    fn keep(&mut self, version: Version) -> Version {
        if self
            .current
            .is_some_and(|stored| stored.updated != version.updated)
        {
            self.older = self.current;
        }
        self.current = Some(version);
        version
    }
}
