//! How many files and sockets the process may hold.

/// Raises the soft limit to the hard one, which needs no rights; gives what holds then. `None`
/// where there is no such limit.
#[cfg(unix)]
pub(super) fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(_) => current,
    }
}

#[cfg(not(unix))]
pub(super) fn raise() -> Option<u64> {
    None
}

/// Connections that a limit leaves room for, beside the store, the logs and what else is open.
pub(super) fn room(limit: u64) -> usize {
    let others = (limit / 4).min(256);
    usize::try_from(limit - others).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_left_for_the_store_and_the_logs() {
        assert_eq!([room(64), room(1_024), room(20_000), room(0)], [48, 768, 19_744, 1]);
    }
}
