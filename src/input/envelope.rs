//! The location of records in a JSON document, by the keys of their arrays. The kind of a record is
//! detected later, by its own keys.

/// The kind of object around the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// The request body of `/users/track`: `purchases`, beside `attributes` and `events`.
    #[default]
    Track,
    /// The response of a list endpoint: `data.purchases`, or `data` or `purchases` alone, beside
    /// `meta`.
    ListResponse,
    /// Any of them: the record kind is not known yet.
    Any,
}

/// The content of an array in an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayContent {
    /// Records.
    Records,
    /// Attributes of users beside the records; counted, not ingested.
    Siblings,
    /// Events beside the records: some may be records as well.
    Events,
}

impl Envelope {
    /// The content of the array at this path; `None` when it is not part of the envelope.
    pub fn array_content(self, path: &[impl AsRef<[u8]>]) -> Option<ArrayContent> {
        let is = |keys: &[&str]| {
            path.len() == keys.len()
                && path
                    .iter()
                    .zip(keys)
                    .all(|(found, key)| found.as_ref() == key.as_bytes())
        };
        match self {
            _ if is(&["purchases"]) => Some(ArrayContent::Records),
            Self::Track | Self::Any if is(&["attributes"]) => Some(ArrayContent::Siblings),
            Self::Track | Self::Any if is(&["events"]) => Some(ArrayContent::Events),
            Self::ListResponse | Self::Any if is(&["data", "purchases"]) || is(&["data"]) => {
                Some(ArrayContent::Records)
            }
            _ => None,
        }
    }

    /// Keys that only records have: beside a record array they make the document ambiguous.
    pub(super) fn record_keys(self) -> &'static [&'static str] {
        match self {
            Self::Track => &["product_id", "price", "currency", "time", "payload"],
            Self::ListResponse => &["id", "registration_date", "supplier", "updated_at"],
            Self::Any => &[],
        }
    }
}
