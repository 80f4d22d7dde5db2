-- The kernel: units and configuration, records with their journal, duties, tallies, work to do.
--
-- The database has C collation.
-- Operational tables carry unit_id first in every key. Instants are UTC microseconds, days (…_on) are days since 1970-01-01, truths 0 or 1,
-- JSON is text that no statement looks into. A due time that never comes is 9223372036854775807, so that it sorts last.

-- Reference tables: few rows, read by all, written alone.

-- The tree of company, regions and projects. The two versions count the changes of who works when and of parameters and packs:
-- a command that was decided under an older one is stale.
create table unit (
    id uuid not null primary key,
    parent uuid references unit (id),
    level text not null check (level in ('company', 'region', 'project')),
    code text not null unique,
    name text not null,
    zone text not null,
    attributes text not null,
    roster_version bigint not null,
    config_version bigint not null,
    created_at bigint not null
);

-- Parameters, overrides, calendars: every version is kept.
create table config (
    key text not null,
    version bigint not null,
    body text not null,
    primary key (key, version)
);

create table pack (
    number bigint not null primary key,
    name text not null,
    version text not null,
    digest bytea not null,
    sources text not null,
    activated_at bigint not null
);

-- Which unit holds what a stranger names: the digest of a record's number, of a code on a wall, of a telephone number.
create table unit_key (
    digest bytea not null primary key,
    unit_id uuid not null references unit (id)
);

-- A batch of imported rows. It may span units; what it wrote is marked in the journals.
create table import (
    id uuid not null primary key,
    map text not null,
    started_at bigint not null,
    finished_at bigint,
    undone_at bigint,
    doc text not null
);

-- Operational tables.

-- The state of a record, as its journal gives it. open = 1 while its state is not final or a duty of it is still to do; next_due and holder are
-- those of its most urgent duty to do, so that the row is also its position in everybody's list. place is the one whose grid counts for it.
-- The system owes it nothing before owes_at, as long as the record does not change.
create table record (
    unit_id uuid not null references unit (id),
    id uuid not null,
    kind text not null,
    number text,
    state text not null,
    version bigint not null,
    open bigint not null check (open in (0, 1)),
    assignee uuid,
    team uuid,
    holder uuid,
    place uuid,
    next_due bigint not null,
    owes_at bigint,
    opened_at bigint not null,
    closed_at bigint,
    source text,
    doc text not null,
    head bytea not null,
    primary key (unit_id, id)
);
create unique index record_number on record (unit_id, number) where number is not null;
create unique index record_source on record (unit_id, source) where source is not null;
create index record_due on record (unit_id, next_due, id, state, holder) where open = 1;
create index record_assignee on record (unit_id, assignee, next_due, id, state) where open = 1 and assignee is not null;
create index record_kind on record (unit_id, kind, id);
create index record_owes on record (unit_id, owes_at) where owes_at is not null;

-- The grid in which a place lies now: who sees no farther than his grid sees the records of its places.
create table place (
    unit_id uuid not null,
    id uuid not null,
    grid text not null,
    primary key (unit_id, id)
);

-- The journal: appended to, never changed. hash covers the entry and the hash before it. key makes a retried request happen once: an opening is
-- found by it; a step is found by the version it was decided on, which is the number of the entry before.
create table entry (
    unit_id uuid not null,
    record_id uuid not null,
    seq bigint not null check (seq > 0),
    recorded_at bigint not null,
    occurred_at bigint not null,
    step text not null,
    by uuid,
    key text,
    import_id uuid,
    doc text not null,
    hash bytea not null,
    primary key (unit_id, record_id, seq),
    foreign key (unit_id, record_id) references record (unit_id, id)
);
create unique index entry_key on entry (unit_id, key) where seq = 1 and key is not null;
create index entry_import on entry (unit_id, import_id) where import_id is not null;

-- A duty once it is decided; duties to do live in their record. period_on is the day that decides the period it counts in (S1.2).
create table duty (
    unit_id uuid not null,
    record_id uuid not null,
    name text not null,
    occurrence bigint not null,
    kind text not null,
    holder uuid not null,
    outcome text not null check (outcome in ('met', 'missed', 'excused', 'exempt', 'withdrawn')),
    started_at bigint not null,
    due bigint not null,
    done_at bigint,
    period_on bigint not null,
    doc text not null,
    primary key (unit_id, record_id, name, occurrence),
    foreign key (unit_id, record_id) references record (unit_id, id)
);
create index duty_period on duty (unit_id, period_on, kind, name, holder);

-- Running counts of a measure (S8.2): a commutative group, a correction subtracts. window_on is the first day of the window.
create table tally (
    unit_id uuid not null,
    measure text not null,
    holder uuid not null,
    window_on bigint not null,
    met bigint not null,
    late bigint not null,
    late_worth_bp bigint not null,
    missed bigint not null,
    excused bigint not null,
    exempt bigint not null,
    withdrawn bigint not null,
    anomalous bigint not null,
    apart bigint not null,
    items bigint not null,
    total bigint not null,
    primary key (unit_id, measure, holder, window_on)
);

-- How often a subject was counted, where each counts once.
create table subject (
    unit_id uuid not null,
    measure text not null,
    holder uuid not null,
    window_on bigint not null,
    subject text not null,
    n bigint not null,
    primary key (unit_id, measure, holder, window_on, subject)
);

-- The last number given, by kind and day.
create table counter (
    unit_id uuid not null,
    key text not null,
    value bigint not null,
    primary key (unit_id, key)
);

-- Links backwards: who points here. Ids grow with time, so the last of a home's repairs is the last row.
create table link (
    unit_id uuid not null,
    to_id uuid not null,
    name text not null,
    from_id uuid not null,
    primary key (unit_id, to_id, name, from_id)
);

-- Attachments by the digest of their content, which lies in a folder. doc says what was sent, when and where it was taken, who sent it.
create table blob (
    unit_id uuid not null,
    digest bytea not null,
    media text not null,
    size bigint not null,
    created_at bigint not null,
    doc text not null,
    primary key (unit_id, digest)
);

-- Work for later, claimed per unit by moving run_at to the end of the lease: if the worker dies, it is due again. A dead job runs never.
create table job (
    unit_id uuid not null,
    run_at bigint not null,
    id uuid not null,
    kind text not null,
    attempts bigint not null,
    doc text not null,
    error text,
    primary key (unit_id, run_at, id)
);
create index job_kind on job (unit_id, kind, run_at);
