//! Questions that the requests of one thread ask together: while one statement is under way, the
//! next questions gather, and one statement answers them all. A lone question waits for nobody.

use std::collections::HashMap;

use tokio::{
    sync::{mpsc, oneshot},
    task::yield_now,
};

use crate::db::{Db, DbError, PerThread};

/// What one statement can answer for many.
pub(in crate::db) trait Question: Send + Sync + Sized + 'static {
    /// What is known then.
    type Answer: Send + 'static;

    /// The answers by the place of their questions, from 1. What has none is left out.
    fn answer_all(
        db: &Db,
        questions: &[&Self],
    ) -> impl Future<Output = Result<HashMap<i64, Self::Answer>, DbError>> + Send;
}

/// A question, and where its answer goes.
struct Ask<Q: Question> {
    question: Q,
    answer: oneshot::Sender<Result<Option<Q::Answer>, DbError>>,
}

/// Where the requests of one thread ask. The requests themselves are bounded, so this is.
pub(in crate::db) struct Asks<Q: Question>(mpsc::UnboundedSender<Ask<Q>>);

impl<Q: Question> Clone for Asks<Q> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q: Question> Asks<Q> {
    fn answered_by(db: &Db) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        // A task of its own: a client that hangs up must not take the answers of others with it.
        // It ends with the runtime of its thread.
        tokio::spawn(answer(db.clone(), receiver));
        Self(sender)
    }

    fn is_open(&self) -> bool {
        !self.0.is_closed()
    }
}

/// Asks together with whatever else this thread asks at this moment.
pub(in crate::db) async fn ask<Q: Question>(
    db: &Db,
    asks: &PerThread<Asks<Q>>,
    question: Q,
) -> Result<Option<Q::Answer>, DbError> {
    let gone = || DbError::Unavailable("the statement's task ended".to_owned());
    let (answer, answered) = oneshot::channel();
    let asks = asks.here(Asks::is_open, || Asks::answered_by(db));
    let ask = Ask { question, answer };
    asks.0.send(ask).map_err(|_| gone())?;
    answered.await.map_err(|_| gone())?
}

/// More than a thread has under way at once, bar floods; keeps a statement's arrays short.
const AT_ONCE: usize = 64;
/// How often the event loop looks at its sockets before a statement is sent. A look takes about a
/// microsecond, and two of them halve the number of statements of a busy server.
const LOOKS: usize = 2;

async fn answer<Q: Question>(db: Db, mut asks: mpsc::UnboundedReceiver<Ask<Q>>) {
    let mut gathered = Vec::with_capacity(AT_ONCE);
    while asks.recv_many(&mut gathered, AT_ONCE).await > 0 {
        for _ in 0..LOOKS {
            yield_now().await;
        }
        while gathered.len() < AT_ONCE
            && let Ok(ask) = asks.try_recv()
        {
            gathered.push(ask);
        }
        let questions: Vec<&Q> = gathered.iter().map(|ask| &ask.question).collect();
        match Q::answer_all(&db, &questions).await {
            Ok(mut found) => {
                for (nth, ask) in (1..).zip(gathered.drain(..)) {
                    // Whoever asked may have hung up.
                    let _ = ask.answer.send(Ok(found.remove(&nth)));
                }
            }
            Err(error) => {
                let told = error.to_string();
                for ask in gathered.drain(..) {
                    let _ = ask.answer.send(Err(DbError::Unavailable(told.clone())));
                }
            }
        }
    }
}
