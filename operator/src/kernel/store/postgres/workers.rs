//! The threads that do what waits for Postgres, one for each connection, and their line.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::super::line::Line;
use super::super::task::Asker;
use super::super::{StoreError, Task, task};
use super::askers::Askers;
use super::at_once::AtOnce;
use super::{Manner, Pool};
use crate::kernel::threads::as_started;

pub(super) struct Workers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

struct Queue {
    state: Mutex<State>,
    came: Condvar,
}

struct State {
    line: Line,
    askers: Askers,
    at_once: AtOnce,
    running: usize,
    is_closed: bool,
}

impl State {
    /// The next task that may run.
    fn next(&mut self) -> Option<Task> {
        let allowed = self.at_once.allowed();
        let Self { line, askers, .. } = self;
        askers.next(allowed).or_else(|| line.next_of(|task| askers.admits(task, allowed)))
    }
}

/// A transaction that runs, until this is dropped.
struct Running<'a> {
    queue: &'a Queue,
    asker: Option<Asker>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.running -= 1;
        if let Some(asker) = self.asker {
            let allowed = state.at_once.allowed();
            state.askers.ended(asker, allowed);
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; waits for one and for its place, until the line is closed and empty. Whoever
    /// ends a task comes here for the next one, so that nobody has to be woken for its place.
    fn next(&self) -> Option<(Task, Running<'_>)> {
        let mut state = self.lock();
        loop {
            if (state.running < state.at_once.allowed() || state.is_closed)
                && let Some(task) = state.next()
            {
                state.running += 1;
                let asker = task.asker();
                return Some((task, Running { queue: self, asker }));
            }
            if state.is_closed {
                return None;
            }
            state = self.came.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Workers {
    pub fn start(count: usize, pool: &Arc<Pool>) -> Result<Self, StoreError> {
        let state = State {
            line: Line::default(),
            askers: Askers::default(),
            at_once: AtOnce::new(count),
            running: 0,
            is_closed: false,
        };
        let queue = Arc::new(Queue { state: Mutex::new(state), came: Condvar::new() });
        let mut workers = Self { queue: Arc::clone(&queue), threads: Vec::new() };
        for number in 0..count {
            let (pool, queue) = (Arc::clone(pool), Arc::clone(&queue));
            let work = move || {
                as_started();
                while let Some((task, running)) = queue.next() {
                    let manner = if task.is_job() { Manner::Job } else { Manner::Served };
                    task.run(|job| pool.transact(job, manner));
                    drop(running);
                }
            };
            let thread = std::thread::Builder::new().name(format!("mesto-store-{number}")).spawn(work);
            workers.threads.push(thread.map_err(|error| StoreError::Unavailable(error.to_string()))?);
        }
        Ok(workers)
    }

    /// Puts a task into line, or ends it when that is too long.
    pub fn ask(&self, task: Task) {
        let mut state = self.queue.lock();
        let joined = state.line.join(task, true);
        drop(state);
        match joined {
            Ok(()) => self.queue.came.notify_one(),
            Err(task) => task.end(Err(StoreError::Overloaded)),
        }
    }

    /// HTTP came so late to its turn; how many may run at once now.
    pub fn http_came_late(&self, by: Duration) -> usize {
        let mut state = self.queue.lock();
        let (running, before) = (state.running, state.at_once.allowed());
        let is_crowded = state.line.is_crowded(task::now());
        state.at_once.http_came_late(by, running, is_crowded);
        let allowed = state.at_once.allowed();
        drop(state);
        if allowed > before {
            self.queue.came.notify_one();
        }
        allowed
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        let state = self.queue.lock();
        state.line.len() + state.askers.waiting()
    }

    /// Lets them finish what waits.
    pub fn end(&mut self) {
        self.queue.lock().is_closed = true;
        self.queue.came.notify_all();
        for thread in self.threads.drain(..) {
            // The last owner may be a task on one of them, which cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.end();
    }
}
