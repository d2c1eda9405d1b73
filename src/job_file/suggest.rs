//! Suggestions for an unknown name: the most similar known name.

/// The remedy for an unknown name: the most similar known name, or all known names.
pub(super) fn remedy<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(name, &known) {
        return format!("did you mean `{near}`?");
    }
    if known.is_empty() {
        return "remove it".to_owned();
    }
    let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("choose one of {}", quoted.join(", "))
}

/// Whether `name` is probably a misspelling of `known`.
pub(super) fn is_meant(name: &str, known: &str) -> bool {
    nearest(name, &[known]).is_some()
}

/// The known name with the fewest changes, if these are at most a third of its letters.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let with_distance = known
        .iter()
        .map(|other| (strsim::levenshtein(name, other), *other));
    with_distance
        .filter(|(distance, other)| *distance <= other.chars().count().div_ceil(3).max(1))
        .min()
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant_and_a_far_one_is_not() {
        assert_eq!(
            remedy("lenght", ["length", "unit"]),
            "did you mean `length`?"
        );
        assert_eq!(
            remedy("colour", ["length", "unit"]),
            "choose one of `length`, `unit`"
        );
        assert_eq!(remedy("x", []), "remove it");
    }
}
