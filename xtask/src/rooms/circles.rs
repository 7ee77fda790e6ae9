//! Circles in a graph of who names whom.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A graph: from each place the places it leads to.
pub type Graph<P> = BTreeMap<P, BTreeSet<P>>;

/// Circles over arrows that `counts`, each as a walk whose last place leads to its first; an arrow
/// between two places of a circle that is told already begins no other.
pub fn circles<P: Copy + Ord>(graph: &Graph<P>, counts: impl Fn(P, P) -> bool) -> Vec<Vec<P>> {
    let mut found: Vec<Vec<P>> = Vec::new();
    for (&from, targets) in graph {
        for &to in targets.iter().filter(|to| counts(from, **to)) {
            // One arrow of a circle is enough to tell it.
            if found.iter().any(|circle| circle.contains(&from) && circle.contains(&to)) {
                continue;
            }
            found.extend(way(graph, to, from));
        }
    }
    found
}

/// The shortest walk from one place to another, both included.
fn way<P: Copy + Ord>(graph: &Graph<P>, from: P, to: P) -> Option<Vec<P>> {
    let mut before: BTreeMap<P, P> = BTreeMap::new();
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        if at == to {
            let mut walk = vec![to];
            while let Some(&earlier) = walk.last().filter(|at| **at != from).and_then(|at| before.get(at)) {
                walk.push(earlier);
            }
            walk.reverse();
            return Some(walk);
        }
        for &target in graph.get(&at).into_iter().flatten() {
            if target != from && !before.contains_key(&target) {
                before.insert(target, at);
                next.push_back(target);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(u8, u8)]) -> Graph<u8> {
        let mut graph = Graph::new();
        for &(from, to) in arrows {
            graph.entry(from).or_insert_with(BTreeSet::new).insert(to);
        }
        graph
    }

    #[test]
    fn a_circle_is_told_once_by_its_shortest_way_back() {
        let found = circles(&graph(&[(1, 2), (2, 3), (3, 1), (2, 4), (4, 3), (5, 1)]), |_, _| true);
        assert_eq!(found, [vec![2, 3, 1], vec![4, 3, 1, 2]]);
        assert_eq!(circles(&graph(&[(1, 2), (2, 3), (1, 3)]), |_, _| true), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn only_a_circle_over_an_arrow_that_counts_is_told() {
        let tens = |from: u8, to: u8| from / 10 != to / 10;
        assert!(circles(&graph(&[(1, 2), (2, 1), (2, 11)]), tens).is_empty());
        assert_eq!(circles(&graph(&[(1, 2), (2, 1), (2, 11), (11, 1)]), tens), [vec![11, 1, 2]]);
    }
}
