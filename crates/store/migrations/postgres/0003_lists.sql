-- What lists are made of beside the records: the text that they are found by, what changed, what could not be applied.

-- The words of a record's open fields, in small letters, and keyed tokens of its private ones: one row a record, written when they change.
-- What is registered without a number (places, people) stands apart, since what hangs on it is found by it.
create table search (
    unit_id uuid not null,
    register bigint not null check (register in (0, 1)),
    record_id uuid not null,
    text text not null,
    primary key (unit_id, register, record_id)
);

-- Which records of a unit changed, several commits together, numbered in the order in which they are told; kept for an hour.
create table change (
    unit_id uuid not null,
    seq bigint not null,
    at bigint not null,
    doc text not null,
    primary key (unit_id, seq)
);

-- Steps from a device's queue that the record's state no longer admitted and nobody has looked at yet; the entry holds what was filled in.
create table unapplied (
    unit_id uuid not null,
    record_id uuid not null,
    seq bigint not null,
    at bigint not null,
    primary key (unit_id, record_id, seq)
);
