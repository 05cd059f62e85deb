//! The interface for browsers and API clients: pages with their texts and files, and the JSON API.
//!
//! Only `web` and `app` use actix. Nothing is decided here; this layer translates between HTTP and the
//! flows.

pub mod api;
pub mod assets;
pub mod connection;
mod cookies;
pub mod copy;
pub mod download;
mod error;
pub mod extract;
mod fields;
pub mod guard;
mod health;
pub mod middleware;
pub mod pages;
pub mod parts;
pub mod paths;
pub mod problem;
pub mod routes;
mod session;
pub mod state;
pub mod view;
