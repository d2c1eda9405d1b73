//! The stable rule ids, their severities and their text form.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::severity::Severity;

/// The ids with their severities, in the order of the catalogue.
macro_rules! rule_ids {
    ($($id:ident: $severity:ident,)*) => {
        /// The stable id of a rule: `BrzQtyRange` is the rule with the code `BRZ-QTY-RANGE`.
        ///
        /// Its code ([`RuleId::code`]) is what users see, store and filter by; [`RuleId::index`] is only a
        /// position for counters in memory and may change between versions.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
        #[expect(missing_docs, reason = "each variant is described by its catalogue entry")]
        pub enum RuleId {
            $($id,)*
        }

        impl RuleId {
            /// Every rule, in the order of the catalogue.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$id,)*];

            /// How many rules there are.
            pub const COUNT: usize = [$(stringify!($id),)*].len();

            /// What usually happens when a record, an input or a parameter violates the rule.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$id => Severity::$severity,)*
                }
            }
        }
    };
}

rule_ids! {
    BrzRecordObject: Reject,
    BrzIdRequired: Reject,
    BrzIdType: Reject,
    BrzIdMulti: Warn,
    BrzAliasShape: Reject,
    BrzExtidLen: Reject,
    BrzEmailForm: Warn,
    BrzProductRequired: Reject,
    BrzProductLen: Reject,
    BrzProductSpace: Warn,
    BrzProductCard: Warn,
    BrzAppType: Reject,
    BrzCurRequired: Reject,
    BrzCurUnknown: Reject,
    BrzCurRetired: Warn,
    BrzCurCase: Warn,
    BrzCurSign: Reject,
    BrzPriceRequired: Reject,
    BrzPriceType: Reject,
    BrzPriceScale: Warn,
    BrzPriceRounded: Warn,
    BrzPriceNeg: Info,
    BrzPriceWidened: Info,
    BrzPriceFloat32: Warn,
    BrzTotalRemainder: Warn,
    BrzTotalConflict: Reject,
    BrzQtyType: Reject,
    BrzQtyRange: Reject,
    BrzQtyNull: Warn,
    BrzQtyFloat: Warn,
    BrzTimeRequired: Reject,
    BrzTimeFormat: Reject,
    BrzTimeNooffset: Warn,
    BrzTimeOffsetform: Warn,
    BrzTimeGap: Warn,
    BrzTimeFold: Warn,
    BrzTimeDateonly: Warn,
    BrzTimeSpace: Warn,
    BrzTimeLeap: Warn,
    BrzTimePrecision: Warn,
    BrzTimeFuture: Warn,
    BrzTimeRange: Reject,
    BrzPropObject: Reject,
    BrzPropNameEmpty: Reject,
    BrzPropNameLen: Reject,
    BrzPropNameDollar: Reject,
    BrzPropReserved: Reject,
    BrzPropStrLen: Warn,
    BrzPropNull: Warn,
    BrzPropArrayDate: Warn,
    BrzPropObjString: Info,
    BrzPropSize: Reject,
    BrzUpdonlyType: Reject,
    BrzUpdonlyAlias: Warn,
    BrzFieldDefault: Warn,
    BrzKeyUnknown: Warn,
    BrzKeyDup: Reject,
    BrzDupEvent: Info,
    BrzCurrentsDup: Info,
    BrzCurrentsNoid: Warn,
    BrzCurrentsRedacted: Warn,
    BrzCurrentsTest: Info,
    BrzCurrentsShape: Reject,
    BrzEcomRequired: Reject,
    BrzEcomType: Reject,
    BrzEcomMoney: Reject,
    BrzEcomQty: Reject,
    BrzEcomQtyZero: Info,
    BrzEcomName: Warn,
    BrzEcomKeyExtra: Warn,
    BrzEcomTotal: Warn,
    BrzCdiConflict: Warn,
    BrzCdiPayload: Reject,
    CplRecordObject: Reject,
    CplCompanyRequired: Refuse,
    CplCompanyConflict: Reject,
    CplIdRequired: Reject,
    CplDateRequired: Reject,
    CplDateFormat: Reject,
    CplSupplierShape: Reject,
    CplSupplierMissing: Warn,
    CplInvoiceString: Warn,
    CplStatusEnum: Reject,
    CplBool: Reject,
    CplIntType: Reject,
    CplTextType: Reject,
    CplObjectShape: Reject,
    CplDeletedKey: Info,
    CplFieldDefault: Warn,
    CplKeyUnknown: Warn,
    CplKeyDup: Reject,
    CplMoneyShape: Reject,
    CplMoneyCurrency: Reject,
    CplMoneyCase: Warn,
    CplMoneyNeg: Warn,
    CplMoneyMixed: Warn,
    CplMoneyScale: Warn,
    CplMoneyRounded: Warn,
    CplMoneyDefault: Warn,
    CplTotalCheck: Warn,
    CplTsFormat: Reject,
    CplTsNooffset: Warn,
    CplTsSpelling: Warn,
    CplTsPrecision: Warn,
    CplTsOrder: Warn,
    CplStale: Info,
    CplDuplicate: Info,
    CplSnapshotPartial: Warn,
    CplSnapshotOlder: Refuse,
    CplSnapshotRepeated: Refuse,
    CplPageGap: Warn,
    CplPageDrift: Warn,
    CplMetaShape: Warn,
    FileEncoding: Refuse,
    FileFormat: Refuse,
    FileJsonSyntax: Refuse,
    FileTrailingComma: Refuse,
    FileUserExport: Refuse,
    FileSeriesResponse: Refuse,
    FileErrorResponse: Refuse,
    FileAvroSchema: Refuse,
    FileAvroCodec: Refuse,
    FileAvroDamaged: Refuse,
    FileParquetSchema: Refuse,
    FileParquetDamaged: Refuse,
    FileWorkbookSheet: Refuse,
    FileWorkbookCell: Reject,
    FileWorkbookDamaged: Refuse,
    FileOtherEvent: Refuse,
    FileWrongKind: Refuse,
    FileMixed: Refuse,
    FileCsvColumns: Reject,
    FileCsvQuote: Refuse,
    FileCsvAmbig: Refuse,
    FileHeaderDup: Refuse,
    FileMapQuantity: Refuse,
    FileEmpty: Warn,
    FileTruncated: Refuse,
    FileLimit: Refuse,
    FileUnreadable: Refuse,
    FileRejectLimit: Refuse,
    FileChanged: Refuse,
    FileSettingsChanged: Refuse,
    FileSeen: Info,
    ParLength: Parameter,
    ParUnit: Parameter,
    ParEnding: Parameter,
    ParTimezone: Parameter,
    ParCurrency: Parameter,
    ParCompany: Parameter,
    ParSearch: Parameter,
    ParStatus: Parameter,
    ParSuppliers: Parameter,
    ParStart: Parameter,
    ParEnd: Parameter,
    ParPage: Parameter,
    ParPerpage: Parameter,
    ParUpdated: Parameter,
    ParDeleted: Parameter,
}

/// The codes as [`RuleId`] is serialised, so that the names of the variants are their only source.
static CODES: LazyLock<[String; RuleId::COUNT]> = LazyLock::new(|| {
    RuleId::ALL.map(|id| match serde_json::to_value(id) {
        Ok(serde_json::Value::String(code)) => code,
        other => unreachable!("a variant without fields is a text: {other:?}"),
    })
});

impl RuleId {
    /// Position in the catalogue, from 0 to [`RuleId::COUNT`] - 1.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The code users see, for example `BRZ-QTY-RANGE`.
    pub fn code(self) -> &'static str {
        &CODES[self.index()]
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
