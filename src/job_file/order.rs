//! The order of the steps, from their names and needs.
//!
//! A step without `needs` needs the one before it. Refused: duplicate names, needs that name no
//! step, and cycles.

use std::collections::BTreeSet;
use std::ops::Range;

use super::problem::ProblemCollector;
use super::suggest;

/// A step in the graph of needs.
#[derive(Debug)]
pub(super) struct StepNode {
    pub(super) name: String,
    /// Position of the name in the text.
    pub(super) span: Range<usize>,
    /// The names of `needs` and their positions; none without the key.
    pub(super) needs: Option<Vec<(String, Range<usize>)>>,
}

impl StepNode {
    fn key(&self, key: &str) -> String {
        format!("steps.{:?}.{key}", self.name)
    }
}

/// The names that each step needs.
pub(super) fn needs(nodes: &[StepNode], problems: &mut ProblemCollector<'_>) -> Vec<Vec<String>> {
    let mut names = BTreeSet::new();
    for node in nodes {
        if !names.insert(node.name.as_str()) {
            let message = format!("duplicate step name {:?}", node.name);
            problems.add(
                &node.span,
                &node.key("name"),
                message,
                "rename one of the steps",
            );
        }
    }
    let mut all = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let Some(needs) = &node.needs else {
            let before = at.checked_sub(1).and_then(|before| nodes.get(before));
            all.push(
                before
                    .map(|before| before.name.clone())
                    .into_iter()
                    .collect(),
            );
            continue;
        };
        for (name, span) in needs {
            if name == &node.name {
                let message = "the step needs itself";
                problems.add(span, &node.key("needs"), message, "remove it");
            } else if !names.contains(name.as_str()) {
                let message = format!("unknown step {name:?}");
                let remedy = suggest::remedy(name, names.iter().copied());
                problems.add(span, &node.key("needs"), message, remedy);
            }
        }
        all.push(needs.iter().map(|(name, _)| name.clone()).collect());
    }
    all
}

/// Positions in the order of execution: needed steps first, otherwise the order of the file.
pub(super) fn sorted(
    nodes: &[StepNode],
    needs: &[Vec<String>],
    problems: &mut ProblemCollector<'_>,
) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while order.len() < nodes.len() {
        let is_ready = |at: &usize| {
            !order.contains(at) && needs[*at].iter().all(|need| done.contains(need.as_str()))
        };
        let Some(next) = (0..nodes.len()).find(is_ready) else {
            let waiting: Vec<usize> = (0..nodes.len()).filter(|at| !order.contains(at)).collect();
            record_cycle(nodes, needs, &waiting, problems);
            return order;
        };
        done.insert(&nodes[next].name);
        order.push(next);
    }
    order
}

/// Records the cycle: follows the needs of a waiting step until a step repeats.
fn record_cycle(
    nodes: &[StepNode],
    needs: &[Vec<String>],
    waiting: &[usize],
    problems: &mut ProblemCollector<'_>,
) {
    let Some(&first) = waiting.first() else {
        return;
    };
    let mut path = vec![first];
    loop {
        let last = path[path.len() - 1];
        let next = waiting
            .iter()
            .find(|at| needs[last].contains(&nodes[**at].name));
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
        .map(|at| format!("{:?}", nodes[*at].name))
        .collect();
    let node = &nodes[path[0]];
    let wanted = &nodes[path[1]].name;
    let span = node.needs.iter().flatten().find(|(name, _)| name == wanted);
    let span = span.map_or(&node.span, |(_, span)| span);
    let message = format!("the steps form a cycle: {}", names.join(" needs "));
    problems.add(span, &node.key("needs"), message, "remove one of the needs");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, needs: Option<&[&str]>) -> StepNode {
        let needs = needs.map(|needs| needs.iter().map(|one| ((*one).to_owned(), 0..1)).collect());
        StepNode {
            name: name.to_owned(),
            span: 0..1,
            needs,
        }
    }

    fn order(nodes: &[StepNode]) -> Result<Vec<usize>, String> {
        let mut problems = ProblemCollector::of("x");
        let needs = needs(nodes, &mut problems);
        if !problems.is_empty() {
            return Err(problems.into_sorted()[0].to_string());
        }
        let order = sorted(nodes, &needs, &mut problems);
        match problems.into_sorted().first() {
            Some(problem) => Err(problem.to_string()),
            None => Ok(order),
        }
    }

    #[test]
    fn a_step_follows_the_one_before_it_or_what_it_needs() {
        let chain = [node("a", None), node("b", None), node("c", None)];
        assert_eq!(order(&chain), Ok(vec![0, 1, 2]));
        let graph = [
            node("a", Some(&["c"])),
            node("b", Some(&[])),
            node("c", None),
        ];
        assert_eq!(order(&graph), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn cycles_strangers_and_twins_are_refused() {
        let cycle = [
            node("x", Some(&[])),
            node("a", Some(&["c"])),
            node("b", None),
            node("c", None),
        ];
        let message = order(&cycle).unwrap_err();
        assert!(
            message.contains(r#""a" needs "c" needs "b" needs "a""#),
            "{message}"
        );
        let message = order(&[node("first", None), node("b", Some(&["frist"]))]).unwrap_err();
        assert!(message.contains("did you mean `first`?"), "{message}");
        assert!(
            order(&[node("a", Some(&["a"]))])
                .unwrap_err()
                .contains("itself")
        );
        assert!(
            order(&[node("a", None), node("a", None)])
                .unwrap_err()
                .contains("duplicate")
        );
    }
}
