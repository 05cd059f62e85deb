//! Files about a user, sent to that user as they are read.
//!
//! Each part begins after the last row of the previous part. Memory holds one part at a time, no connection to the
//! database is held between two parts, and nothing more is read when the client stops receiving.

use std::time::Duration;

use crate::{
    db,
    domain::sign_in::attempts::Pause,
    flows::{
        FlowError, Result, Services, flood_limits::Throttled, sessions::authenticate::Authenticated,
    },
    throttle::downloads::{Download, Full},
};

/// Rows of a part. A row has at most some 4 KiB, most of which is the user agent.
pub(in crate::flows) const AT_ONCE: i64 = 250;
/// How long to wait for a file that is being sent to the same user.
const UNTIL_SENT: Duration = Duration::from_secs(5);

/// A file that is written part by part.
pub trait Parts {
    /// The next part; `None` behind the last one.
    fn next(&mut self, s: &Services) -> impl Future<Output = Result<Option<Vec<u8>>>>;
}

/// Who receives a file, and the place that it takes among those that are sent at once.
#[derive(Debug)]
pub(in crate::flows) struct Receiver {
    pub(in crate::flows) who: Authenticated,
    _place: Download,
}

impl Receiver {
    /// Takes a place for another file.
    pub(in crate::flows) fn new(
        s: &Services,
        who: &Authenticated,
    ) -> Result<Result<Self, Throttled>> {
        match s.downloads.begin(who.user().id) {
            Ok(place) => Ok(Ok(Self {
                who: who.clone(),
                _place: place,
            })),
            Err(Full::OfUser) => Ok(Err(Throttled(Pause::For(UNTIL_SENT)))),
            Err(Full::InAll) => Err(FlowError::Overloaded),
        }
    }

    /// Fails once the session has ended: a file that takes long ends with it.
    pub(in crate::flows) async fn check(&self, s: &Services) -> Result<()> {
        let Some(session_id) = self.who.session_id else {
            return Ok(());
        };
        let shared = s.db.shared().await?;
        if db::sessions::lives(&shared, session_id, self.who.user().id).await? {
            Ok(())
        } else {
            Err(FlowError::NoLongerAllowed)
        }
    }
}
