-- Which field of which record names an attachment: who may see the one may see the other, and what nobody names is cleaned away.
create table attachment_use (
    unit_id uuid not null,
    digest bytea not null,
    record_id uuid not null,
    field text not null,
    primary key (unit_id, digest, record_id, field)
);
