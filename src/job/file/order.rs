//! The order of the steps: names and needs come in, positions in the order of running go out.
//!
//! A step without `needs` follows the one before it. Refused: a name twice, a need that is no
//! step, steps that need each other.

use std::collections::BTreeSet;
use std::ops::Range;

use super::problem::Problems;
use super::suggest;

/// A step as far as the order goes.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    /// The name in the text.
    pub(super) span: Range<usize>,
    /// The names after `needs` and where they stand; none without the key.
    pub(super) needs: Option<Vec<(String, Range<usize>)>>,
}

impl Place {
    fn key(&self, key: &str) -> String {
        format!("steps.{:?}.{key}", self.name)
    }
}

/// The names that each step needs.
pub(super) fn needs(places: &[Place], problems: &mut Problems<'_>) -> Vec<Vec<String>> {
    let mut names = BTreeSet::new();
    for place in places {
        if !names.insert(place.name.as_str()) {
            let message = format!("another step has the name {:?}", place.name);
            problems.add(
                &place.span,
                &place.key("name"),
                message,
                "give it one of its own",
            );
        }
    }
    let mut all = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let Some(needs) = &place.needs else {
            let before = at.checked_sub(1).and_then(|before| places.get(before));
            all.push(
                before
                    .map(|before| before.name.clone())
                    .into_iter()
                    .collect(),
            );
            continue;
        };
        for (name, span) in needs {
            if name == &place.name {
                let message = format!("the step needs itself, {name:?}");
                problems.add(span, &place.key("needs"), message, "leave it out");
            } else if !names.contains(name.as_str()) {
                let message = format!("no step has the name {name:?}");
                let remedy = suggest::remedy(name, names.iter().copied());
                problems.add(span, &place.key("needs"), message, remedy);
            }
        }
        all.push(needs.iter().map(|(name, _)| name.clone()).collect());
    }
    all
}

/// Positions in the order of running: what a step needs comes first, else the order of the file.
pub(super) fn sorted(
    places: &[Place],
    needs: &[Vec<String>],
    problems: &mut Problems<'_>,
) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while order.len() < places.len() {
        let is_ready = |at: &usize| {
            !order.contains(at) && needs[*at].iter().all(|need| done.contains(need.as_str()))
        };
        let Some(next) = (0..places.len()).find(is_ready) else {
            let waiting: Vec<usize> = (0..places.len()).filter(|at| !order.contains(at)).collect();
            refuse_cycle(places, needs, &waiting, problems);
            return order;
        };
        done.insert(&places[next].name);
        order.push(next);
    }
    order
}

/// Follows the needs of what cannot begin until a step comes again.
fn refuse_cycle(
    places: &[Place],
    needs: &[Vec<String>],
    waiting: &[usize],
    problems: &mut Problems<'_>,
) {
    let Some(&first) = waiting.first() else {
        return;
    };
    let mut path = vec![first];
    loop {
        let last = path[path.len() - 1];
        let next = waiting
            .iter()
            .find(|at| needs[last].contains(&places[**at].name));
        let Some(&next) = next else { return };
        if let Some(start) = path.iter().position(|at| *at == next) {
            path.drain(..start);
            path.push(next);
            break;
        }
        path.push(next);
    }
    let names: Vec<String> = path
        .iter()
        .map(|at| format!("{:?}", places[*at].name))
        .collect();
    let place = &places[path[0]];
    let wanted = &places[path[1]].name;
    let span = place
        .needs
        .iter()
        .flatten()
        .find(|(name, _)| name == wanted);
    let span = span.map_or(&place.span, |(_, span)| span);
    let message = format!("the steps need each other: {}", names.join(" needs "));
    problems.add(
        span,
        &place.key("needs"),
        message,
        "leave one of the needs out",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, needs: Option<&[&str]>) -> Place {
        let needs = needs.map(|needs| needs.iter().map(|one| ((*one).to_owned(), 0..1)).collect());
        Place {
            name: name.to_owned(),
            span: 0..1,
            needs,
        }
    }

    fn order(places: &[Place]) -> Result<Vec<usize>, String> {
        let mut problems = Problems::of("x");
        let needs = needs(places, &mut problems);
        if !problems.is_empty() {
            return Err(problems.into_sorted()[0].to_string());
        }
        let order = sorted(places, &needs, &mut problems);
        match problems.into_sorted().first() {
            Some(problem) => Err(problem.to_string()),
            None => Ok(order),
        }
    }

    #[test]
    fn a_step_follows_the_one_before_it_or_what_it_needs() {
        let chain = [place("a", None), place("b", None), place("c", None)];
        assert_eq!(order(&chain), Ok(vec![0, 1, 2]));
        let graph = [
            place("a", Some(&["c"])),
            place("b", Some(&[])),
            place("c", None),
        ];
        assert_eq!(order(&graph), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn cycles_strangers_and_twins_are_refused() {
        let cycle = [
            place("x", Some(&[])),
            place("a", Some(&["c"])),
            place("b", None),
            place("c", None),
        ];
        let said = order(&cycle).unwrap_err();
        assert!(
            said.contains(r#""a" needs "c" needs "b" needs "a""#),
            "{said}"
        );
        let said = order(&[place("first", None), place("b", Some(&["frist"]))]).unwrap_err();
        assert!(said.contains("did you mean `first`?"), "{said}");
        assert!(
            order(&[place("a", Some(&["a"]))])
                .unwrap_err()
                .contains("itself")
        );
        assert!(
            order(&[place("a", None), place("a", None)])
                .unwrap_err()
                .contains("another")
        );
    }
}
