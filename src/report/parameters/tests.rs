//! Every `PAR-*` rule with a valid and an invalid parameter.

use super::*;

fn resolve(change: impl FnOnce(&mut SeriesRequest)) -> Result<SeriesParameters, ParameterError> {
    let mut request = SeriesRequest {
        length: Some("7".to_owned()),
        ..SeriesRequest::default()
    };
    change(&mut request);
    let now = "2024-02-10T15:00:00Z".parse().expect("a time");
    SeriesParameters::resolve(&request, now)
}

fn resolve_currency(text: &str) -> Result<SeriesParameters, ParameterError> {
    let request = RevenueSeriesRequest {
        series: SeriesRequest {
            length: Some("7".to_owned()),
            ..SeriesRequest::default()
        },
        currency: Some(text.to_owned()),
    };
    let now = "2024-02-10T15:00:00Z".parse().expect("a time");
    SeriesParameters::resolve_revenue(&request, now)
}

fn rule(result: Result<SeriesParameters, ParameterError>) -> Option<RuleId> {
    result.err().map(|error| error.rule)
}

#[test]
fn length_is_required_and_between_1_and_100() {
    for text in ["1", "100", "007"] {
        assert_eq!(
            rule(resolve(|r| r.length = Some(text.to_owned()))),
            None,
            "{text}"
        );
    }
    for text in [
        "0", "101", "256", "-1", "+7", "7.0", " 7", "", "sete", "1e1", "٧",
    ] {
        let refused = rule(resolve(|r| r.length = Some(text.to_owned())));
        assert_eq!(refused, Some(RuleId::ParLength), "{text}");
    }
    let error = resolve(|r| r.length = None).expect_err("required");
    assert_eq!(
        error.sentence,
        "'length' is required and must be a whole number between 1 and 100 (inclusive)"
    );
    assert_eq!((error.parameter, error.value), ("length", None));
}

#[test]
fn unit_is_day_or_hour_and_the_translated_words_get_a_hint() {
    for text in ["day", "hour"] {
        assert_eq!(
            rule(resolve(|r| r.unit = Some(text.to_owned()))),
            None,
            "{text}"
        );
    }
    for text in ["Day", "days", "week", ""] {
        let refused = rule(resolve(|r| r.unit = Some(text.to_owned())));
        assert_eq!(refused, Some(RuleId::ParUnit), "{text}");
    }
    for (text, meant) in [("dia", "use day"), ("Horas", "use hour")] {
        let error = resolve(|r| r.unit = Some(text.to_owned())).expect_err("translated");
        assert!(error.sentence.contains(meant), "{}", error.sentence);
    }
}

#[test]
fn hour_length_is_days_or_units() {
    for text in ["days", "units"] {
        assert_eq!(
            rule(resolve(|r| r.hour_length = Some(text.to_owned()))),
            None,
            "{text}"
        );
    }
    let error = resolve(|r| r.hour_length = Some("rows".to_owned())).expect_err("unknown");
    assert_eq!(
        (error.rule, error.parameter),
        (RuleId::ParLength, "hour_length")
    );
}

#[test]
fn timezone_is_an_iana_name_and_a_wrong_case_is_pointed_out() {
    for text in ["America/Sao_Paulo", "UTC", "Asia/Kolkata"] {
        assert_eq!(
            rule(resolve(|r| r.timezone = Some(text.to_owned()))),
            None,
            "{text}"
        );
    }
    for text in ["-03:00", "Brasilia", ""] {
        let refused = rule(resolve(|r| r.timezone = Some(text.to_owned())));
        assert_eq!(refused, Some(RuleId::ParTimezone), "{text}");
    }
    let error = resolve(|r| r.timezone = Some("america/sao_paulo".to_owned())).expect_err("case");
    assert!(
        error.sentence.contains("did you mean America/Sao_Paulo?"),
        "{}",
        error.sentence
    );
}

#[test]
fn currency_is_a_known_code() {
    let parameters = resolve_currency("BRL").expect("known");
    assert_eq!(
        parameters
            .currency()
            .map(|c| c.as_str().to_owned())
            .as_deref(),
        Some("BRL")
    );
    for text in ["XXX", "R$", "BRLL", ""] {
        let refused = rule(resolve_currency(text));
        assert_eq!(refused, Some(RuleId::ParCurrency), "{text}");
    }
}

#[test]
fn the_run_time_is_the_end_when_none_is_given() {
    let parameters = resolve(|_| ()).expect("the defaults");
    let settings = parameters.settings();
    let value = |name| {
        let found = settings.iter().find(|(setting, _)| *setting == name);
        found.map(|(_, value)| value.as_str())
    };
    assert!(value("ending_at").is_some_and(|text| text.starts_with("2024-02-10T15:00:00")));
    assert_eq!(value("unit"), Some("day"));
    assert_eq!(value("hour_length"), Some("days"));
    assert_eq!(value("timezone"), Some("UTC"));
    assert_eq!(value("exclude_refunds"), Some("false"));
    assert_eq!(value("product"), None);
    assert_eq!(parameters.notes(), []);
}

#[test]
fn the_dates_to_read_are_utc_dates_even_for_local_days() {
    let dates = |timezone: &str, ending_at: &str| {
        let parameters = resolve(|r| {
            r.length = Some("2".to_owned());
            r.timezone = Some(timezone.to_owned());
            r.ending_at = Some(ending_at.to_owned());
        });
        let dates = parameters.expect("correct").utc_dates();
        (dates.start().to_string(), dates.end().to_string())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(dates("UTC", "2024-01-31"), pair("2024-01-30", "2024-01-31"));
    assert_eq!(
        dates("America/Sao_Paulo", "2024-01-31"),
        pair("2024-01-30", "2024-02-01")
    );
    assert_eq!(
        dates("Asia/Tokyo", "2024-01-31"),
        pair("2024-01-29", "2024-01-31")
    );
}
