//! The JSON twins of the pages: the same flows, other clothes.
