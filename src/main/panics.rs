//! The last net: a panic comes in, one line on standard error and an exit code go out.
//!
//! A panic is a fault of this program or of a library, or a limit of the machine that a library does
//! not expect.

use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use purchase_etl::cli::LogFormat;
use purchase_etl::storage::remedy;

/// Whether a line is to be JSON.
static JSON: AtomicBool = AtomicBool::new(false);

/// Says what a panic said, whichever thread it was on, in one line. No backtrace: to work one out may
/// wait for ever where memory has run out.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|panic| {
        // The log itself may be what has failed.
        drop(writeln!(std::io::stderr(), "{}", line(panic)));
    }));
}

/// Says it in this form from here on.
pub(crate) fn log_as(format: LogFormat) {
    JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Carries out work; a panic is nothing, and has been told.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn line(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string);
    let payload_text = payload_text(panic.payload());
    let todo = remedy(payload_text).unwrap_or("please report this");
    let place = place.unwrap_or_default();
    let message = format!("stopped unexpectedly at {place}: {payload_text}: {todo}");
    if !JSON.load(Ordering::Relaxed) {
        return format!(
            "ERROR {}",
            purchase_etl::input::escape_unprintable(&message)
        );
    }
    let now = crate::clock().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let line = serde_json::json!({
        "timestamp": now,
        "level": "ERROR",
        "target": "purchase_etl",
        "message": message,
    });
    line.to_string()
}

fn payload_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or_default()
}
