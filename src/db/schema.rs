//! The tables as Diesel sees them. A test compares this file with the migrations.

diesel::table! {
    account_throttles (key) {
        key -> Bytea,
        failures -> Int4,
        tried_at -> Timestamptz,
        next_allowed_at -> Timestamptz,
    }
}

diesel::table! {
    audit_events (seq) {
        seq -> Int8,
        at -> Timestamptz,
        event -> Text,
        level -> Text,
        actor_id -> Nullable<Uuid>,
        subject_id -> Nullable<Uuid>,
        subject_hash -> Nullable<Bytea>,
        session_id -> Nullable<Uuid>,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
        detail -> Jsonb,
    }
}

diesel::table! {
    audit_seals (number) {
        number -> Int8,
        sealed_at -> Timestamptz,
        after_seq -> Int8,
        last_seq -> Int8,
        events -> Int8,
        row_hashes -> Nullable<Bytea>,
        digest -> Bytea,
        purged_through -> Nullable<Int8>,
        previous -> Bytea,
        key_id -> Text,
        mac -> Bytea,
    }
}

diesel::table! {
    backup_codes (user_id, mac) {
        user_id -> Uuid,
        mac -> Bytea,
        key_id -> Text,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    bulk_selections (id) {
        id -> Uuid,
        admin_id -> Uuid,
        made_at -> Timestamptz,
        selected -> Array<Uuid>,
    }
}

diesel::table! {
    email_changes (user_id) {
        user_id -> Uuid,
        new_email -> Text,
        new_email_canonical -> Text,
        token_id -> Text,
        rev -> Int8,
        session_id -> Nullable<Uuid>,
        requested_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    former_addresses (user_id, email_canonical) {
        user_id -> Uuid,
        email_canonical -> Text,
        email -> Text,
        replaced_at -> Timestamptz,
        held_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Uuid,
        email -> Text,
        email_canonical -> Text,
        role -> Text,
        invited_by -> Nullable<Uuid>,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mail_caps (key) {
        key -> Uuid,
        full_at -> Timestamptz,
        held -> Bool,
    }
}

diesel::table! {
    mails (id) {
        id -> Uuid,
        user_id -> Nullable<Uuid>,
        kind -> Text,
        decoy -> Bool,
        sealed -> Nullable<Bytea>,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        dropped_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        capped -> Bool,
        merge_key -> Nullable<Uuid>,
        merged -> Int4,
        undo_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Uuid,
        user_id -> Uuid,
        credential_id -> Bytea,
        credential -> Jsonb,
        counter -> Int8,
        backup_eligible -> Bool,
        synced -> Bool,
        name -> Text,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        created_by -> Nullable<Text>,
        last_used_by -> Nullable<Text>,
    }
}

diesel::table! {
    phone_codes (user_id) {
        user_id -> Uuid,
        mac -> Bytea,
        key_id -> Text,
        tries -> Int2,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    phones (user_id) {
        user_id -> Uuid,
        number -> Bytea,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recoveries (user_id) {
        user_id -> Uuid,
        rev -> Int8,
        started_at -> Timestamptz,
        ends_at -> Timestamptz,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
        reminded_at -> Nullable<Timestamptz>,
        link_hash -> Nullable<Bytea>,
        link_expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    revoked_tokens (token_id) {
        token_id -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    sent_texts (id) {
        id -> Uuid,
        number_key -> Uuid,
        user_key -> Uuid,
        at -> Timestamptz,
        setup -> Bool,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        generation -> Int8,
        token_hash -> Bytea,
        previous_token_hash -> Nullable<Bytea>,
        jti -> Text,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        rotated_at -> Nullable<Timestamptz>,
        absolute_expires_at -> Timestamptz,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        remembered -> Bool,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
        authenticated_at -> Timestamptz,
        authentication_methods -> Array<Text>,
        proven_at -> Timestamptz,
        proof_methods -> Array<Text>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_reason -> Nullable<Text>,
        reissued_generation -> Int8,
        rotated_ip -> Nullable<Inet>,
        rotated_user_agent -> Nullable<Text>,
        factor_proven_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    totp_authenticators (user_id) {
        user_id -> Uuid,
        secret -> Bytea,
        last_step -> Int8,
        refused_steps -> Array<Int8>,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    trusted_devices (id) {
        id -> Uuid,
        user_id -> Uuid,
        secret_hash -> Bytea,
        rev -> Int8,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_at -> Timestamptz,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    undo_points (id) {
        id -> Uuid,
        user_id -> Uuid,
        number -> Int8,
        kind -> Text,
        change -> Text,
        by_known_browser -> Bool,
        happened_at -> Timestamptz,
        expires_at -> Timestamptz,
        sealed -> Bytea,
        used_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        spent -> Array<Bytea>,
    }
}

diesel::table! {
    user_import_parts (id) {
        id -> Uuid,
        import_id -> Uuid,
        number -> Int4,
        sealed -> Bytea,
    }
}

diesel::table! {
    user_import_rows (import_id, number) {
        import_id -> Uuid,
        number -> Int8,
        line -> Int8,
        id -> Uuid,
        email -> Text,
        email_canonical -> Text,
        display_name -> Nullable<Text>,
        password_hash -> Text,
        role -> Text,
        email_verified -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    user_imports (id) {
        id -> Uuid,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        file_name -> Text,
        state -> Text,
        row_count -> Int8,
        rows_done -> Int8,
        accounts_new -> Int8,
        accounts_known -> Int8,
        rows_bad -> Int8,
        run -> Int4,
        seen_at -> Timestamptz,
        confirmed_by -> Nullable<Uuid>,
        confirmed_session -> Nullable<Uuid>,
        confirmed_ip -> Nullable<Inet>,
        confirmed_user_agent -> Nullable<Text>,
        finished_at -> Nullable<Timestamptz>,
        undone_at -> Nullable<Timestamptz>,
        failure -> Nullable<Text>,
        arriving -> Bool,
        rows_staged -> Int8,
        staged_run -> Int4,
        cleared_to -> Nullable<Int8>,
        owners_mailed -> Int8,
        mails_owners -> Bool,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        email_canonical -> Text,
        display_name -> Nullable<Text>,
        password_hash -> Text,
        role -> Text,
        email_verified_at -> Nullable<Timestamptz>,
        revocation_id -> Int8,
        password_changed_at -> Nullable<Timestamptz>,
        password_must_change -> Bool,
        disabled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        password_breach_checked_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        import_id -> Nullable<Uuid>,
        two_factor -> Bool,
        kind -> Int2,
        verified_by_file -> Bool,
        browsers_known_from -> Nullable<Timestamptz>,
        unverified_since -> Nullable<Timestamptz>,
        search -> Text,
        owner_deleted_at -> Nullable<Timestamptz>,
        frozen_at -> Nullable<Timestamptz>,
        frozen_until -> Nullable<Timestamptz>,
        sign_in_frozen_until -> Nullable<Timestamptz>,
        password_closed_at -> Nullable<Timestamptz>,
        email_since -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(backup_codes -> users (user_id));
diesel::joinable!(email_changes -> sessions (session_id));
diesel::joinable!(email_changes -> users (user_id));
diesel::joinable!(former_addresses -> users (user_id));
diesel::joinable!(invitations -> users (invited_by));
diesel::joinable!(mails -> users (user_id));
diesel::joinable!(passkeys -> users (user_id));
diesel::joinable!(phone_codes -> phones (user_id));
diesel::joinable!(phones -> users (user_id));
diesel::joinable!(recoveries -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(totp_authenticators -> users (user_id));
diesel::joinable!(trusted_devices -> users (user_id));
diesel::joinable!(undo_points -> users (user_id));
diesel::joinable!(user_import_parts -> user_imports (import_id));
diesel::joinable!(user_import_rows -> user_imports (import_id));
diesel::joinable!(users -> user_imports (import_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_throttles,
    audit_events,
    audit_seals,
    backup_codes,
    invitations,
    mail_caps,
    mails,
    passkeys,
    phone_codes,
    phones,
    recoveries,
    revoked_tokens,
    sent_texts,
    sessions,
    totp_authenticators,
    trusted_devices,
    undo_points,
    user_import_parts,
    user_import_rows,
    user_imports,
    users,
);
