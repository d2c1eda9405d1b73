//! Every parameter accepted and refused, and the errors of refusals.

use super::*;
use crate::report::supplier_errors::{FailedValidation, InvalidParameter};
use crate::rules::RuleId;

fn request() -> SupplierListRequest {
    SupplierListRequest {
        company_id: Some("12".to_owned()),
        ..SupplierListRequest::default()
    }
}

fn with(change: impl FnOnce(&mut SupplierListRequest)) -> SupplierListRequest {
    let mut request = request();
    change(&mut request);
    request
}

fn accepted(request: &SupplierListRequest) -> SupplierListParameters {
    SupplierListParameters::resolve(request).expect("correct parameters")
}

fn refused(request: &SupplierListRequest) -> Vec<InvalidParameter> {
    match SupplierListParameters::resolve(request) {
        Err(SupplierParameterErrors::Invalid(invalid)) => invalid,
        other => panic!("expected wrong parameters, got {other:?}"),
    }
}

/// The rule, field and validation of the only error.
fn only(request: &SupplierListRequest) -> (RuleId, &'static str, FailedValidation) {
    let mut invalid = refused(request);
    assert_eq!(invalid.len(), 1, "{invalid:?}");
    let invalid = invalid.remove(0);
    assert!(
        invalid
            .sentence
            .starts_with(&format!("'{}' must", invalid.field))
    );
    (invalid.rule, invalid.field, invalid.validation)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the fields of a request are options"
)]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

#[test]
fn what_is_not_given_has_the_documented_default() {
    let parameters = accepted(&request());
    assert_eq!(
        (
            parameters.company_id(),
            parameters.page(),
            parameters.per_page()
        ),
        (12, 1, 20)
    );
    assert_eq!(parameters.selection.deleted, DeletedFilter::NotInclude);
    assert_eq!(parameters.months(), (None, None));
    let settings = parameters.settings();
    let expected = [
        ("company_id", "12"),
        ("deleted", "not_include"),
        ("page", "1"),
        ("per_page", "20"),
    ];
    assert_eq!(
        settings,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
}

#[test]
fn without_a_company_nothing_else_is_validated() {
    let list_request = SupplierListRequest {
        page: text("0"),
        ..SupplierListRequest::default()
    };
    let error = SupplierListParameters::resolve(&list_request).expect_err("refused");
    assert_eq!(error, SupplierParameterErrors::MissingCompany);
    assert_eq!(error.rules(), [RuleId::ParCompany]);
    assert!(
        error
            .to_string()
            .starts_with("'CPlug-Company-Id' is required")
    );
    let summary = SupplierSummaryParameters::resolve(&SupplierSummaryRequest::default());
    assert_eq!(summary, Err(SupplierParameterErrors::MissingCompany));
}

#[test]
fn a_company_is_a_number_from_one_or_unknown() {
    let unknown = with(|r| r.company_id = text("unknown"));
    assert_eq!(accepted(&unknown).company_id(), COMPANY_UNKNOWN);
    for invalid in [
        "",
        "0",
        "-1",
        "+1",
        "1.5",
        "doze",
        "Unknown",
        "9223372036854775808",
    ] {
        let (rule, field, validation) = only(&with(|r| r.company_id = text(invalid)));
        assert_eq!(
            (rule, field),
            (RuleId::ParCompany, "CPlug-Company-Id"),
            "{invalid}"
        );
        assert_eq!(validation, FailedValidation::new("Integer", &[]));
    }
}

#[test]
fn a_search_term_is_digits() {
    let term = |raw| {
        let term = accepted(&with(|r| r.search_term = text(raw)))
            .selection
            .search;
        term.map(|term| (term.digits, term.id))
    };
    assert_eq!(term("000789"), Some(("789".to_owned(), Some(789))));
    assert_eq!(term("0"), Some((String::new(), Some(0))));
    let long = "35250114200166000187550010000000461123456789";
    assert_eq!(term(long), Some((long.to_owned(), None)));
    for invalid in ["", "NF-1", "1 ", "-1", "1.0", "１"] {
        let (rule, field, validation) = only(&with(|r| r.search_term = text(invalid)));
        assert_eq!((rule, field), (RuleId::ParSearch, "search_term"));
        assert_eq!(validation, FailedValidation::new("Integer", &[]));
    }
}

#[test]
fn status_and_deleted_are_the_documented_words() {
    for (word, status) in PurchaseStatus::ALL {
        let parameters = accepted(&with(|r| r.purchase_status = text(word)));
        assert_eq!(parameters.selection.status, Some(status));
        assert_eq!(status.as_str(), word);
    }
    for (word, deleted) in DeletedFilter::ALL {
        let parameters = accepted(&with(|r| r.deleted = text(word)));
        assert_eq!(parameters.selection.deleted, deleted);
        assert_eq!(deleted.as_str(), word);
    }
    for invalid in ["", "Pending", "entregue"] {
        let (rule, field, validation) = only(&with(|r| r.purchase_status = text(invalid)));
        assert_eq!((rule, field), (RuleId::ParStatus, "purchase_status"));
        assert_eq!(
            validation,
            FailedValidation::new("Enum", &["pending", "received"])
        );
    }
    let invalid = refused(&with(|r| r.deleted = text("true")));
    assert_eq!(invalid[0].rule, RuleId::ParDeleted);
    assert_eq!(
        invalid[0].sentence,
        "'deleted' must be not_include, include or only; got \"true\""
    );
}

#[test]
fn supplier_ids_tolerate_spaces_and_nothing_else() {
    let ids = |raw| {
        accepted(&with(|r| r.supplier_ids = text(raw)))
            .selection
            .supplier_ids
    };
    assert_eq!(ids(" 3, 1 ,2,1"), BTreeSet::from([1, 2, 3]));
    assert_eq!(ids("  "), BTreeSet::new());
    for invalid in ["1;2", "1,,2", "1,", "a", "1 2", "-1", "9223372036854775808"] {
        let (rule, field, validation) = only(&with(|r| r.supplier_ids = text(invalid)));
        assert_eq!(
            (rule, field),
            (RuleId::ParSuppliers, "supplier_ids"),
            "{invalid}"
        );
        assert_eq!(validation, FailedValidation::new("IntegerList", &[]));
    }
}

#[test]
fn registration_dates_are_dates_in_order() {
    let day = with(|r| {
        r.registration_start = text("2025-01-14");
        r.registration_end = text("2025-01-14");
    });
    let date = NaiveDate::from_ymd_opt(2025, 1, 14);
    let month = NaiveDate::from_ymd_opt(2025, 1, 1);
    let parameters = accepted(&day);
    assert_eq!(
        (parameters.selection.start, parameters.selection.end),
        (date, date)
    );
    assert_eq!(parameters.months(), (month, month));

    let (rule, field, validation) = only(&with(|r| r.registration_start = text("14/01/2025")));
    assert_eq!((rule, field), (RuleId::ParStart, "registration_start"));
    assert_eq!(validation, FailedValidation::new("Date", &["YYYY-MM-DD"]));
    let (rule, _, validation) = only(&with(|r| {
        r.registration_start = text("2025-01-14");
        r.registration_end = text("2025-01-13");
    }));
    assert_eq!(rule, RuleId::ParEnd);
    assert_eq!(
        validation,
        FailedValidation::new("NotBefore", &["2025-01-14"])
    );
}

#[test]
fn pages_and_their_sizes_are_whole_numbers_in_range() {
    let parameters = accepted(&with(|r| {
        r.page = text("9223372036854775807");
        r.per_page = text("500");
    }));
    assert_eq!(
        (parameters.page(), parameters.per_page()),
        ((1 << 63) - 1, 500)
    );
    for (invalid, validation) in [
        ("0", FailedValidation::new("Min", &["1"])),
        (
            "9223372036854775808",
            FailedValidation::new("Between", &["1", "9223372036854775807"]),
        ),
        (
            "99999999999999999999",
            FailedValidation::new("Between", &["1", "9223372036854775807"]),
        ),
    ] {
        let (rule, field, found) = only(&with(|r| r.page = text(invalid)));
        assert_eq!((rule, field, found), (RuleId::ParPage, "page", validation));
    }
    let (_, field, validation) = only(&with(|r| r.page = text("1.0")));
    assert_eq!(
        (field, validation),
        ("page", FailedValidation::new("Integer", &[]))
    );
    for invalid in ["0", "501", "4294967296", "99999999999999999999"] {
        let (rule, field, validation) = only(&with(|r| r.per_page = text(invalid)));
        assert_eq!((rule, field), (RuleId::ParPerpage, "per_page"));
        assert_eq!(validation, FailedValidation::new("Between", &["1", "500"]));
    }
    let (_, _, validation) = only(&with(|r| r.per_page = text("vinte")));
    assert_eq!(validation, FailedValidation::new("Integer", &[]));
}

#[test]
fn updated_from_needs_an_offset_whose_plus_may_have_become_a_space() {
    let micros = |raw| {
        accepted(&with(|r| r.updated_from = text(raw)))
            .selection
            .updated_from_micros
    };
    // 2025-01-14T09:00:00Z is 20,102 days and 9 hours after the epoch.
    let nine = Some((20_102 * 24 + 9) * 3_600 * 1_000_000);
    assert_eq!(micros("2025-01-14T09:00:00Z"), nine);
    assert_eq!(micros("2025-01-14T09:00:00+00:00"), nine);
    assert_eq!(micros("2025-01-14T06:00:00-03:00"), nine);
    assert_eq!(micros("2025-01-14T14:30:00 05:30"), nine);
    for invalid in [
        "",
        "2025-01-14",
        "2025-01-14T09:00:00",
        "2025-01-14 09:00:00",
        "2025-01-14 09:00:00+00:00",
        "2025-01-14T09:00:00-3:00",
        "2025-02-30T09:00:00Z",
        "1736845200",
    ] {
        let (rule, field, validation) = only(&with(|r| r.updated_from = text(invalid)));
        assert_eq!(
            (rule, field),
            (RuleId::ParUpdated, "updated_from"),
            "{invalid}"
        );
        assert_eq!(
            validation,
            FailedValidation::new("DateTime", &["YYYY-MM-DDThh:mm:ss+hh:mm"])
        );
    }
}

#[test]
fn all_invalid_parameters_are_named_in_the_documented_order() {
    let request = SupplierListRequest {
        company_id: text("x"),
        search_term: text("x"),
        purchase_status: text("x"),
        supplier_ids: text("x"),
        registration_start: text("x"),
        registration_end: text("x"),
        page: text("x"),
        per_page: text("x"),
        updated_from: text("x"),
        deleted: text("x"),
    };
    let error = SupplierListParameters::resolve(&request).expect_err("refused");
    assert_eq!(
        error.rules(),
        [
            RuleId::ParCompany,
            RuleId::ParSearch,
            RuleId::ParStatus,
            RuleId::ParSuppliers,
            RuleId::ParStart,
            RuleId::ParEnd,
            RuleId::ParPage,
            RuleId::ParPerpage,
            RuleId::ParUpdated,
            RuleId::ParDeleted,
        ]
    );
    assert_eq!(error.to_string().matches("; got \"x\"").count(), 10);
}

#[test]
fn the_summary_has_the_filters_it_shares_with_the_list() {
    let request = SupplierSummaryRequest {
        company_id: text("12"),
        supplier_ids: text("2,1"),
        registration_start: text("2025-01-31"),
        registration_end: None,
        deleted: text("include"),
    };
    let parameters = SupplierSummaryParameters::resolve(&request).expect("correct parameters");
    assert_eq!(parameters.company_id(), 12);
    assert_eq!(parameters.supplier_ids(), &BTreeSet::from([1, 2]));
    assert_eq!(parameters.deleted(), DeletedFilter::Include);
    let month = NaiveDate::from_ymd_opt(2025, 1, 1);
    assert_eq!(parameters.months(), (month, None));
    let date = NaiveDate::from_ymd_opt(2025, 1, 31);
    assert_eq!(parameters.registration(), (date, None));
}
