-- Requests to erase what is kept of a person. answer: who consented or refused, and when; while there is none, the request waits for a second
-- member.
create table erasure (
    unit_id uuid not null,
    id uuid not null,
    person_id uuid not null,
    doc text not null,
    answer text,
    primary key (unit_id, id)
);
