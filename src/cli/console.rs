//! Output on stderr: log lines, a progress bar on a terminal, and the summary of a run.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets, filter_fn};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use super::LogFormat;
use super::json_log::JsonLines;
use super::run_summary::{log_summary, summary_text, warn_of_refused};
use super::step_table::{log_steps, step_table};
use crate::commands::{JobSummary, ProgressUi};
use crate::ingest::Progress;
use crate::input::escape_unprintable;
use crate::run_report::RunReport;

/// The progress bar on the terminal.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn shown_bar() -> MutexGuard<'static, Option<ProgressBar>> {
    // The bar is valid even if a thread has panicked while it held the lock.
    BAR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the bar from the terminal.
pub(super) fn clear_bar() {
    if let Some(bar) = shown_bar().take() {
        bar.finish_and_clear();
    }
}

/// Writes above the bar: it is removed and drawn again below the text.
pub(super) struct AboveBar<W>(pub(super) W);

impl<W: Write> Write for AboveBar<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !bytes.ends_with(b"\n") {
            // The bar would overwrite an unfinished line.
            clear_bar();
        }
        let Self(inner) = self;
        let bar = shown_bar();
        let mut write = || {
            inner.write_all(bytes)?;
            inner.flush()
        };
        match bar.as_ref() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
        .map(|()| bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Logs to stderr, warnings and errors only if `quiet`. Log lines and spans of libraries are
/// dropped. JSON lines have the time of `clock`.
pub(super) fn start_log(format: LogFormat, quiet: bool, clock: fn() -> DateTime<Utc>) {
    let level = if quiet {
        LevelFilter::WARN
    } else {
        LevelFilter::INFO
    };
    let ours = Targets::new().with_target("purchase_etl", level);
    let layer = tracing_subscriber::fmt::layer().with_writer(|| AboveBar(std::io::stderr()));
    let registry = tracing_subscriber::registry();
    match format {
        LogFormat::Text => {
            let plain = layer
                .with_target(false)
                .without_time()
                .with_ansi(false)
                .map_event_format(PlainLines);
            // Text lines do not repeat the ids of the step.
            let events = filter_fn(|metadata| !metadata.is_span());
            registry.with(plain.with_filter(ours.and(events))).init();
        }
        LogFormat::Json => {
            let lines = layer
                .fmt_fields(JsonFields::new())
                .event_format(JsonLines { clock });
            registry.with(lines.with_filter(ours)).init();
        }
    }
}

/// Writes events as text without control characters of untrusted text.
struct PlainLines<F>(F);

impl<S, N, F> FormatEvent<S, N> for PlainLines<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut text = String::new();
        self.0
            .format_event(context, Writer::new(&mut text), event)?;
        // A message may have several lines, such as the summary of a run.
        text.split_inclusive('\n').try_for_each(|line| {
            let (line, end) = line
                .strip_suffix('\n')
                .map_or((line, ""), |line| (line, "\n"));
            write!(writer, "{}{end}", escape_unprintable(line))
        })
    }
}

/// Shows progress and summaries on stderr.
pub(super) struct Console {
    quiet: bool,
    format: LogFormat,
    on_terminal: bool,
    has_colours: bool,
    bar: Option<ProgressThread>,
}

struct ProgressThread {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Console {
    /// A console whose stderr is a terminal, which may have colours, or none.
    pub(super) fn new(
        quiet: bool,
        format: LogFormat,
        on_terminal: bool,
        has_colours: bool,
    ) -> Self {
        Self {
            quiet,
            format,
            on_terminal,
            has_colours: on_terminal && has_colours,
            bar: None,
        }
    }
}

impl ProgressUi for Console {
    fn begin(&mut self, total_bytes: Option<u64>, progress: &Progress) {
        if self.quiet || !self.on_terminal {
            return;
        }
        let stop = Arc::new(AtomicBool::new(false));
        let (progress, stopped) = (progress.clone(), Arc::clone(&stop));
        let draw_progress = move || draw_progress(total_bytes, &progress, &stopped);
        // Without a thread, there is no bar.
        let thread = std::thread::Builder::new().spawn(draw_progress).ok();
        self.bar = thread.map(|thread| ProgressThread { stop, thread });
    }

    fn end(&mut self) {
        if let Some(ProgressThread { stop, thread }) = self.bar.take() {
            stop.store(true, Ordering::Relaxed);
            clear_bar();
            // A panic of the bar must not fail the run.
            drop(thread.join());
        }
    }

    fn summary(&mut self, report: &RunReport) {
        match self.format {
            LogFormat::Text if self.quiet => warn_of_refused(report),
            LogFormat::Text => {
                tracing::info!("{}", summary_text(report));
                warn_of_refused(report);
            }
            // The log drops what `quiet` excludes.
            LogFormat::Json => log_summary(report),
        }
    }

    fn steps(&mut self, summary: &JobSummary) {
        if self.quiet {
            return;
        }
        match self.format {
            // The log escapes all control characters, so the colours are written beside it.
            LogFormat::Text if self.has_colours => {
                let table = format!(" INFO {}\n", step_table(summary, true));
                // If stderr cannot be written, the table cannot be shown.
                drop(AboveBar(std::io::stderr()).write_all(table.as_bytes()));
            }
            LogFormat::Text => tracing::info!("{}", step_table(summary, false)),
            LogFormat::Json => log_steps(summary),
        }
    }
}

fn draw_progress(total_bytes: Option<u64>, progress: &Progress, stop: &AtomicBool) {
    let (bar, template) = match total_bytes {
        Some(total) => (
            ProgressBar::new(total),
            // As wide as the terminal: a wrapped bar would leave a line behind.
            "{wide_bar} {bytes}/{total_bytes}  {binary_bytes_per_sec}  {eta} left  {msg}",
        ),
        None => (
            ProgressBar::new_spinner(),
            "{spinner} {bytes}  {binary_bytes_per_sec}  {msg}",
        ),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    *shown_bar() = Some(bar.clone());
    while !stop.load(Ordering::Relaxed) && !bar.is_finished() {
        bar.set_position(progress.bytes.load(Ordering::Relaxed));
        bar.set_message(format!(
            "{} records",
            progress.records.load(Ordering::Relaxed)
        ));
        // Ten updates per second look smooth.
        std::thread::sleep(Duration::from_millis(100));
    }
    clear_bar();
}
