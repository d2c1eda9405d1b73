//! The stable rule ids and their text form.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::{CATALOGUE, Rule};

/// The stable id of a rule.
///
/// Its code ([`RuleId::code`]) is what users see, store and filter by; [`RuleId::index`] is only a
/// position for counters in memory and may change between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each variant is described by its catalogue entry"
)]
pub enum RuleId {
    BrzRecordObject,
    BrzIdRequired,
    BrzIdType,
    BrzIdMulti,
    BrzAliasShape,
    BrzExtidLen,
    BrzEmailForm,
    BrzProductRequired,
    BrzProductLen,
    BrzProductSpace,
    BrzProductCard,
    BrzAppType,
    BrzCurRequired,
    BrzCurUnknown,
    BrzCurRetired,
    BrzCurCase,
    BrzPriceRequired,
    BrzPriceType,
    BrzPriceScale,
    BrzPriceRounded,
    BrzPriceNeg,
    BrzPriceWidened,
    BrzPriceFloat32,
    BrzQtyType,
    BrzQtyRange,
    BrzQtyNull,
    BrzQtyFloat,
    BrzTimeRequired,
    BrzTimeFormat,
    BrzTimeNooffset,
    BrzTimeOffsetform,
    BrzTimeGap,
    BrzTimeFold,
    BrzTimeDateonly,
    BrzTimeSpace,
    BrzTimeLeap,
    BrzTimePrecision,
    BrzTimeFuture,
    BrzTimeRange,
    BrzPropObject,
    BrzPropNameEmpty,
    BrzPropNameLen,
    BrzPropNameDollar,
    BrzPropReserved,
    BrzPropStrLen,
    BrzPropNull,
    BrzPropArrayDate,
    BrzPropObjString,
    BrzPropSize,
    BrzUpdonlyType,
    BrzUpdonlyAlias,
    BrzKeyUnknown,
    BrzKeyDup,
    BrzDupEvent,
    BrzCurrentsDup,
    BrzCurrentsNoid,
    BrzCurrentsRedacted,
    BrzCdiConflict,
    BrzCdiPayload,
    CplRecordObject,
    CplCompanyRequired,
    CplCompanyConflict,
    CplIdRequired,
    CplDateRequired,
    CplDateFormat,
    CplSupplierShape,
    CplSupplierMissing,
    CplInvoiceString,
    CplStatusEnum,
    CplBool,
    CplIntType,
    CplTextType,
    CplObjectShape,
    CplDeletedKey,
    CplKeyUnknown,
    CplKeyDup,
    CplMoneyShape,
    CplMoneyCurrency,
    CplMoneyCase,
    CplMoneyNeg,
    CplMoneyMixed,
    CplMoneyScale,
    CplMoneyRounded,
    CplMoneyDefault,
    CplTotalCheck,
    CplTsFormat,
    CplTsNooffset,
    CplTsSpelling,
    CplTsPrecision,
    CplTsOrder,
    CplStale,
    CplDuplicate,
    CplSnapshotPartial,
    CplSnapshotRepeated,
    CplPageGap,
    CplPageDrift,
    CplMetaShape,
    FileEncoding,
    FileFormat,
    FileJsonSyntax,
    FileTrailingComma,
    FileUserExport,
    FileSeriesResponse,
    FileErrorResponse,
    FileCurrentsHttp,
    FileWrongKind,
    FileMixed,
    FileCsvColumns,
    FileCsvQuote,
    FileCsvAmbig,
    FileHeaderDup,
    FileMapJson,
    FileEmpty,
    FileTruncated,
    FileLimit,
    FileUnreadable,
    FileRejectLimit,
    FileSeen,
    ParLength,
    ParUnit,
    ParEnding,
    ParTimezone,
    ParCurrency,
    ParCompany,
    ParSearch,
    ParStatus,
    ParSuppliers,
    ParStart,
    ParEnd,
    ParPage,
    ParPerpage,
    ParUpdated,
    ParDeleted,
}

/// An unknown rule code; the message names codes that are similar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule {code:?}; {}", remedy(code))]
pub struct UnknownRule {
    /// The code as given.
    pub code: String,
}

/// At most this many codes are suggested: more would not help to choose.
const MAX_SUGGESTIONS: usize = 3;

/// Share of equal characters from which a code is taken for a misspelling of another: two of the
/// typical thirteen may differ.
const MIN_SIMILARITY: f64 = 0.8;

/// What to do about an unknown code.
fn remedy(code: &str) -> String {
    let similar = similar_codes(&code.to_ascii_uppercase());
    if similar.is_empty() {
        return "list all codes with `purchase-etl rules list`".to_owned();
    }
    format!("did you mean {}?", similar.join(" or "))
}

/// Codes that contain a text; without any, the code that is most likely misspelt.
fn similar_codes(text: &str) -> Vec<&'static str> {
    if text.is_empty() {
        return Vec::new();
    }
    let codes = RuleId::ALL.into_iter().map(RuleId::code);
    let containing = codes.clone().filter(|code| code.contains(text));
    let containing: Vec<_> = containing.take(MAX_SUGGESTIONS).collect();
    if !containing.is_empty() {
        return containing;
    }
    codes
        .map(|code| (strsim::normalized_levenshtein(text, code), code))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, code)| code)
        .into_iter()
        .collect()
}

impl RuleId {
    /// How many rules there are.
    pub const COUNT: usize = Self::ParDeleted as usize + 1;

    /// Every rule, in the order of [`RuleId::index`].
    pub const ALL: [Self; Self::COUNT] = {
        let mut all = [Self::BrzRecordObject; Self::COUNT];
        let mut position = 0;
        while position < Self::COUNT {
            all[position] = CATALOGUE[position].id;
            position += 1;
        }
        all
    };

    /// Position in the catalogue, from 0 to [`RuleId::COUNT`] - 1.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The code users see, for example `BRZ-QTY-RANGE`.
    pub const fn code(self) -> &'static str {
        self.rule().code
    }

    /// The catalogue entry.
    pub const fn rule(self) -> &'static Rule {
        &CATALOGUE[self.index()]
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for RuleId {
    type Err = UnknownRule;

    /// Finds a rule by its code, ignoring case.
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|id| id.code().eq_ignore_ascii_case(code))
            .ok_or_else(|| UnknownRule {
                code: code.to_owned(),
            })
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
