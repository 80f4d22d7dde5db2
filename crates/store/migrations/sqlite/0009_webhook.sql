-- Programs that are told what happens in a unit and below it. The secret must be readable to sign with; failing_since: of the failures, the first;
-- off_at: they are told no more, and why.
create table webhook (
    unit_id blob not null,
    id blob not null,
    doc text not null,
    secret text not null,
    failures integer not null,
    failing_since integer,
    off_at integer,
    error text,
    primary key (unit_id, id)
) strict;
