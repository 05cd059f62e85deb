//! Batches the questions of one thread: while a statement runs, further questions are collected, and the
//! next statement answers all of them. A single question is sent at once.

use std::collections::HashMap;

use tokio::{
    sync::{mpsc, oneshot},
    task::yield_now,
};

use crate::db::{Db, DbError, PerThread};

/// A question, many of which one statement can answer.
pub(in crate::db) trait Question: Send + Sync + Sized + 'static {
    type Answer: Send + 'static;

    /// The answers with the positions of their questions, from 1. Questions without an answer are left
    /// out.
    fn answer_all(
        db: &Db,
        questions: &[&Self],
    ) -> impl Future<Output = Result<HashMap<i64, Self::Answer>, DbError>> + Send;
}

/// A question, and the channel for its answer.
struct Pending<Q: Question> {
    question: Q,
    answer: oneshot::Sender<Result<Option<Q::Answer>, DbError>>,
}

/// The queue of one thread. It is bounded because the number of requests is.
pub(in crate::db) struct Batcher<Q: Question>(mpsc::UnboundedSender<Pending<Q>>);

impl<Q: Question> Clone for Batcher<Q> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q: Question> Batcher<Q> {
    fn start(db: &Db) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        // A separate task: a client that disconnects must not cancel the answers of others. It ends with
        // the runtime of its thread.
        tokio::spawn(answer(db.clone(), receiver));
        Self(sender)
    }

    fn is_open(&self) -> bool {
        !self.0.is_closed()
    }
}

/// Asks together with the other questions that this thread has queued at this moment.
pub(in crate::db) async fn ask<Q: Question>(
    db: &Db,
    queue: &PerThread<Batcher<Q>>,
    question: Q,
) -> Result<Option<Q::Answer>, DbError> {
    let gone = || DbError::Unavailable("the statement's task ended".to_owned());
    let (answer, answered) = oneshot::channel();
    let queue = queue.here(Batcher::is_open, || Batcher::start(db));
    let ask = Pending { question, answer };
    queue.0.send(ask).map_err(|_| gone())?;
    answered.await.map_err(|_| gone())?
}

/// More than the requests of a thread outside a flood, and few enough to keep a statement's arrays short.
const MAX_BATCH: usize = 64;
/// How often the event loop polls its sockets before a statement is sent. A poll takes about a
/// microsecond, and two of them halve the number of statements of a busy server.
const POLLS: usize = 2;

async fn answer<Q: Question>(db: Db, mut queue: mpsc::UnboundedReceiver<Pending<Q>>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while queue.recv_many(&mut batch, MAX_BATCH).await > 0 {
        for _ in 0..POLLS {
            yield_now().await;
        }
        while batch.len() < MAX_BATCH
            && let Ok(ask) = queue.try_recv()
        {
            batch.push(ask);
        }
        let questions: Vec<&Q> = batch.iter().map(|ask| &ask.question).collect();
        match Q::answer_all(&db, &questions).await {
            Ok(mut found) => {
                for (nth, ask) in (1..).zip(batch.drain(..)) {
                    // The caller may have disconnected.
                    let _ = ask.answer.send(Ok(found.remove(&nth)));
                }
            }
            Err(error) => {
                let reason = error.to_string();
                for ask in batch.drain(..) {
                    let _ = ask.answer.send(Err(DbError::Unavailable(reason.clone())));
                }
            }
        }
    }
}
