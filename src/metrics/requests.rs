//! Requests by route, method and class of status, and how long they took by route.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::{Counter, Text};

/// The methods with their own label; the last is for all others.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds in milliseconds, and their text in seconds.
const BOUNDS: [(u128, &str); 10] = [
    (1, "0.001"),
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (500, "0.5"),
    (1000, "1"),
    (5000, "5"),
];
/// The label of requests that match no route.
const UNKNOWN: &str = "unknown";
/// More than the number of routes; further ones are counted as unknown.
const MOST_ROUTES: usize = 200;

#[derive(Debug, Default)]
struct Route {
    answered: [[Counter; CLASSES.len()]; METHODS.len()],
    /// Counted at the first bound that is not exceeded; the last has no bound.
    took: [Counter; BOUNDS.len() + 1],
    micros: Counter,
}

/// The requests of this process.
#[derive(Debug, Default)]
pub struct Requests(RwLock<BTreeMap<String, Arc<Route>>>);

impl Requests {
    /// Counts an answer. `route` is the pattern in the table of routes, never the requested path; `None`
    /// if there is none.
    pub fn count(&self, route: Option<&str>, method: &str, status: u16, took: Duration) {
        let route = self.route(route.unwrap_or(UNKNOWN));
        let other = METHODS.len() - 1;
        let method = METHODS.iter().position(|known| *known == method);
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        route.answered[method.unwrap_or(other)][class].add();
        let within = |(bound, _): &(u128, &str)| took.as_millis() < *bound;
        let bucket = BOUNDS.iter().position(within).unwrap_or(BOUNDS.len());
        route.took[bucket].add();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        route.micros.add_many(micros);
    }

    fn route(&self, name: &str) -> Arc<Route> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = known.get(name) {
            return Arc::clone(route);
        }
        let name = if known.len() < MOST_ROUTES {
            name
        } else {
            UNKNOWN
        };
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(name.to_owned()).or_default())
    }

    /// Writes the two families.
    pub fn write(&self, text: &mut Text) {
        let known = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let name = "vestibule_http_requests_total";
        text.family(name, "Requests answered, by route.", "counter");
        for (route, counted) in &known {
            for (method, classes) in METHODS.iter().zip(&counted.answered) {
                for (class, count) in CLASSES.iter().zip(classes) {
                    if count.read() > 0 {
                        let labels = [
                            ("route", route.as_str()),
                            ("method", method),
                            ("status", class),
                        ];
                        text.sample(name, &labels, count.read());
                    }
                }
            }
        }
        let name = "vestibule_http_request_duration_seconds";
        text.family(
            name,
            "Time until the head of the answer, by route.",
            "histogram",
        );
        for (route, counted) in &known {
            write_durations(text, name, route, counted);
        }
    }
}

fn write_durations(text: &mut Text, name: &str, route: &str, counted: &Route) {
    let mut sum = 0;
    let bounds = BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
    for (bound, count) in bounds.zip(&counted.took) {
        sum += count.read();
        let labels = [("route", route), ("le", bound)];
        text.sample(&format!("{name}_bucket"), &labels, sum);
    }
    let seconds = Duration::from_micros(counted.micros.read()).as_secs_f64();
    text.sample(&format!("{name}_sum"), &[("route", route)], seconds);
    text.sample(&format!("{name}_count"), &[("route", route)], sum);
}
