-- Private values: which key seals what tells of a person, how sealed values are found, who looked at them. The values themselves stand sealed
-- in records and entries; their keys are in no database.

-- A person's keys, by their numbers in the key store. Rotation adds one; the highest seals what is new.
create table person_key (
    unit_id blob not null,
    person_id blob not null,
    key integer not null,
    made_at integer not null,
    primary key (unit_id, person_id, key)
) strict, without rowid;

-- Keyed digests of what a sealed value may be found by. Erasure deletes them; one that is left over leads to a value that does not answer.
create table search_token (
    unit_id blob not null,
    token blob not null,
    record_id blob not null,
    primary key (unit_id, token, record_id)
) strict, without rowid;

-- Who was shown what, why and when: appended to, never changed. hash covers the line and the hash before it; the last number is the unit's
-- counter.
create table private_view (
    unit_id blob not null,
    seq integer not null check (seq > 0),
    record_id blob not null,
    doc text not null,
    hash blob not null,
    primary key (unit_id, seq)
) strict;
create index private_view_record on private_view (unit_id, record_id, seq);
