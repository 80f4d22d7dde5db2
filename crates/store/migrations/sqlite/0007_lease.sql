-- Who does what only one process at a time has to do: whoever holds the lease, until it runs out.
create table lease (
    name text not null primary key,
    holder blob not null,
    until_at integer not null
) strict, without rowid;
