-- What members are reminded of. The id follows from what it is about, so that nobody is reminded twice; at is since when it has been owed.
create table reminder (
    unit_id uuid not null,
    member_id uuid not null,
    id uuid not null,
    at bigint not null,
    read_at bigint,
    doc text not null,
    primary key (unit_id, member_id, id)
);
create index reminder_at on reminder (unit_id, member_id, at);
create index reminder_unread on reminder (unit_id, member_id) where read_at is null;

-- Where mail reaches the holder of an account, as he has said himself.
create table mailbox (
    account_id uuid not null primary key references account (id),
    address text not null
);
