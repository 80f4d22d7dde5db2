-- Who may sign in, and what proves it. All of it is reference data: few rows, read by every server. No secret stands here as it is: passwords as
-- Argon2id texts, everything else as SHA-256 of what only its owner holds. A one-time secret (totp) must be readable to be checked.

-- A member's or a customer's way in; id is that of the record that registers him, unit_id where it stands.
create table account (
    id blob not null primary key,
    unit_id blob not null references unit (id),
    kind text not null check (kind in ('member', 'party')),
    login text unique,
    password text,
    must_change integer not null check (must_change in (0, 1)),
    totp text,
    totp_step integer,
    subject text unique,
    locale text,
    disabled_at integer,
    created_at integer not null
) strict;

-- An open session or a token, by the digest of what its bearer holds. A token has scopes and a name; a session has neither.
create table session (
    digest blob not null primary key,
    id blob not null unique,
    account_id blob not null references account (id),
    came text not null,
    scopes text,
    name text,
    agent text,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null
) strict;
create index session_account on session (account_id, created_at);

-- A code that is used once: first-run set-up, an invitation, a one-time code of a customer.
create table code (
    digest blob not null primary key,
    purpose text not null check (purpose in ('setup', 'invitation', 'login', 'phone')),
    account_id blob,
    unit_id blob,
    expires_at integer not null
) strict;

-- Failures by what was tried from where: the digest of login and source, of a login and a known device, or of a source alone.
create table failure (
    digest blob not null primary key,
    failures integer not null,
    until_at integer not null,
    last_at integer not null
) strict;

-- A device on which somebody has signed in before: others' failures do not keep him out there.
create table device (
    account_id blob not null references account (id),
    digest blob not null,
    seen_at integer not null,
    primary key (account_id, digest)
) strict, without rowid;

-- Who signed in, and who tried; appended to, never changed.
create table sign_in (
    id blob not null primary key,
    at integer not null,
    account_id blob,
    what text not null,
    source text
) strict;
create index sign_in_account on sign_in (account_id, at);
