-- Who may sign in, and what proves it. All of it is reference data: few rows, read by every server. No secret stands here as it is: passwords as
-- Argon2id texts, everything else as SHA-256 of what only its owner holds. A one-time secret (totp) must be readable to be checked.

-- A member's or a customer's way in; id is that of the record that registers him, unit_id where it stands.
create table account (
    id uuid not null primary key,
    unit_id uuid not null references unit (id),
    kind text not null check (kind in ('member', 'party')),
    login text unique,
    password text,
    must_change bigint not null check (must_change in (0, 1)),
    totp text,
    totp_step bigint,
    subject text unique,
    locale text,
    disabled_at bigint,
    created_at bigint not null
);

-- An open session or a token, by the digest of what its bearer holds. A token has scopes and a name; a session has neither.
create table session (
    digest bytea not null primary key,
    id uuid not null unique,
    account_id uuid not null references account (id),
    came text not null,
    scopes text,
    name text,
    agent text,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);
create index session_account on session (account_id, created_at);

-- A code that is used once: first-run set-up, an invitation, a one-time code of a customer.
create table code (
    digest bytea not null primary key,
    purpose text not null check (purpose in ('setup', 'invitation', 'login', 'phone')),
    account_id uuid,
    unit_id uuid,
    expires_at bigint not null
);

-- Failures by what was tried from where: the digest of login and source, of a login and a known device, or of a source alone.
create table failure (
    digest bytea not null primary key,
    failures bigint not null,
    until_at bigint not null,
    last_at bigint not null
);

-- A device on which somebody has signed in before: others' failures do not keep him out there.
create table device (
    account_id uuid not null references account (id),
    digest bytea not null,
    seen_at bigint not null,
    primary key (account_id, digest)
);

-- Who signed in, and who tried; appended to, never changed.
create table sign_in (
    id uuid not null primary key,
    at bigint not null,
    account_id uuid,
    what text not null,
    source text
);
create index sign_in_account on sign_in (account_id, at);
