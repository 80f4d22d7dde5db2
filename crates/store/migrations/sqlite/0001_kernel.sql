-- The kernel: units and configuration, records with their journal, duties, tallies, work to do.
--
-- Tables of bulky rows keep their rowid, so that the rows of all units are appended side by side; small rows live in their key.
-- Operational tables carry unit_id first in every key. Instants are UTC microseconds, days (…_on) are days since 1970-01-01, truths 0 or 1,
-- JSON is text that no statement looks into. A due time that never comes is 9223372036854775807, so that it sorts last.

-- Reference tables: few rows, read by all, written alone.

-- The tree of company, regions and projects. The two versions count the changes of who works when and of parameters and packs:
-- a command that was decided under an older one is stale.
create table unit (
    id blob not null primary key,
    parent blob references unit (id),
    level text not null check (level in ('company', 'region', 'project')),
    code text not null unique,
    name text not null,
    zone text not null,
    attributes text not null,
    roster_version integer not null,
    config_version integer not null,
    created_at integer not null
) strict;

-- Parameters, overrides, calendars: every version is kept.
create table config (
    key text not null,
    version integer not null,
    body text not null,
    primary key (key, version)
) strict, without rowid;

create table pack (
    number integer not null primary key,
    name text not null,
    version text not null,
    digest blob not null,
    sources text not null,
    activated_at integer not null
) strict;

-- Which unit holds what a stranger names: the digest of a record's number, of a code on a wall, of a telephone number.
create table unit_key (
    digest blob not null primary key,
    unit_id blob not null references unit (id)
) strict, without rowid;

-- A batch of imported rows. It may span units; what it wrote is marked in the journals.
create table import (
    id blob not null primary key,
    map text not null,
    started_at integer not null,
    finished_at integer,
    undone_at integer,
    doc text not null
) strict;

-- Operational tables.

-- The state of a record, as its journal gives it. open = 1 while its state is not final or a duty of it is still to do; next_due and holder are
-- those of its most urgent duty to do, so that the row is also its position in everybody's list. place is the one whose grid counts for it.
-- The system owes it nothing before owes_at, as long as the record does not change.
create table record (
    unit_id blob not null references unit (id),
    id blob not null,
    kind text not null,
    number text,
    state text not null,
    version integer not null,
    open integer not null check (open in (0, 1)),
    assignee blob,
    team blob,
    holder blob,
    place blob,
    next_due integer not null,
    owes_at integer,
    opened_at integer not null,
    closed_at integer,
    source text,
    doc text not null,
    head blob not null,
    primary key (unit_id, id)
) strict;
create unique index record_number on record (unit_id, number) where number is not null;
create unique index record_source on record (unit_id, source) where source is not null;
create index record_due on record (unit_id, next_due, id, state, holder) where open = 1;
create index record_assignee on record (unit_id, assignee, next_due, id, state) where open = 1 and assignee is not null;
create index record_kind on record (unit_id, kind, id);
create index record_owes on record (unit_id, owes_at) where owes_at is not null;

-- The grid in which a place lies now: who sees no farther than his grid sees the records of its places.
create table place (
    unit_id blob not null,
    id blob not null,
    grid text not null,
    primary key (unit_id, id)
) strict, without rowid;

-- The journal: appended to, never changed. hash covers the entry and the hash before it. key makes a retried request happen once: an opening is
-- found by it; a step is found by the version it was decided on, which is the number of the entry before.
create table entry (
    unit_id blob not null,
    record_id blob not null,
    seq integer not null check (seq > 0),
    recorded_at integer not null,
    occurred_at integer not null,
    step text not null,
    by blob,
    key text,
    import_id blob,
    doc text not null,
    hash blob not null,
    primary key (unit_id, record_id, seq),
    foreign key (unit_id, record_id) references record (unit_id, id)
) strict;
create unique index entry_key on entry (unit_id, key) where seq = 1 and key is not null;
create index entry_import on entry (unit_id, import_id) where import_id is not null;

-- A duty once it is decided; duties to do live in their record. period_on is the day that decides the period it counts in (S1.2).
create table duty (
    unit_id blob not null,
    record_id blob not null,
    name text not null,
    occurrence integer not null,
    kind text not null,
    holder blob not null,
    outcome text not null check (outcome in ('met', 'missed', 'excused', 'exempt', 'withdrawn')),
    started_at integer not null,
    due integer not null,
    done_at integer,
    period_on integer not null,
    doc text not null,
    primary key (unit_id, record_id, name, occurrence),
    foreign key (unit_id, record_id) references record (unit_id, id)
) strict;
create index duty_period on duty (unit_id, period_on, kind, name, holder);

-- Running counts of a measure (S8.2): a commutative group, a correction subtracts. window_on is the first day of the window.
create table tally (
    unit_id blob not null,
    measure text not null,
    holder blob not null,
    window_on integer not null,
    met integer not null,
    late integer not null,
    late_worth_bp integer not null,
    missed integer not null,
    excused integer not null,
    exempt integer not null,
    withdrawn integer not null,
    anomalous integer not null,
    apart integer not null,
    items integer not null,
    total integer not null,
    primary key (unit_id, measure, holder, window_on)
) strict, without rowid;

-- How often a subject was counted, where each counts once.
create table subject (
    unit_id blob not null,
    measure text not null,
    holder blob not null,
    window_on integer not null,
    subject text not null,
    n integer not null,
    primary key (unit_id, measure, holder, window_on, subject)
) strict, without rowid;

-- The last number given, by kind and day.
create table counter (
    unit_id blob not null,
    key text not null,
    value integer not null,
    primary key (unit_id, key)
) strict, without rowid;

-- Links backwards: who points here. Ids grow with time, so the last of a home's repairs is the last row.
create table link (
    unit_id blob not null,
    to_id blob not null,
    name text not null,
    from_id blob not null,
    primary key (unit_id, to_id, name, from_id)
) strict, without rowid;

-- Attachments by the digest of their content, which lies in a folder. doc says what was sent, when and where it was taken, who sent it.
create table blob (
    unit_id blob not null,
    digest blob not null,
    media text not null,
    size integer not null,
    created_at integer not null,
    doc text not null,
    primary key (unit_id, digest)
) strict;

-- Work for later, claimed per unit by moving run_at to the end of the lease: if the worker dies, it is due again. A dead job runs never.
create table job (
    unit_id blob not null,
    run_at integer not null,
    id blob not null,
    kind text not null,
    attempts integer not null,
    doc text not null,
    error text,
    primary key (unit_id, run_at, id)
) strict, without rowid;
create index job_kind on job (unit_id, kind, run_at);
