//! `users.kind`: a number that combines all columns that filters use.

use crate::domain::accounts::{
    user::Role,
    user_search::{Status, UserSearch},
};

/// The kinds of users that pass the filters: the possible values of `users.kind`.
pub(super) fn kinds(search: &UserSearch) -> Vec<i16> {
    let part =
        |wanted: Option<i16>, all: &[i16]| wanted.map_or_else(|| all.to_vec(), |one| vec![one]);
    let status = search.status.map(|status| match status {
        Status::Active => 0,
        Status::Disabled => 1,
        Status::Deleted => 2,
    });
    let flag = |wanted: Option<bool>, value: i16| {
        part(wanted.map(|on| if on { value } else { 0 }), &[0, value])
    };
    let parts = [
        flag(search.role.map(|role| role == Role::Admin), 4),
        flag(search.verified, 8),
        flag(search.two_factor, 16),
    ];
    parts.iter().fold(part(status, &[0, 1, 2]), |sums, part| {
        let with = |sum: i16| part.iter().map(move |value| sum + value);
        sums.into_iter().flat_map(with).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_of_filters_selects_kinds() {
        assert_eq!(kinds(&UserSearch::default()).len(), 24);
        let search = UserSearch {
            status: Some(Status::Disabled),
            role: Some(Role::User),
            two_factor: Some(true),
            ..UserSearch::default()
        };
        assert_eq!(kinds(&search), [17, 25]);
    }
}
