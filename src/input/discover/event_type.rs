//! The type of events that Currents writes into the paths of its files.

use crate::input::discovered::PassedOver;
use crate::input::order_events::OrderEvents;

/// The segment of a path before the type (Braze, "Event delivery semantics").
const SEGMENT: &str = "event_type=";

/// The type of purchase events.
const PURCHASE: &str = "users.behaviors.Purchase";

/// The type in a segment of a path, if it is that of events that are not read.
pub(super) fn other_type_of_segment(segment: &str, order_events: OrderEvents) -> Option<&str> {
    let event_type = segment.strip_prefix(SEGMENT)?;
    let is_read = event_type == PURCHASE || order_events.reads_type(event_type);
    (!is_read).then_some(event_type)
}

/// The type in a path, if it is that of events that are not read.
pub(super) fn other_type_of_path(path: &str, order_events: OrderEvents) -> Option<&str> {
    let mut segments = path.split('/');
    segments.find_map(|segment| other_type_of_segment(segment, order_events))
}

/// Whether a folder of this name contains, or is part of, an export of Currents.
pub(super) fn is_export_folder(name: &str) -> bool {
    name.starts_with(SEGMENT) || name.starts_with("dataexport.")
}

/// Counts a file that is passed over.
pub(super) fn count_file(passed_over: &mut PassedOver, event_type: &str) {
    passed_over.entry(event_type.to_owned()).or_default().files += 1;
}

/// Counts a folder that is passed over.
pub(super) fn count_folder(passed_over: &mut PassedOver, event_type: &str) {
    passed_over
        .entry(event_type.to_owned())
        .or_default()
        .folders += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_segment_with_another_type_is_passed_over() {
        for (path, event_type) in [
            (
                "c/dataexport.x/event_type=users.messages.email.Open/date=2026-01-01-00/a.avro",
                Some("users.messages.email.Open"),
            ),
            (
                "event_type=users.behaviors.CustomEvent",
                Some("users.behaviors.CustomEvent"),
            ),
            (
                "c/event_type=users.behaviors.Purchase/date=2026-01-01-00/a.avro",
                None,
            ),
            ("c/my_event_type=x/a.avro", None),
            ("c/a.avro", None),
        ] {
            let found = other_type_of_path(path, OrderEvents::Skip);
            assert_eq!(found, event_type, "{path}");
        }
    }

    #[test]
    fn custom_events_are_read_with_order_events() {
        for (event_type, expected) in [
            ("users.behaviors.CustomEvent", None),
            (
                "users.behaviors.CustomEvents",
                Some("users.behaviors.CustomEvents"),
            ),
            (
                "users.messages.email.Open",
                Some("users.messages.email.Open"),
            ),
        ] {
            let path = format!("c/event_type={event_type}/a.avro");
            assert_eq!(other_type_of_path(&path, OrderEvents::Rows), expected);
        }
    }
}
