//! Where the records of a JSON document stand. Which of them are records is decided by their own
//! keys later; here only the way to them is known.

/// The object around the records, by record kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// The request body of `/users/track`: `purchases`, beside `attributes` and `events`.
    #[default]
    Track,
    /// The response of a list endpoint: `data.purchases`, or `data` or `purchases` alone, beside
    /// `meta`.
    ListResponse,
    /// Any of them: the kind of the records is not known yet.
    Any,
}

/// What an array in an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayContent {
    /// Records.
    Records,
    /// What stands beside the records; counted, not ingested.
    Siblings,
}

impl Envelope {
    /// What the array behind these keys holds; nothing when it is none of the envelope's.
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
            Self::Track | Self::Any if is(&["attributes"]) || is(&["events"]) => {
                Some(ArrayContent::Siblings)
            }
            Self::ListResponse | Self::Any if is(&["data", "purchases"]) || is(&["data"]) => {
                Some(ArrayContent::Records)
            }
            _ => None,
        }
    }

    /// Keys that only a record has: beside an array of records they make the document neither one
    /// record nor many.
    pub(super) fn record_keys(self) -> &'static [&'static str] {
        match self {
            Self::Track => &["product_id", "price", "currency", "time", "payload"],
            Self::ListResponse => &["id", "registration_date", "supplier", "updated_at"],
            Self::Any => &[],
        }
    }
}
