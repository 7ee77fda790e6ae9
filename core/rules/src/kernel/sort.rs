//! Sorting short lists of any type by one sort: the standard library's is compiled for each type,
//! and takes five kilobytes of the app's library each time.

use std::cmp::Ordering;

/// Sorts as [`slice::sort_by`] does: equals stay in their order.
pub fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = order_of(list.len(), &|one, other| match (list.get(one), list.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    let mut items: Vec<Option<T>> = std::mem::take(list).into_iter().map(Some).collect();
    list.extend(order.into_iter().filter_map(|place| items.get_mut(place).and_then(Option::take)));
}

/// Sorts as [`slice::sort_by_key`] does: equals stay in their order.
pub fn sort_by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(list, |one, other| key(one).cmp(&key(other)));
}

/// Places of a list of this length, in the order of what stands there.
#[inline(never)]
fn order_of(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_as_the_standard_library_does() {
        for length in 0..100_u32 {
            // The key repeats, so that the order of equals is seen.
            let list: Vec<(u32, u32)> = (0..length).map(|place| (place * 7_919 % 11, place)).collect();
            let (mut ours, mut theirs) = (list.clone(), list);
            sort_by_key(&mut ours, |item| item.0);
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
            // By two keys, one of them downwards: no key alone orders so.
            let order = |one: &(u32, u32), other: &(u32, u32)| one.0.cmp(&other.0).then(other.1.cmp(&one.1));
            sort_by(&mut ours, order);
            theirs.sort_by(order);
            assert_eq!(ours, theirs);
        }
    }
}
