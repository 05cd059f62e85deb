//! The counters of this process, for `/metrics`. Any layer may raise them; none identifies a person. Their text
//! format is in `text`, gauges are in `app::metrics`.

mod requests;
mod text;

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

pub use requests::Requests;
pub use text::Text;

#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self) {
        self.add_many(1);
    }

    fn add_many(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counters by a label from our code, of which there are few.
#[derive(Debug, Default)]
pub struct Words(Mutex<Vec<(&'static str, u64)>>);

impl Words {
    pub fn add(&self, word: &'static str) {
        self.add_many(word, 1);
    }

    /// A count of 0 or less adds no label.
    pub fn add_many(&self, word: &'static str, by: i32) {
        let by = u64::try_from(by).unwrap_or(0);
        if by == 0 {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += by,
            None => counts.push((word, by)),
        }
    }

    /// All counts, and 0 for words of `from_start` that were not counted yet: what is compared over time needs a
    /// value before the first count.
    fn read(&self, from_start: &[&'static str]) -> Vec<(&'static str, u64)> {
        let mut counts = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for word in from_start {
            if !counts.iter().any(|(known, _)| known == word) {
                counts.push((word, 0));
            }
        }
        counts.sort_unstable();
        counts
    }
}

#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests, by route, method and class of status.
    pub requests: Requests,
    /// Sign-ins with a password, by outcome.
    pub sign_ins: Words,
    /// Refusals of the flood limits, by route.
    pub throttled: Words,
    /// Look-ups among breached passwords, by what was found.
    pub breach_lookups: Words,
    /// Mails of this node's worker, by outcome.
    pub mails: Words,
    /// Messages to phones, by outcome.
    pub texts: Words,
    /// How often this process restarted the embedded Postgres.
    pub local_postgres_restarts: Counter,
}

impl Metrics {
    pub fn write(&self, text: &mut Text) {
        self.requests.write(text);
        let words: [(_, _, _, &[_], _); 5] = [
            (
                "vestibule_sign_ins_total",
                "Sign-ins with a password or with a passkey alone, by outcome.",
                "outcome",
                &[
                    "signed_in",
                    "second_factor_required",
                    "rejected",
                    "throttled",
                ],
                &self.sign_ins,
            ),
            (
                "vestibule_throttled_total",
                "Attempts that a flood limit refused, by its route.",
                "route",
                &[],
                &self.throttled,
            ),
            (
                "vestibule_breach_lookups_total",
                "Passwords looked up among breached ones, by result.",
                "result",
                &["seen", "unseen", "failed"],
                &self.breach_lookups,
            ),
            (
                "vestibule_mails_total",
                "Mails that this node's worker took, by what became of them.",
                "outcome",
                &["sent", "postponed", "given_up", "expired"],
                &self.mails,
            ),
            (
                "vestibule_texts_total",
                "Messages to phones that this node capped or its worker took, by what became of them.",
                "outcome",
                &["sent", "postponed", "given_up", "expired", "capped"],
                &self.texts,
            ),
        ];
        text.single(
            "vestibule_local_postgres_restarts_total",
            "Times that this process started the embedded Postgres again after it died.",
            "counter",
            self.local_postgres_restarts.read(),
        );
        for (name, help, label, from_start, counts) in words {
            text.family(name, help, "counter");
            for (word, count) in counts.read(from_start) {
                text.sample(name, &[(label, word)], count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn counters_are_written_in_the_format_of_prometheus() {
        let metrics = Metrics::default();
        metrics.throttled.add("login");
        metrics.throttled.add("login");
        let took = Duration::from_millis(30);
        metrics.requests.count(Some("/x/{id}"), "GET", 200, took);
        metrics.requests.count(Some("/x/{id}"), "PURGE", 404, took);
        metrics.requests.count(None, "POST", 404, took);
        let mut text = Text::default();
        metrics.write(&mut text);
        let text = text.finish();
        for line in [
            "# TYPE vestibule_throttled_total counter",
            "vestibule_throttled_total{route=\"login\"} 2",
            "vestibule_mails_total{outcome=\"given_up\"} 0",
            "vestibule_http_requests_total{route=\"/x/{id}\",method=\"GET\",status=\"2xx\"} 1",
            "vestibule_http_requests_total{route=\"/x/{id}\",method=\"other\",status=\"4xx\"} 1",
            "vestibule_http_requests_total{route=\"unknown\",method=\"POST\",status=\"4xx\"} 1",
            "vestibule_http_request_duration_seconds_bucket{route=\"/x/{id}\",le=\"0.025\"} 0",
            "vestibule_http_request_duration_seconds_bucket{route=\"/x/{id}\",le=\"0.05\"} 2",
            "vestibule_http_request_duration_seconds_bucket{route=\"/x/{id}\",le=\"+Inf\"} 2",
            "vestibule_http_request_duration_seconds_sum{route=\"/x/{id}\"} 0.06",
            "vestibule_http_request_duration_seconds_count{route=\"/x/{id}\"} 2",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }

    #[test]
    fn unknown_paths_share_one_label() {
        let requests = Requests::default();
        for n in 0..10_000 {
            let path = format!("/{n}");
            requests.count(Some(&path), "GET", 200, Duration::ZERO);
        }
        let mut text = Text::default();
        requests.write(&mut text);
        assert!(text.finish().lines().count() < 5000);
    }
}
