//! Whose turn it is: a bounded queue, worked off by at most as many threads as there are permits, each with one buffer.
//!
//! A thread that has finished takes the next request itself, so that no processor is idle until another thread is woken.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::HashingError;
use crate::domain::password::{HashError, Memory};

pub(super) struct Turns(Arc<Mutex<State>>);

struct State {
    waiting: VecDeque<Box<dyn Job>>,
    most_waiting: usize,
    /// The buffers of the threads that do not run.
    buffers: Vec<Memory>,
    running: usize,
}

trait Job: Send {
    /// Whether the client has disconnected.
    fn is_abandoned(&self) -> bool;
    fn run(self: Box<Self>, memory: &mut Memory);
}

struct Asked<T, W> {
    work: W,
    answer: oneshot::Sender<Result<T, HashError>>,
}

impl<T, W> Job for Asked<T, W>
where
    T: Send,
    W: FnOnce(&mut Memory) -> Result<T, HashError> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(self: Box<Self>, memory: &mut Memory) {
        let outcome = (self.work)(memory);
        // This fails if the client has disconnected.
        drop(self.answer.send(outcome));
    }
}

impl State {
    /// A thread has ended.
    fn end(&mut self, memory: Memory) {
        self.running -= 1;
        self.buffers.push(memory);
    }
}

impl Turns {
    pub(super) fn new(permits: usize, most_waiting: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            waiting: VecDeque::new(),
            most_waiting,
            buffers: (0..permits).map(|_| Memory::default()).collect(),
            running: 0,
        })))
    }

    /// How many run and how many wait.
    pub(super) fn load(&self) -> (usize, usize) {
        let state = lock(&self.0);
        let waiting = state.waiting.iter().filter(|job| !job.is_abandoned());
        (state.running, waiting.count())
    }

    /// Runs the work when its turn comes. It is left out if this future is dropped before.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let (answer, answered) = oneshot::channel();
        self.add(Box::new(Asked { work, answer }))?;
        let outcome = answered.await.map_err(|_| HashingError::Interrupted)?;
        Ok(outcome?)
    }

    fn add(&self, job: Box<dyn Job>) -> Result<(), HashingError> {
        let mut state = lock(&self.0);
        if let Some(memory) = state.buffers.pop() {
            state.running += 1;
            drop(state);
            let turn = Turn {
                turns: Arc::clone(&self.0),
                memory: Some(memory),
            };
            tokio::task::spawn_blocking(move || turn.work_off(job));
            return Ok(());
        }
        if state.waiting.len() >= state.most_waiting {
            state.waiting.retain(|job| !job.is_abandoned());
        }
        if state.waiting.len() >= state.most_waiting {
            return Err(HashingError::Busy);
        }
        state.waiting.push_back(job);
        Ok(())
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of the threads, with its buffer.
struct Turn {
    turns: Arc<Mutex<State>>,
    memory: Option<Memory>,
}

impl Turn {
    /// Runs this job and those that wait. A client that disconnects frees the thread only when its work is done.
    fn work_off(mut self, first: Box<dyn Job>) {
        let mut next = Some(first);
        while let Some(job) = next {
            if !job.is_abandoned() {
                let memory = self.memory.get_or_insert_default();
                // After a panic, the client gets `Interrupted`, since its sender is dropped.
                if catch_unwind(AssertUnwindSafe(|| job.run(memory))).is_err() {
                    self.memory = Some(Memory::default());
                }
            }
            let mut state = lock(&self.turns);
            next = state.waiting.pop_front();
            if next.is_none() {
                state.end(self.memory.take().unwrap_or_default());
            }
        }
    }
}

/// A runtime that ends drops what it has not begun.
impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            lock(&self.turns).end(memory);
        }
    }
}
