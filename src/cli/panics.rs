//! Reports a panic as one line on stderr and an exit code.
//!
//! A panic is a bug of this program or a library, or a resource limit that a library does not handle.

use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use super::LogFormat;
use crate::input::{escape_unprintable, is_in_library_call};
use crate::storage::remedy;

/// Whether lines are JSON.
static JSON: AtomicBool = AtomicBool::new(false);

/// Logs panics of every thread in one line, but for those that refuse an input. Without a backtrace:
/// computing one can block forever if memory is exhausted. JSON lines have the time of `clock`.
pub fn install_panic_hook(clock: fn() -> DateTime<Utc>) {
    std::panic::set_hook(Box::new(move |panic| {
        if is_in_library_call() {
            return;
        }
        // Not logged through tracing, which may have caused the panic.
        drop(writeln!(std::io::stderr(), "{}", line(panic, clock)));
    }));
}

/// Sets the format of the line.
pub(super) fn log_as(format: LogFormat) {
    JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Runs `work`; none if it panics, which is already logged.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn line(panic: &PanicHookInfo<'_>, clock: fn() -> DateTime<Utc>) -> String {
    let location = panic.location().map(ToString::to_string);
    let payload_text = payload_text(panic.payload());
    let todo = remedy(payload_text).unwrap_or("please report this");
    let location = location.unwrap_or_default();
    let message = format!("stopped unexpectedly at {location}: {payload_text}: {todo}");
    if !JSON.load(Ordering::Relaxed) {
        return format!("ERROR {}", escape_unprintable(&message));
    }
    let now = clock().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
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
