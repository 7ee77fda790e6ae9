//! The threads that do what waits for Postgres, one for each connection, and their line.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::super::line::Line;
use super::super::{StoreError, Task};
use super::{Manner, Pool};

pub(super) struct Workers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    came: Condvar,
}

#[derive(Default)]
struct State {
    line: Line,
    is_closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; waits for one, until the line is closed and empty.
    fn next(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if let Some(task) = state.line.next() {
                return Some(task);
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
        let queue = Arc::new(Queue::default());
        let mut workers = Self { queue: Arc::clone(&queue), threads: Vec::new() };
        for number in 0..count {
            let (pool, queue) = (Arc::clone(pool), Arc::clone(&queue));
            let work = move || {
                while let Some(task) = queue.next() {
                    let manner = if task.is_job() { Manner::Job } else { Manner::Served };
                    task.run(|job| pool.transact(job, manner));
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

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.queue.lock().line.len()
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
