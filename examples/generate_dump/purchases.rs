//! Dumps of customer purchases: options come in, files and the truth about them go out.

pub(crate) mod calendar;
mod defect;
mod draft;
mod oddity;
mod shape;
mod shop;
mod truth;

use std::error::Error;

use serde_json::{Value, json};

use crate::cli::{Cli, MILLION};
use crate::output::{DumpFile, Written};
use crate::rng::Rng;

use calendar::Calendar;
use defect::Defect;
use draft::{Draft, PurchaseGenerator};
use oddity::Oddity;
use shape::{Shape, Writer};
use truth::Truth;

/// Bytes collected before they go to the file.
const BATCH: usize = 1 << 20;

/// Makes the files of a dump and returns the content of its truth file.
pub(crate) fn make(cli: &Cli) -> Result<Value, Box<dyn Error>> {
    let shape = Shape::try_from(cli.shape)?;
    let calendar =
        Calendar::new(cli.start_date, cli.days).ok_or("the window of days leaves the calendar")?;
    let mut maker = Maker {
        truth: Truth::new(calendar.days()),
        generator: PurchaseGenerator::new(calendar, cli.order, cli.rows),
        writer: Writer::new(shape),
        draft: Draft::default(),
        dirty: 0,
        odd: 0,
        shape,
        cli,
    };
    let mut files = Vec::new();
    for part in 0..cli.files {
        let start = |part: u64| cli.rows / cli.files * part + (cli.rows % cli.files).min(part);
        let name = match cli.files {
            1 => "purchases".to_owned(),
            _ => format!("purchases-{part:05}"),
        };
        files.push(maker.make_file(&name, start(part), start(part + 1))?);
    }
    Ok(maker
        .truth
        .to_json(&maker.generator.calendar, &files, &parameters(cli, shape)))
}

/// What is planted in a record.
#[derive(Clone, Copy, Debug)]
enum Plant {
    Nothing,
    Defect(Defect),
    Oddity(Oddity),
}

/// Everything that lives as long as the dump is being made.
struct Maker<'a> {
    cli: &'a Cli,
    shape: Shape,
    generator: PurchaseGenerator,
    truth: Truth,
    writer: Writer,
    draft: Draft,
    dirty: u64,
    odd: u64,
}

impl Maker<'_> {
    /// Writes one file with the rows `from..to`.
    fn make_file(&mut self, name: &str, from: u64, to: u64) -> Result<Written, Box<dyn Error>> {
        let cli = self.cli;
        let mut file = DumpFile::create(&cli.out, name, self.shape.extension(), cli.packing())?;
        let mut batch = Vec::with_capacity(BATCH + BATCH / 8);
        self.writer.begin(&mut batch);
        for row in from..to {
            self.make_record(&mut batch, row, row == from);
            if batch.len() >= BATCH {
                file.write(&batch)?;
                batch.clear();
            }
        }
        self.writer.end(&mut batch);
        file.write(&batch)?;
        Ok(file.finish(to - from)?)
    }

    /// Writes one record and enters it into the truth. The first record of a file is always clean.
    fn make_record(&mut self, out: &mut Vec<u8>, row: u64, first: bool) {
        let shape = self.shape;
        let mut rng = Rng::for_row(self.cli.seed, row);
        let plant = self.deal(&mut rng, first);
        self.generator.draw(&mut self.draft, row, &mut rng);
        if shape == Shape::CurrentsNdjson {
            self.draft.meaning.quantity = 1;
        }
        match plant {
            Plant::Nothing => {}
            Plant::Defect(defect) => {
                let defect = defect.in_shape(shape, !self.cli.no_syntax_dirt);
                defect.plant(&mut self.draft, &mut rng, shape, &self.generator.calendar);
                self.writer.record(out, &self.draft);
                match defect {
                    Defect::CurrentsDup => self.truth.duplicate(),
                    _ => self.truth.reject(defect.rule()),
                }
                return;
            }
            Plant::Oddity(oddity) => {
                oddity.plant(&mut self.draft, &mut rng, shape, &self.generator);
                if shape == Shape::CurrentsNdjson {
                    self.draft.meaning.quantity = 1;
                }
                self.truth.odd(oddity.rules(shape));
            }
        }
        self.writer.record(out, &self.draft);
        self.writer.keep();
        self.truth.accept(&self.draft, &self.generator.calendar);
    }

    fn deal(&mut self, rng: &mut Rng, first: bool) -> Plant {
        let drawn = u32::try_from(rng.below(u64::from(MILLION))).expect("below a million");
        if first {
            Plant::Nothing
        } else if drawn < self.cli.dirt {
            self.dirty += 1;
            Plant::Defect(Defect::dealt(self.dirty - 1))
        } else if drawn - self.cli.dirt < self.cli.warn {
            self.odd += 1;
            Plant::Oddity(Oddity::dealt(self.odd - 1))
        } else {
            Plant::Nothing
        }
    }
}

/// How the dump was made, so that it can be made again.
fn parameters(cli: &Cli, shape: Shape) -> Value {
    json!({
        "rows": cli.rows,
        "seed": cli.seed,
        "dirt_ppm": cli.dirt,
        "warn_ppm": cli.warn,
        "shape": format!("{shape:?}"),
        "start_date": cli.start_date.to_string(),
        "days": cli.days,
        "order": format!("{:?}", cli.order),
        "syntax_dirt": !cli.no_syntax_dirt && shape != Shape::Document,
    })
}
