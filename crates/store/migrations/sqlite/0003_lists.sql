-- What lists are made of beside the records: the text that they are found by, what changed, what could not be applied.

-- The words of a record's open fields, in small letters, and keyed tokens of its private ones: one row a record, written when they change.
-- What is registered without a number (places, people) stands apart, since what hangs on it is found by it.
create table search (
    unit_id blob not null,
    register integer not null check (register in (0, 1)),
    record_id blob not null,
    text text not null,
    primary key (unit_id, register, record_id)
) strict, without rowid;

-- Which records of a unit changed, several commits together, numbered in the order in which they are told; kept for an hour.
create table change (
    unit_id blob not null,
    seq integer not null,
    at integer not null,
    doc text not null,
    primary key (unit_id, seq)
) strict, without rowid;

-- Steps from a device's queue that the record's state no longer admitted and nobody has looked at yet; the entry holds what was filled in.
create table unapplied (
    unit_id blob not null,
    record_id blob not null,
    seq integer not null,
    at integer not null,
    primary key (unit_id, record_id, seq)
) strict, without rowid;
