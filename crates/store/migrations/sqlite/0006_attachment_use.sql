-- Which field of which record names an attachment: who may see the one may see the other, and what nobody names is cleaned away.
create table attachment_use (
    unit_id blob not null,
    digest blob not null,
    record_id blob not null,
    field text not null,
    primary key (unit_id, digest, record_id, field)
) strict, without rowid;
