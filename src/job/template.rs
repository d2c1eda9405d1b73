//! `{date}` in the texts of a job file.

use chrono::NaiveDate;

/// Puts the data date in: `{date}` as `2026-11-20`, `{date:%Y/%m/%d}` in a form of its own
/// (the letters of `strftime`). Other braces are refused, so that a typing error is not taken
/// for a path.
///
/// # Errors
/// What the braces hold, when it is not understood.
pub(super) fn fill(text: &str, date: NaiveDate) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| format!("{text:?} has a {{ without its }}"))?;
        let form = match name.split_once(':') {
            None if name == "date" => "%Y-%m-%d",
            Some(("date", form)) => form,
            _ => {
                return Err(format!(
                    "{{{name}}} in {text:?} is not known; {{date}} and {{date:%Y/%m/%d}} are"
                ));
            }
        };
        let items: Vec<_> = chrono::format::StrftimeItems::new(form).collect();
        if items.contains(&chrono::format::Item::Error) {
            return Err(format!("{form:?} in {text:?} is no form of a date"));
        }
        out.push_str(&date.format_with_items(items.into_iter()).to_string());
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_put_in_in_the_form_asked_for() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 5).unwrap();
        let filled = fill("dumps/{date:%Y/%m/%d}/x-{date}.json", date);
        assert_eq!(filled.as_deref(), Ok("dumps/2026/11/05/x-2026-11-05.json"));
        for wrong in ["{day}", "{date", "{date:%Q}"] {
            assert!(fill(wrong, date).is_err(), "{wrong}");
        }
    }
}
