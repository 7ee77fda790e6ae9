//! A store is of one root key: another folder of keys does not serve it, until somebody says so.

use std::sync::{Arc, Barrier};

use mesto_operator::KnownError;

use crate::world::World;

fn root(world: &World) -> String {
    world.operator.keys().root_text()
}

fn refused(world: &World) -> Option<(String, String)> {
    match world.operator.is_known_to(&*world.store) {
        Ok(()) => None,
        Err(KnownError::AnotherRoot { known, wanted }) => Some((known, wanted)),
        Err(other) => panic!("{other:?}"),
    }
}

on_both_databases! {
    #[test]
    fn a_store_that_was_served_is_refused_by_keys_of_another_root_until_that_is_adopted(world) {
        let (first, second) = (root(world), world.in_city(|_| {}));
        assert_eq!(world.operator.root_key_of(&*world.store), Ok(None));
        // One that was never served has nothing to give up.
        assert_eq!(second.operator.adopt_root_key(&*world.store, world.now(), "too early"), Ok(None));
        for _ in 0..2 {
            assert_eq!(refused(world), None);
            assert_eq!(refused(&second), Some((first.clone(), root(&second))));
        }
        assert_eq!(world.operator.root_key_of(&*world.store), Ok(Some(first.clone())));
        // A new epoch, as a restore begins it, is of the same root.
        second.operator.begin_epoch(&*world.store, world.now()).unwrap();
        assert_eq!(refused(&second), Some((first.clone(), root(&second))));

        let adopted = second.operator.adopt_root_key(&*world.store, world.now(), "the keys were lost");
        assert_eq!(adopted, Ok(Some(first)));
        assert_eq!((refused(&second), refused(world)), (None, Some((root(&second), root(world)))));
        assert_eq!(second.operator.adopt_root_key(&*world.store, world.now(), "again"), Ok(None));
        let log = world.operator.audit_log(&*world.store, None, None).unwrap();
        let of_root: Vec<_> = log.iter().filter(|entry| entry.action == "store.root_key_adopted").collect();
        assert_eq!(of_root.len(), 1, "{log:?}");
        assert_eq!((&*of_root[0].subject, &*of_root[0].note), (&*root(&second), "the keys were lost"));
    }

    #[test]
    fn of_two_roots_that_serve_a_new_store_at_once_one_is_taken(world) {
        let operators = [world.in_city(|_| {}), world.in_city(|_| {})].map(|world| Arc::clone(&world.operator));
        let (store, both) = (Arc::clone(&world.store), Barrier::new(2));
        let taken = std::thread::scope(|scope| {
            let served = operators.each_ref().map(|operator| {
                scope.spawn(|| {
                    both.wait();
                    operator.is_known_to(&*store)
                })
            });
            served.map(|served| served.join().unwrap())
        });
        assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 1, "{taken:?}");
        assert!(taken.iter().any(|taken| matches!(taken, Err(KnownError::AnotherRoot { .. }))), "{taken:?}");
    }
}
