-- Requests to erase what is kept of a person. answer: who consented or refused, and when; while there is none, the request waits for a second
-- member.
create table erasure (
    unit_id blob not null,
    id blob not null,
    person_id blob not null,
    doc text not null,
    answer text,
    primary key (unit_id, id)
) strict;
