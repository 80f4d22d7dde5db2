-- Private values: which key seals what tells of a person, how sealed values are found, who looked at them. The values themselves stand sealed
-- in records and entries; their keys are in no database.

-- A person's keys, by their numbers in the key store. Rotation adds one; the highest seals what is new.
create table person_key (
    unit_id uuid not null,
    person_id uuid not null,
    key bigint not null,
    made_at bigint not null,
    primary key (unit_id, person_id, key)
);

-- Keyed digests of what a sealed value may be found by. Erasure deletes them; one that is left over leads to a value that does not answer.
create table search_token (
    unit_id uuid not null,
    token bytea not null,
    record_id uuid not null,
    primary key (unit_id, token, record_id)
);

-- Who was shown what, why and when: appended to, never changed. hash covers the line and the hash before it; the last number is the unit's
-- counter.
create table private_view (
    unit_id uuid not null,
    seq bigint not null check (seq > 0),
    record_id uuid not null,
    doc text not null,
    hash bytea not null,
    primary key (unit_id, seq)
);
create index private_view_record on private_view (unit_id, record_id, seq);
