-- Programs that are told what happens in a unit and below it. The secret must be readable to sign with; failing_since: of the failures, the first;
-- off_at: they are told no more, and why.
create table webhook (
    unit_id uuid not null,
    id uuid not null,
    doc text not null,
    secret text not null,
    failures bigint not null,
    failing_since bigint,
    off_at bigint,
    error text,
    primary key (unit_id, id)
);
